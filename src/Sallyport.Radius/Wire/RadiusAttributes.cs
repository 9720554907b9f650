using System.Buffers.Binary;

namespace Sallyport.Radius.Wire;

/// <summary>One attribute as it stands in the packet.</summary>
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

/// <summary>All attributes of a packet, in order.</summary>
public ref struct RadiusAttributes
{
    private ReadOnlySpan<byte> _rest;

    internal RadiusAttributes(ReadOnlySpan<byte> octets) => _rest = octets;

    /// <summary>The current attribute.</summary>
    public RadiusRawItem Current { get; private set; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusAttributes GetEnumerator() => this;

    /// <summary>Steps to the next attribute.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Current = new RadiusRawItem(_rest[0], _rest[2.._rest[1]]);
        _rest = _rest[_rest[1]..];
        return true;
    }
}

/// <summary>
/// Every value of one attribute, in order. A vendor's attributes are found wherever they stand: several in one Vendor-Specific attribute, or
/// each in one of its own (RFC 2865 §5.26). A sub-attribute that reaches beyond its Vendor-Specific attribute ends the search within that one.
/// </summary>
public ref struct RadiusValues
{
    private readonly RadiusAttributeId _id;
    private RadiusAttributes _attributes;
    private ReadOnlySpan<byte> _vendorRest;

    internal RadiusValues(RadiusPacket packet, RadiusAttributeId id)
    {
        _attributes = packet.Attributes;
        _id = id;
    }

    /// <summary>The current value.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusValues GetEnumerator() => this;

    /// <summary>Steps to the next value.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            while (_vendorRest.Length >= 2 && _vendorRest[1] >= 2 && _vendorRest[1] <= _vendorRest.Length)
            {
                ReadOnlySpan<byte> sub = _vendorRest[.._vendorRest[1]];
                _vendorRest = _vendorRest[sub.Length..];
                if (sub[0] == _id.Type)
                {
                    Current = sub[2..];
                    return true;
                }
            }

            _vendorRest = default;
            if (!_attributes.MoveNext())
            {
                return false;
            }

            RadiusRawItem attribute = _attributes.Current;
            if (_id.Vendor == 0)
            {
                if (attribute.Type == _id.Type)
                {
                    Current = attribute.Value;
                    return true;
                }
            }
            else if (attribute.Vendor == _id.Vendor)
            {
                _vendorRest = attribute.Value[4..];
            }
        }
    }
}
