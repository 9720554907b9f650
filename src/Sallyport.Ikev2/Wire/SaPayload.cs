using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>A Security Association payload (RFC 7296 §3.3): proposals, each with its transforms. Every length was checked.</summary>
public readonly ref struct SaPayload
{
    private readonly ReadOnlySpan<byte> _body;

    private SaPayload(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out SaPayload payload, out IkeParseError error) =>
        TryParse(body, IkeLimits.Default, out payload, out error);

    /// <summary>Checks the payload's body within limits of one's own.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, IkeLimits limits, out SaPayload payload, out IkeParseError error)
    {
        payload = default;
        ReadOnlySpan<byte> rest = body;
        int count = 0;
        bool more = true;
        while (more)
        {
            if (++count > limits.Proposals)
            {
                error = IkeParseError.TooMany;
                return false;
            }

            // RFC 7296 §3.3.1: 2 where another proposal follows, 0 in the last.
            if (rest.Length < IkeProposalView.HeaderSize || rest[0] is not (0 or 2))
            {
                error = IkeParseError.Malformed;
                return false;
            }

            more = rest[0] == 2;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < IkeProposalView.HeaderSize || length > rest.Length)
            {
                error = IkeParseError.PayloadLength;
                return false;
            }

            if (!IkeProposalView.Check(rest[..length], limits.Transforms, out error))
            {
                return false;
            }

            rest = rest[length..];
        }

        if (!rest.IsEmpty)
        {
            error = IkeParseError.TrailingOctets;
            return false;
        }

        payload = new SaPayload(body);
        error = IkeParseError.None;
        return true;
    }

    /// <summary>Walks the proposals.</summary>
    public Enumerator GetEnumerator() => new(_body);

    /// <summary>Walks proposals.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> rest) => _rest = rest;

        /// <summary>The current proposal.</summary>
        public IkeProposalView Current { get; private set; }

        /// <summary>Steps to the next proposal.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            Current = new IkeProposalView(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }
    }
}

/// <summary>A proposal substructure (RFC 7296 §3.3.1).</summary>
public readonly ref struct IkeProposalView
{
    internal const int HeaderSize = 8;
    private readonly ReadOnlySpan<byte> _octets;

    internal IkeProposalView(ReadOnlySpan<byte> octets) => _octets = octets;

    /// <summary>The proposal's number.</summary>
    public byte Number => _octets[4];

    /// <summary>IKE, AH or ESP.</summary>
    public IkeProtocolId Protocol => (IkeProtocolId)_octets[5];

    /// <summary>The sender's SPI: none in the first exchange, 8 octets of IKE, 4 of ESP.</summary>
    public ReadOnlySpan<byte> Spi => _octets.Slice(HeaderSize, _octets[6]);

    /// <summary>How many transforms it has.</summary>
    public byte TransformCount => _octets[7];

    /// <summary>Walks the transforms.</summary>
    public TransformEnumerator GetEnumerator() => new(_octets[(HeaderSize + _octets[6])..]);

    internal static bool Check(ReadOnlySpan<byte> octets, int limit, out IkeParseError error)
    {
        int spi = octets[6];
        int announced = octets[7];
        error = IkeParseError.Malformed;
        if (HeaderSize + spi > octets.Length || announced == 0)
        {
            return false;
        }

        if (announced > limit)
        {
            error = IkeParseError.TooMany;
            return false;
        }

        ReadOnlySpan<byte> rest = octets[(HeaderSize + spi)..];
        for (int i = 0; i < announced; i++)
        {
            if (rest.Length < IkeTransformView.HeaderSize || rest[0] != (i + 1 < announced ? 3 : 0))
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < IkeTransformView.HeaderSize || length > rest.Length || !IkeTransformView.Check(rest[..length]))
            {
                return false;
            }

            rest = rest[length..];
        }

        if (!rest.IsEmpty)
        {
            return false;
        }

        error = IkeParseError.None;
        return true;
    }

    /// <summary>Walks transforms.</summary>
    public ref struct TransformEnumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal TransformEnumerator(ReadOnlySpan<byte> rest) => _rest = rest;

        /// <summary>The current transform.</summary>
        public IkeTransformView Current { get; private set; }

        /// <summary>Steps to the next transform.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            Current = IkeTransformView.Read(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }
    }
}

/// <summary>A transform substructure (RFC 7296 §3.3.2).</summary>
/// <param name="Type">What it transforms.</param>
/// <param name="Id">The algorithm's number within its type.</param>
/// <param name="KeyBits">The Key Length attribute in bits, 0 where absent.</param>
/// <param name="HasUnknownAttributes">Whether it carries attributes other than Key Length, with which it must not be chosen (RFC 7296 §3.3.6).</param>
public readonly record struct IkeTransformView(IkeTransformType Type, ushort Id, ushort KeyBits, bool HasUnknownAttributes)
{
    internal const int HeaderSize = 8;
    private const ushort KeyLengthTv = 0x8000 | 14;

    internal static bool Check(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> rest = octets[HeaderSize..];
        while (!rest.IsEmpty)
        {
            if (rest.Length < 4)
            {
                return false;
            }

            int length = (rest[0] & 0x80) != 0 ? 4 : 4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length > rest.Length)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    internal static IkeTransformView Read(ReadOnlySpan<byte> octets)
    {
        ushort bits = 0;
        bool unknown = false;
        ReadOnlySpan<byte> rest = octets[HeaderSize..];
        while (!rest.IsEmpty)
        {
            ushort value = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) == KeyLengthTv)
            {
                bits = value;
            }
            else
            {
                unknown = true;
            }

            rest = rest[((rest[0] & 0x80) != 0 ? 4 : 4 + value)..];
        }

        return new IkeTransformView((IkeTransformType)octets[4], BinaryPrimitives.ReadUInt16BigEndian(octets[6..]), bits, unknown);
    }
}
