using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>One configuration attribute (RFC 7296 §3.15.1).</summary>
public readonly ref struct IkeConfigurationAttributeView
{
    internal IkeConfigurationAttributeView(IkeConfigurationAttributeType type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>What it configures.</summary>
    public IkeConfigurationAttributeType Type { get; }

    /// <summary>The value; empty in a request that leaves the choice open.</summary>
    public ReadOnlySpan<byte> Value { get; }
}

/// <summary>A Configuration payload (RFC 7296 §3.15). Every length was checked.</summary>
public readonly ref struct ConfigurationPayload
{
    private readonly ReadOnlySpan<byte> _body;

    private ConfigurationPayload(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>Request, reply, set or acknowledgement.</summary>
    public IkeConfigurationType Type => (IkeConfigurationType)_body[0];

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out ConfigurationPayload payload, out IkeParseError error)
    {
        payload = default;
        if (body.Length < 4)
        {
            error = IkeParseError.TooShort;
            return false;
        }

        ReadOnlySpan<byte> rest = body[4..];
        for (int count = 0; !rest.IsEmpty; count++)
        {
            if (count == IkeLimits.Default.Items)
            {
                error = IkeParseError.TooMany;
                return false;
            }

            if (rest.Length < 4 || 4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) > rest.Length)
            {
                error = IkeParseError.Malformed;
                return false;
            }

            rest = rest[(4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]))..];
        }

        payload = new ConfigurationPayload(body);
        error = IkeParseError.None;
        return true;
    }

    /// <summary>Walks the attributes.</summary>
    public Enumerator GetEnumerator() => new(_body[4..]);

    /// <summary>Walks configuration attributes.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> rest) => _rest = rest;

        /// <summary>The current attribute.</summary>
        public IkeConfigurationAttributeView Current { get; private set; }

        /// <summary>Steps to the next attribute.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);

            // RFC 7296 §3.15.1: the top bit is reserved and ignored on receipt.
            Current = new IkeConfigurationAttributeView((IkeConfigurationAttributeType)(BinaryPrimitives.ReadUInt16BigEndian(_rest) & 0x7fff), _rest.Slice(4, length));
            _rest = _rest[(4 + length)..];
            return true;
        }
    }
}
