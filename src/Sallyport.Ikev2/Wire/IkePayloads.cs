using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>One payload of a chain.</summary>
public readonly ref struct IkePayload
{
    internal IkePayload(IkePayloadType type, IkePayloadType next, bool critical, int offset, ReadOnlySpan<byte> body)
    {
        Type = type;
        NextPayload = next;
        IsCritical = critical;
        Offset = offset;
        Body = body;
    }

    /// <summary>The payload's type.</summary>
    public IkePayloadType Type { get; }

    /// <summary>The next payload's type; in an Encrypted payload the type of the first one inside (RFC 7296 §3.14).</summary>
    public IkePayloadType NextPayload { get; }

    /// <summary>The critical bit: a receiver that does not know the type rejects the message (RFC 7296 §2.5).</summary>
    public bool IsCritical { get; }

    /// <summary>Where the generic payload header begins in the chain.</summary>
    public int Offset { get; }

    /// <summary>What follows the generic payload header.</summary>
    public ReadOnlySpan<byte> Body { get; }
}

/// <summary>A chain of payloads (RFC 7296 §3.2), of a message in the clear or from inside an Encrypted payload. Every length was checked.</summary>
public readonly ref struct IkePayloads
{
    /// <summary>The generic payload header in octets.</summary>
    public const int PayloadHeaderSize = 4;

    private readonly ReadOnlySpan<byte> _octets;
    private readonly IkePayloadType _first;

    private IkePayloads(IkePayloadType first, ReadOnlySpan<byte> octets)
    {
        _first = first;
        _octets = octets;
    }

    /// <summary>The first payload's type.</summary>
    public IkePayloadType First => _first;

    /// <summary>The chain's octets.</summary>
    public ReadOnlySpan<byte> Span => _octets;

    /// <summary>Checks a chain. The payloads' bodies are checked by their own views.</summary>
    public static bool TryParse(IkePayloadType first, ReadOnlySpan<byte> octets, IkeLimits limits, out IkePayloads payloads, out IkeParseError error)
    {
        payloads = default;
        IkePayloadType type = first;
        ReadOnlySpan<byte> rest = octets;
        for (int count = 0; type != IkePayloadType.None; count++)
        {
            if (count == limits.Payloads)
            {
                error = IkeParseError.TooMany;
                return false;
            }

            if (rest.Length < PayloadHeaderSize)
            {
                error = IkeParseError.PayloadLength;
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < PayloadHeaderSize || length > rest.Length)
            {
                error = IkeParseError.PayloadLength;
                return false;
            }

            // An Encrypted payload ends the chain: its "next payload" is the first one inside (RFC 7296 §3.14).
            bool encrypted = type is IkePayloadType.Encrypted or IkePayloadType.EncryptedFragment;
            type = encrypted ? IkePayloadType.None : (IkePayloadType)rest[0];
            rest = rest[length..];
            if (encrypted && !rest.IsEmpty)
            {
                error = IkeParseError.PayloadAfterEncrypted;
                return false;
            }
        }

        if (!rest.IsEmpty)
        {
            error = IkeParseError.TrailingOctets;
            return false;
        }

        payloads = new IkePayloads(first, octets);
        error = IkeParseError.None;
        return true;
    }

    /// <summary>Finds the first payload of a type.</summary>
    public bool TryGet(IkePayloadType type, out IkePayload payload)
    {
        foreach (IkePayload candidate in this)
        {
            if (candidate.Type == type)
            {
                payload = candidate;
                return true;
            }
        }

        payload = default;
        return false;
    }

    /// <summary>Finds the first notification of a type that is well formed.</summary>
    public bool TryGetNotify(IkeNotifyType type, out NotifyPayload notify)
    {
        foreach (IkePayload payload in this)
        {
            if (payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out notify, out _) && notify.Type == type)
            {
                return true;
            }
        }

        notify = default;
        return false;
    }

    /// <summary>Walks the chain.</summary>
    public Enumerator GetEnumerator() => new(_first, _octets);

    /// <summary>Walks a chain.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _octets;
        private IkePayloadType _next;
        private int _offset;

        internal Enumerator(IkePayloadType first, ReadOnlySpan<byte> octets)
        {
            _next = first;
            _octets = octets;
        }

        /// <summary>The current payload.</summary>
        public IkePayload Current { get; private set; }

        /// <summary>Steps to the next payload.</summary>
        public bool MoveNext()
        {
            if (_next == IkePayloadType.None)
            {
                return false;
            }

            ReadOnlySpan<byte> rest = _octets[_offset..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            IkePayloadType next = (IkePayloadType)rest[0];
            Current = new IkePayload(_next, next, (rest[1] & 0x80) != 0, _offset, rest[PayloadHeaderSize..length]);
            _next = _next is IkePayloadType.Encrypted or IkePayloadType.EncryptedFragment ? IkePayloadType.None : next;
            _offset += length;
            return true;
        }
    }
}

/// <summary>A whole IKE message: header and payload chain.</summary>
public readonly ref struct IkeMessage
{
    private IkeMessage(IkeHeader header, IkePayloads payloads, ReadOnlySpan<byte> span)
    {
        Header = header;
        Payloads = payloads;
        Span = span;
    }

    /// <summary>The header.</summary>
    public IkeHeader Header { get; }

    /// <summary>The outer payloads; what an Encrypted payload holds is reached by opening it.</summary>
    public IkePayloads Payloads { get; }

    /// <summary>The message's octets.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>Checks a datagram (without non-ESP marker).</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out IkeMessage message, out IkeParseError error) =>
        TryParse(datagram, IkeLimits.Default, out message, out error);

    /// <summary>Checks a datagram (without non-ESP marker) within limits of one's own.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, IkeLimits limits, out IkeMessage message, out IkeParseError error)
    {
        message = default;
        if (!IkeHeader.TryParse(datagram, out IkeHeader header, out error)
            || !IkePayloads.TryParse(header.NextPayload, datagram[IkeHeader.Size..], limits, out IkePayloads payloads, out error))
        {
            return false;
        }

        message = new IkeMessage(header, payloads, datagram);
        return true;
    }
}
