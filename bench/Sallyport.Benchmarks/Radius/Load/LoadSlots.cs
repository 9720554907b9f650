using System.Diagnostics;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>
/// The requests under way on some channels (source ports or connections), each with its identifiers: what is sent next, what a reply
/// answers, what is lost. Every reply is checked whole. Not safe for concurrent use.
/// </summary>
internal sealed class LoadSlots
{
    private readonly RequestPool _pool;
    private readonly LoadOptions _options;
    private readonly int _first;
    private readonly int _identifiers;
    private readonly Slot[] _slots;
    private readonly Queue<int> _free;
    private readonly int[] _next = new int[256];
    private readonly byte[] _answers;

    /// <summary>All are free.</summary>
    /// <param name="pool">What is sent.</param>
    /// <param name="options">How.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="firstIdentifier">1 where 0 stays free for Status-Server (RFC 6613 §2.6.5), as on streams.</param>
    public LoadSlots(RequestPool pool, LoadOptions options, int channels, int firstIdentifier = 0)
    {
        _pool = pool;
        _options = options;
        _first = firstIdentifier;
        _identifiers = 256 - firstIdentifier;
        _slots = new Slot[channels * _identifiers];

        // Channel by channel: neighbours go out together.
        _free = new Queue<int>(Enumerable.Range(0, _slots.Length));
        _answers = GC.AllocateArray<byte>(pool.HasConversations ? _slots.Length * RequestPool.LargestRequest : 0, pinned: true);
    }

    /// <summary>What has been counted.</summary>
    public LoadCounts Counts { get; private set; } = new();

    /// <summary>How many wait for their reply.</summary>
    public int Outstanding => _slots.Length - _free.Count;

    /// <summary>How many can wait at most.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Counts from nought again.</summary>
    public void Reset() => Counts = new LoadCounts();

    /// <summary>The channel of what <see cref="Begin"/> would send, or -1 where every identifier is in use.</summary>
    public int NextChannel => _free.TryPeek(out int slot) ? slot / _identifiers : -1;

    /// <summary>Begins the next request.</summary>
    /// <param name="due">When it was to be sent, on the clock of <see cref="Stopwatch"/>: what its latency counts from.</param>
    /// <param name="now">When it is sent: what its timeout counts from.</param>
    /// <returns>Its octets, which do not move.</returns>
    public ReadOnlySpan<byte> Begin(long due, long now)
    {
        int at = _free.Dequeue();
        int identifier = _first + (at % _identifiers);
        int turn = _next[identifier];
        _next[identifier] = turn + 1 == _pool.PerIdentifier ? 0 : turn + 1;
        _slots[at] = new Slot { Due = due, Sent = now, Request = (identifier * _pool.PerIdentifier) + turn, IsBusy = true, Lost = _slots[at].Lost };
        Counts.Sent++;
        return _pool[_slots[at].Request];
    }

    /// <summary>Takes what came on a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="datagram">The octets.</param>
    /// <param name="time">When.</param>
    /// <returns>What the conversation goes on with, which does not move; mostly nothing.</returns>
    public ReadOnlySpan<byte> Handle(int channel, ReadOnlySpan<byte> datagram, long time)
    {
        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _))
        {
            Counts.Bad++;
            return default;
        }

        int at = (channel * _identifiers) + packet.Identifier - _first;
        if (packet.Identifier < _first || !_slots[at].IsBusy)
        {
            Counts.Stray++;
            return default;
        }

        ref Slot slot = ref _slots[at];
        ReadOnlySpan<byte> request = slot.AnswerSize == 0 ? _pool[slot.Request] : AnswerOf(at)[..slot.AnswerSize];
        if (!IsReply(packet, request))
        {
            // Perhaps the late reply to the request of this identifier that was given up.
            if (slot.Lost != 0 && IsReply(packet, _pool[slot.Lost - 1]))
            {
                Counts.Stray++;
            }
            else
            {
                Counts.Bad++;
            }

            return default;
        }

        slot.Lost = 0;
        Counts.Count(packet, Nanoseconds(time - slot.Due));
        if (packet.Code == RadiusCode.AccessChallenge && slot.AnswerSize == 0 && _pool.KindOf(slot.Request) == LoadKind.EapMd5)
        {
            slot.AnswerSize = _pool.Answer(slot.Request, packet, AnswerOf(at));
            if (slot.AnswerSize != 0)
            {
                slot.Due = slot.Sent = time;
                Counts.Sent++;
                return AnswerOf(at)[..slot.AnswerSize];
            }
        }

        Counts.Unexpected += _pool.IsExpected(slot.Request, packet.Code) ? 0 : 1;
        Release(at);
        return default;
    }

    /// <summary>Gives up what has waited too long.</summary>
    /// <param name="time">Now.</param>
    public void Expire(long time)
    {
        long oldest = time - (long)(_options.Timeout.TotalSeconds * Stopwatch.Frequency);
        for (int at = 0; at < _slots.Length; at++)
        {
            if (_slots[at].IsBusy && _slots[at].Sent < oldest)
            {
                Counts.Lost++;
                _slots[at].Lost = _slots[at].Request + 1;
                Release(at);
            }
        }
    }

    private bool IsReply(RadiusPacket packet, ReadOnlySpan<byte> request) =>
        RadiusAuthenticators.VerifyReply(packet, request.Slice(4, 16), _options.Secret, _options.RequireMessageAuthenticator) == RadiusVerification.Genuine;

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    private Span<byte> AnswerOf(int slot) => _answers.AsSpan(slot * RequestPool.LargestRequest, RequestPool.LargestRequest);

    private void Release(int slot)
    {
        _slots[slot].IsBusy = false;
        _free.Enqueue(slot);
    }

    private struct Slot
    {
        public long Due;
        public long Sent;
        public int Request;

        // The request before that was given up, by its number from 1 on.
        public int Lost;
        public int AnswerSize;
        public bool IsBusy;
    }
}
