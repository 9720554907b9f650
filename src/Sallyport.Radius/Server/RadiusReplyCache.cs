using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Server;

/// <summary>What a request is to the cache.</summary>
public enum RadiusRequestKind
{
    /// <summary>New: to be handled.</summary>
    New,

    /// <summary>The same as one that is being handled: absorbed.</summary>
    Pending,

    /// <summary>The same as one that was answered: the same reply goes out again.</summary>
    Answered,

    /// <summary>New, but there is no room for it.</summary>
    Overload,
}

/// <summary>What a cache may hold.</summary>
public sealed record RadiusReplyCacheLimits
{
    /// <summary>How many requests, pending and answered; the oldest answered one makes room. What comes in within <see cref="Lifetime"/>
    /// should fit: 32,768 are 3,200 a second for ten seconds.</summary>
    public int Requests { get; init; } = 32768;

    /// <summary>How many octets of replies; the oldest make room for new ones.</summary>
    public long ReplyBytes { get; init; } = 4 << 20;

    /// <summary>How many requests may be pending; further ones are shed.</summary>
    public int Pending { get; init; } = 16384;

    /// <summary>How many octets pending requests may have; further ones are shed.</summary>
    public long PendingBytes { get; init; } = 16 << 20;

    /// <summary>How long a reply is kept; at least 5 s, so that a late retransmission still finds it (RFC 5080 §2.2.2).</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An equal share of what a number of caches may hold together.</summary>
    public RadiusReplyCacheLimits Share(int caches) => this with
    {
        Requests = Math.Max(1, Requests / caches),
        ReplyBytes = Math.Max(RadiusReplyCache.LeastReplyBytes, ReplyBytes / caches),
        Pending = Math.Max(1, Pending / caches),
        PendingBytes = Math.Max(RadiusPacket.LargestSize, PendingBytes / caches),
    };

    /// <summary>Refuses limits with which a cache could not do its work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are such.</exception>
    public void Validate()
    {
        Check(Requests >= 1, nameof(Requests), Requests, "a cache holds one request at least");
        Check(ReplyBytes >= RadiusReplyCache.LeastReplyBytes, nameof(ReplyBytes), ReplyBytes, $"a cache holds {RadiusReplyCache.LeastReplyBytes} octets of replies at least");
        Check(Pending >= 1, nameof(Pending), Pending, "one request may be pending at least");
        Check(PendingBytes >= RadiusPacket.LargestSize, nameof(PendingBytes), PendingBytes, $"pending requests may have {RadiusPacket.LargestSize} octets at least");
        Check(Lifetime >= TimeSpan.FromSeconds(5), nameof(Lifetime), Lifetime, "a reply is kept for five seconds at least (RFC 5080 §2.2.2)");
    }

    private static void Check(bool right, string name, object value, string message)
    {
        if (!right)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}

/// <summary>A request's place in the cache.</summary>
public readonly record struct RadiusReplySlot
{
    internal RadiusReplySlot(int index, uint generation) => (Index, Generation) = (index, generation);

    internal int Index { get; }

    internal uint Generation { get; }
}

/// <summary>
/// Finds duplicates (RFC 5080 §2.2.2). A request stays while it is pending, however long that takes, and its reply for a while after; time,
/// number and octets are bounded. Once it has grown to what is needed it allocates nothing. Not safe for concurrent use.
/// </summary>
public sealed class RadiusReplyCache
{
    /// <summary>The fewest octets of replies that a cache may be told to hold.</summary>
    public const long LeastReplyBytes = 2 * RadiusReplyStore.ChunkSize;

    private const int None = -1;
    private const int FewestBuckets = 256;

    // Entries are made a block at a time and stay where they are: growing copies none and leaves nothing behind to be collected.
    private const int BlockBits = 8;
    private const int BlockSize = 1 << BlockBits;
    private readonly RadiusReplyCacheLimits _limits;
    private readonly ulong _seed;
    private readonly RadiusReplyStore _store;
    private readonly List<Entry[]> _blocks = [];
    private int[] _buckets = [];
    private int _free = None;
    private int _oldest = None;
    private int _newest = None;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="limits">What it may hold.</param>
    /// <param name="seed">Random, where requests may come from whoever does not know a secret: nobody can then aim at one bucket.</param>
    /// <exception cref="ArgumentOutOfRangeException">With these limits it could not do its work.</exception>
    public RadiusReplyCache(RadiusReplyCacheLimits limits, ulong seed = 0)
    {
        Guard.NotNull(limits);
        limits.Validate();
        _limits = limits;
        _seed = seed;
        _store = new RadiusReplyStore((int)Math.Min(int.MaxValue, limits.ReplyBytes / RadiusReplyStore.ChunkSize));
    }

    /// <summary>How many requests it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are pending.</summary>
    public int Pending { get; private set; }

    /// <summary>How many octets the pending ones have.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>How many octets are set aside for replies.</summary>
    public long ReplyBytes => _store.Size;

    /// <summary>How many replies were forgotten before their time, to make room.</summary>
    public long Evicted { get; private set; }

    /// <summary>Looks a request up, and enters it where it is new.</summary>
    /// <param name="key">The request, verified.</param>
    /// <param name="requestLength">Its octets.</param>
    /// <param name="now">The time.</param>
    /// <param name="reply">Where the reply goes if it was answered; <see cref="RadiusPacket.LargestSize"/> octets hold any.</param>
    /// <param name="replyLength">The reply's octets, or 0.</param>
    /// <param name="slot">Its place, where it is new.</param>
    public RadiusRequestKind Begin(in RadiusRequestKey key, int requestLength, TimeSpan now, Span<byte> reply, out int replyLength, out RadiusReplySlot slot)
    {
        Expire(now);
        replyLength = 0;
        slot = default;
        uint hash = key.Hash(_seed);
        int found = Find(key, hash);
        if (found != None)
        {
            ref Entry known = ref At(found);
            if (known.Chunk is null)
            {
                return RadiusRequestKind.Pending;
            }

            replyLength = known.Length;
            known.Chunk.Octets.AsSpan(known.Offset, replyLength).CopyTo(reply);
            return RadiusRequestKind.Answered;
        }

        if (Pending >= _limits.Pending || PendingBytes + requestLength > _limits.PendingBytes)
        {
            return RadiusRequestKind.Overload;
        }

        // The oldest reply makes room; a pending request never does.
        if (Count >= _limits.Requests && !TryEvict())
        {
            return RadiusRequestKind.Overload;
        }

        slot = Add(key, hash, requestLength);
        return RadiusRequestKind.New;
    }

    /// <summary>Keeps the reply to a request; the first one stands.</summary>
    /// <param name="slot">The request's place.</param>
    /// <param name="reply">Its octets, at most <see cref="RadiusPacket.LargestSize"/>.</param>
    /// <param name="now">The time.</param>
    public void Complete(RadiusReplySlot slot, ReadOnlySpan<byte> reply, TimeSpan now)
    {
        if (!IsPending(slot))
        {
            return;
        }

        ref Entry entry = ref At(slot.Index);
        EndPending(entry);
        while (true)
        {
            if (_store.TryAdd(reply, out RadiusReplyStore.Chunk? chunk, out int offset))
            {
                (entry.Chunk, entry.Offset, entry.Length) = (chunk, offset, reply.Length);
                entry.Expires = (now + _limits.Lifetime).Ticks;
                entry.Newer = None;
                _oldest = _oldest == None ? slot.Index : _oldest;
                if (_newest != None)
                {
                    At(_newest).Newer = slot.Index;
                }

                _newest = slot.Index;
                return;
            }

            if (!TryEvict())
            {
                // Not reached: without replies every chunk is free.
                Remove(slot.Index);
                return;
            }
        }
    }

    /// <summary>Forgets a request that gets no reply, so that a retransmission is handled anew.</summary>
    public void Abandon(RadiusReplySlot slot)
    {
        if (IsPending(slot))
        {
            EndPending(At(slot.Index));
            Remove(slot.Index);
        }
    }

    /// <summary>Forgets replies whose time is over.</summary>
    public void Expire(TimeSpan now)
    {
        while (_oldest != None && At(_oldest).Expires <= now.Ticks)
        {
            RemoveOldest();
        }
    }

    private bool IsPending(RadiusReplySlot slot) =>
        (uint)slot.Index < (uint)(_blocks.Count * BlockSize) && At(slot.Index).Generation == slot.Generation && slot.Generation % 2 == 1 && At(slot.Index).Chunk is null;

    private bool TryEvict()
    {
        if (_oldest == None)
        {
            return false;
        }

        Evicted++;
        RemoveOldest();
        return true;
    }

    private void RemoveOldest()
    {
        int index = _oldest;
        ref Entry entry = ref At(index);
        _oldest = entry.Newer;
        if (_oldest == None)
        {
            _newest = None;
        }

        _store.Remove(entry.Chunk!);
        Remove(index);
    }

    private void EndPending(in Entry entry)
    {
        Pending--;
        PendingBytes -= entry.RequestLength;
    }

    private int Find(in RadiusRequestKey key, uint hash)
    {
        if (_buckets.Length == 0)
        {
            return None;
        }

        for (int i = _buckets[hash & (uint)(_buckets.Length - 1)]; i != None; i = At(i).Next)
        {
            if (At(i).Hash == hash && At(i).Key.Equals(key))
            {
                return i;
            }
        }

        return None;
    }

    private RadiusReplySlot Add(in RadiusRequestKey key, uint hash, int requestLength)
    {
        if (_free == None)
        {
            Grow();
        }

        int index = _free;
        ref Entry entry = ref At(index);
        _free = entry.Next;
        entry.Key = key;
        entry.Hash = hash;
        entry.RequestLength = requestLength;
        entry.Chunk = null;

        // Odd while in use: a slot of an earlier request is told from this one.
        entry.Generation++;
        Link(index);
        Count++;
        Pending++;
        PendingBytes += requestLength;
        return new RadiusReplySlot(index, entry.Generation);
    }

    private void Remove(int index)
    {
        ref Entry entry = ref At(index);
        ref int at = ref _buckets[entry.Hash & (uint)(_buckets.Length - 1)];
        while (at != index)
        {
            at = ref At(at).Next;
        }

        at = entry.Next;
        entry.Chunk = null;
        entry.Generation++;
        entry.Next = _free;
        _free = index;
        Count--;
    }

    private void Link(int index)
    {
        ref int bucket = ref _buckets[At(index).Hash & (uint)(_buckets.Length - 1)];
        At(index).Next = bucket;
        bucket = index;
    }

    // Only called where every entry is in use.
    private void Grow()
    {
        int size = _blocks.Count * BlockSize;
        _blocks.Add(new Entry[BlockSize]);
        if (_buckets.Length < size + BlockSize)
        {
            _buckets = new int[Math.Max(FewestBuckets, 2 * _buckets.Length)];
            _buckets.AsSpan().Fill(None);
            for (int i = 0; i < size; i++)
            {
                Link(i);
            }
        }

        for (int i = size + BlockSize - 1; i >= size; i--)
        {
            At(i).Next = _free;
            _free = i;
        }
    }

    private ref Entry At(int index) => ref _blocks[index >> BlockBits][index & (BlockSize - 1)];

    private struct Entry
    {
        public RadiusRequestKey Key;

        // Null while pending.
        public RadiusReplyStore.Chunk? Chunk;
        public long Expires;
        public uint Hash;
        public uint Generation;

        // The next of its bucket, or the next free one.
        public int Next;

        // The next of those answered.
        public int Newer;
        public int Offset;
        public int Length;
        public int RequestLength;
    }
}
