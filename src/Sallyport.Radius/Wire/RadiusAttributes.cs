using System.Buffers.Binary;

namespace Sallyport.Radius.Wire;

/// <summary>One attribute as it stands in the packet, or one TLV as it stands in an attribute.</summary>
public readonly ref struct RadiusRawItem
{
    internal RadiusRawItem(byte type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>The type.</summary>
    public byte Type { get; }

    /// <summary>The value, 0 to 253 octets.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The vendor of a Vendor-Specific attribute (RFC 2865 §5.26), else 0.</summary>
    public uint Vendor => Type == RadiusPacket.VendorSpecific && Value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;
}

/// <summary>All attributes of a packet, or all TLVs of an attribute, in order. One whose length is wrong ends the TLVs; a packet has none such.</summary>
public ref struct RadiusAttributes
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>What stands in octets that were taken out of a packet, such as the value of a TLV attribute.</summary>
    /// <param name="octets">Type, length and value, again and again.</param>
    public RadiusAttributes(ReadOnlySpan<byte> octets) => _rest = octets;

    /// <summary>The octets of those that are still to come.</summary>
    public readonly ReadOnlySpan<byte> Span => _rest;

    /// <summary>The current one.</summary>
    public RadiusRawItem Current { get; private set; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusAttributes GetEnumerator() => this;

    /// <summary>Steps to the next one.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < 2 || _rest[1] < 2 || _rest[1] > _rest.Length)
        {
            _rest = default;
            return false;
        }

        Current = new RadiusRawItem(_rest[0], _rest[2.._rest[1]]);
        _rest = _rest[_rest[1]..];
        return true;
    }
}
