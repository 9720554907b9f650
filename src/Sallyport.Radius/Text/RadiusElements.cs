using System.Buffers.Binary;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>An attribute with its value whole.</summary>
internal readonly record struct RadiusElement(RadiusAttributeId Id, byte[] Value);

/// <summary>
/// Takes a packet apart into attributes: vendors' out of Vendor-Specific, extended ones out of 241 to 246, values that were cut joined. What has
/// a form that those do not allow stays the attribute that carries it.
/// </summary>
internal sealed class RadiusElements(RadiusDictionary dictionary)
{
    private const int VendorSize = 4;
    private const byte More = 0x80;

    private readonly List<RadiusElement> _found = [];
    private List<(byte Type, byte[] Value)> _attributes = [];
    private int _at;

    public static IReadOnlyList<RadiusElement> Of(RadiusPacket packet, RadiusDictionary dictionary)
    {
        RadiusElements elements = new(dictionary);
        foreach (RadiusRawItem item in packet.Attributes)
        {
            elements._attributes.Add((item.Type, item.Value.ToArray()));
        }

        elements.TakeApart();
        return elements._found;
    }

    /// <summary>The TLVs of a value (RFC 6929 §2.3), or null where it is not made of them.</summary>
    public static IReadOnlyList<RadiusElement>? Tlvs(RadiusAttributeId id, ReadOnlySpan<byte> value)
    {
        List<RadiusElement> found = [];
        while (!value.IsEmpty)
        {
            if (value.Length < 2 || value[1] < 2 || value[1] > value.Length)
            {
                return null;
            }

            found.Add(new RadiusElement(id.Child(value[0]), value[2..value[1]].ToArray()));
            value = value[value[1]..];
        }

        return found.Count > 0 ? found : null;
    }

    private void TakeApart()
    {
        for (_at = 0; _at < _attributes.Count; _at++)
        {
            (byte type, byte[] value) = _attributes[_at];
            int before = _found.Count;
            int at = _at;
            bool taken = type switch
            {
                RadiusPacket.VendorSpecific => TryVendor(value),
                >= RadiusPacket.FirstLongExtended and <= RadiusPacket.LastExtended => TryLongExtended(type, value),
                >= RadiusPacket.FirstExtended and < RadiusPacket.FirstLongExtended => TryExtended(type, value, 1),
                _ => false,
            };
            if (!taken)
            {
                _found.RemoveRange(before, _found.Count - before);
                _at = at;
                _found.Add(new RadiusElement(new RadiusAttributeId(type), value));
            }
        }
    }

    private bool TryVendor(byte[] attribute)
    {
        uint vendor = Vendor(attribute);
        if (vendor == 0)
        {
            return false;
        }

        RadiusVendorFormat format = dictionary.FormatOf(vendor);
        ReadOnlySpan<byte> rest = attribute.AsSpan(VendorSize);
        do
        {
            if (!TrySplit(ref rest, format, out uint type, out byte[] value, out bool more))
            {
                return false;
            }

            while (more)
            {
                // It goes on at the beginning of the next attribute, under the same vendor and type.
                if (!rest.IsEmpty || ++_at >= _attributes.Count || _attributes[_at].Type != RadiusPacket.VendorSpecific || Vendor(_attributes[_at].Value) != vendor)
                {
                    return false;
                }

                rest = _attributes[_at].Value.AsSpan(VendorSize);
                if (!TrySplit(ref rest, format, out uint same, out byte[] piece, out more) || same != type)
                {
                    return false;
                }

                value = [.. value, .. piece];
            }

            _found.Add(new RadiusElement(new RadiusAttributeId(vendor, type, format), value));
        }
        while (!rest.IsEmpty);
        return true;
    }

    private static bool TrySplit(ref ReadOnlySpan<byte> rest, RadiusVendorFormat format, out uint type, out byte[] value, out bool more)
    {
        int header = format.TypeOctets + format.LengthOctets + (format.HasContinuation ? 1 : 0);
        (type, value, more) = (0, [], false);
        if (rest.Length < header)
        {
            return false;
        }

        type = Number(rest[..format.TypeOctets]);
        int length = format.LengthOctets == 0 ? rest.Length : (int)Number(rest.Slice(format.TypeOctets, format.LengthOctets));
        byte flags = format.HasContinuation ? rest[header - 1] : (byte)0;
        if (length < header || length > rest.Length || (flags & ~More) != 0)
        {
            return false;
        }

        value = rest[header..length].ToArray();
        more = flags != 0;
        rest = rest[length..];
        return true;
    }

    // RFC 6929 §2.2: a type, then flags of which the first says that the value goes on in the next attribute.
    private bool TryLongExtended(byte carrier, byte[] attribute)
    {
        byte[] value = attribute;
        while (true)
        {
            byte[] piece = _attributes[_at].Value;
            if (piece.Length < 2 || piece[0] != attribute[0] || (piece[1] & ~More) != 0)
            {
                return false;
            }

            value = value == attribute ? attribute : [.. value, .. piece.AsSpan(2).ToArray()];
            if (piece[1] == 0)
            {
                return TryExtended(carrier, value, 2);
            }

            if (++_at >= _attributes.Count || _attributes[_at].Type != carrier)
            {
                return false;
            }
        }
    }

    private bool TryExtended(byte carrier, byte[] attribute, int header)
    {
        if (attribute.Length < header)
        {
            return false;
        }

        byte type = attribute[0];
        ReadOnlySpan<byte> value = attribute.AsSpan(header);
        if (type != RadiusPacket.VendorSpecific)
        {
            _found.Add(new RadiusElement(RadiusAttributeId.Extended(carrier, type), value.ToArray()));
            return true;
        }

        // RFC 6929 §2.4: the vendor and its type, once before the value.
        uint vendor = Vendor(value);
        if (vendor == 0 || value.Length == VendorSize)
        {
            return false;
        }

        _found.Add(new RadiusElement(RadiusAttributeId.Extended(carrier, vendor, value[VendorSize]), value[(VendorSize + 1)..].ToArray()));
        return true;
    }

    private static uint Vendor(ReadOnlySpan<byte> octets) => octets.Length < VendorSize ? 0 : BinaryPrimitives.ReadUInt32BigEndian(octets);

    private static uint Number(ReadOnlySpan<byte> octets)
    {
        uint number = 0;
        foreach (byte octet in octets)
        {
            number = (number << 8) | octet;
        }

        return number;
    }
}
