using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>One traffic selector (RFC 7296 §3.13.1).</summary>
public readonly ref struct IkeTrafficSelectorView
{
    private readonly ReadOnlySpan<byte> _octets;

    internal IkeTrafficSelectorView(ReadOnlySpan<byte> octets) => _octets = octets;

    /// <summary>IPv4 or IPv6 range.</summary>
    public IkeTrafficSelectorType Type => (IkeTrafficSelectorType)_octets[0];

    /// <summary>The IP protocol, 0 for any.</summary>
    public byte Protocol => _octets[1];

    /// <summary>The first port.</summary>
    public ushort StartPort => BinaryPrimitives.ReadUInt16BigEndian(_octets[4..]);

    /// <summary>The last port.</summary>
    public ushort EndPort => BinaryPrimitives.ReadUInt16BigEndian(_octets[6..]);

    /// <summary>The first address: 4 or 16 octets, empty for an unknown type.</summary>
    public ReadOnlySpan<byte> StartAddress => _octets.Slice(8, AddressSize(Type));

    /// <summary>The last address: 4 or 16 octets, empty for an unknown type.</summary>
    public ReadOnlySpan<byte> EndAddress => _octets.Slice(8 + AddressSize(Type), AddressSize(Type));

    internal static int AddressSize(IkeTrafficSelectorType type) => type switch
    {
        IkeTrafficSelectorType.IPv4AddressRange => 4,
        IkeTrafficSelectorType.IPv6AddressRange => 16,
        _ => 0,
    };
}

/// <summary>A Traffic Selector payload (RFC 7296 §3.13). Every length was checked; selectors of unknown types are kept.</summary>
public readonly ref struct TrafficSelectorPayload
{
    private readonly ReadOnlySpan<byte> _body;

    private TrafficSelectorPayload(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>How many selectors it has, at least one.</summary>
    public int Count => _body[0];

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out TrafficSelectorPayload payload, out IkeParseError error)
    {
        payload = default;
        error = IkeParseError.Malformed;
        if (body.Length < 4)
        {
            error = IkeParseError.TooShort;
            return false;
        }

        ReadOnlySpan<byte> rest = body[4..];
        for (int i = 0; i < body[0]; i++)
        {
            if (rest.Length < 8)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            int address = IkeTrafficSelectorView.AddressSize((IkeTrafficSelectorType)rest[0]);
            if (length < 8 || length > rest.Length || (address != 0 && length != 8 + (2 * address)))
            {
                return false;
            }

            rest = rest[length..];
        }

        if (!rest.IsEmpty || body[0] == 0)
        {
            return false;
        }

        payload = new TrafficSelectorPayload(body);
        error = IkeParseError.None;
        return true;
    }

    /// <summary>Walks the selectors.</summary>
    public Enumerator GetEnumerator() => new(_body[4..]);

    /// <summary>Walks traffic selectors.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> rest) => _rest = rest;

        /// <summary>The current selector.</summary>
        public IkeTrafficSelectorView Current { get; private set; }

        /// <summary>Steps to the next selector.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            Current = new IkeTrafficSelectorView(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }
    }
}
