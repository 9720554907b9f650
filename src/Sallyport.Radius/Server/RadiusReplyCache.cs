using System.Net;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
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

/// <summary>
/// Finds duplicates (RFC 5080 §2.2.2): the same source address, port, identifier and authenticator. A request stays while it is pending,
/// however long that takes, and its reply for a while after; the number of entries is bounded. Not safe for concurrent use.
/// </summary>
public sealed class RadiusReplyCache
{
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(5);
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Queue<(Key Key, Entry Entry)> _answered = new();
    private readonly int _capacity;
    private readonly TimeSpan _lifetime;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="capacity">How many requests it holds, pending and answered.</param>
    /// <param name="lifetime">How long a reply is kept; at least 5 s, so that a late retransmission still finds it (RFC 5080 §2.2.2).</param>
    /// <exception cref="ArgumentOutOfRangeException">The cache holds nothing, or forgets too soon.</exception>
    public RadiusReplyCache(int capacity, TimeSpan lifetime)
    {
        if (capacity < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a cache holds one request at least");
        }

        if (lifetime < ShortestLifetime)
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "a reply is kept for five seconds at least");
        }

        _capacity = capacity;
        _lifetime = lifetime;
    }

    /// <summary>How many requests it holds.</summary>
    public int Count => _entries.Count;

    /// <summary>Looks a request up, and enters it where it is new.</summary>
    /// <param name="remote">Who sent it.</param>
    /// <param name="packet">The request, verified.</param>
    /// <param name="now">The time.</param>
    /// <param name="reply">The reply's octets where it was answered.</param>
    public RadiusRequestKind Begin(IPEndPoint remote, RadiusPacket packet, TimeSpan now, out ReadOnlyMemory<byte> reply)
    {
        Guard.NotNull(remote);
        Expire(now);
        Key key = new(remote, packet);
        reply = default;
        if (_entries.TryGetValue(key, out Entry? entry))
        {
            reply = entry.Reply;
            return entry.Reply.IsEmpty ? RadiusRequestKind.Pending : RadiusRequestKind.Answered;
        }

        while (_entries.Count >= _capacity)
        {
            // The oldest reply makes room; pending requests never do.
            if (_answered.Count == 0)
            {
                return RadiusRequestKind.Overload;
            }

            Remove(_answered.Dequeue());
        }

        _entries.Add(key, new Entry());
        return RadiusRequestKind.New;
    }

    /// <summary>Keeps the reply to a request.</summary>
    public void Complete(IPEndPoint remote, RadiusPacket packet, ReadOnlyMemory<byte> reply, TimeSpan now)
    {
        Guard.NotNull(remote);
        Key key = new(remote, packet);
        if (_entries.TryGetValue(key, out Entry? entry) && entry.Reply.IsEmpty)
        {
            entry.Reply = reply;
            entry.Expires = now + _lifetime;
            _answered.Enqueue((key, entry));
        }
    }

    /// <summary>Forgets a request that gets no reply, so that a retransmission is handled anew.</summary>
    public void Abandon(IPEndPoint remote, RadiusPacket packet)
    {
        Guard.NotNull(remote);
        Key key = new(remote, packet);
        if (_entries.TryGetValue(key, out Entry? entry) && entry.Reply.IsEmpty)
        {
            _entries.Remove(key);
        }
    }

    private void Expire(TimeSpan now)
    {
        while (_answered.Count > 0 && _answered.Peek().Entry.Expires <= now)
        {
            Remove(_answered.Dequeue());
        }
    }

    private void Remove((Key Key, Entry Entry) answered)
    {
        if (_entries.TryGetValue(answered.Key, out Entry? entry) && entry == answered.Entry)
        {
            _entries.Remove(answered.Key);
        }
    }

    private sealed class Entry
    {
        public ReadOnlyMemory<byte> Reply { get; set; }

        public TimeSpan Expires { get; set; }
    }

    private readonly record struct Key(IPEndPoint Remote, byte Identifier, byte Code, ulong High, ulong Low)
    {
        public Key(IPEndPoint remote, RadiusPacket packet)
            : this(
                remote,
                packet.Identifier,
                (byte)packet.Code,
                System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(packet.Authenticator),
                System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(packet.Authenticator.Slice(8)))
        {
        }
    }
}
