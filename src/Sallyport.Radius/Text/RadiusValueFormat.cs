using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Values as text, in the spellings of radclient.</summary>
internal static class RadiusValueFormat
{
    internal const string Date = "MMM d yyyy HH:mm:ss 'UTC'";

    /// <summary>A value in the spelling of its type, or null where it does not have the type's form.</summary>
    public static string? Format(RadiusAttributeDefinition definition, ReadOnlySpan<byte> value)
    {
        if (definition.FixedLength > 0 && value.Length != definition.FixedLength)
        {
            return null;
        }

        switch (definition.Type)
        {
            case RadiusDataType.Text:
                return Quote(value);
            case var type when IsOpaque(type):
                // An attribute that carries others stands here only where it does not.
                return Carries(type) ? null : Raw(value);
            case RadiusDataType.IPv4 when value.Length == 4:
            case RadiusDataType.IPv6 when value.Length == 16:
            case RadiusDataType.IPv4OrIPv6 when value.Length is 4 or 16:
                return Octets.Address(value).ToString();
            case RadiusDataType.IPv4Prefix when value.Length == 6:
                return Prefix(value, 4);
            case RadiusDataType.IPv6Prefix when value.Length is >= 2 and <= 18:
                return Prefix(value, 16);
            case RadiusDataType.InterfaceId when value.Length == 8:
                return string.Format(
                    CultureInfo.InvariantCulture, "{0:x}:{1:x}:{2:x}:{3:x}", Short(value, 0), Short(value, 2), Short(value, 4), Short(value, 6));
            case RadiusDataType.Ether when value.Length == 6:
                return Hexadecimal.Of(value, ':');
            case RadiusDataType.Date when value.Length == 4:
                return '"' + DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(value)).UtcDateTime.ToString(Date, CultureInfo.InvariantCulture) + '"';
            default:
                return TryReadNumber(definition, value, out ulong number) ? Number(definition, number) : null;
        }
    }

    /// <summary>Whether a type has no other spelling than octets.</summary>
    public static bool IsOpaque(RadiusDataType type) => type is RadiusDataType.Octets or RadiusDataType.Tlv or RadiusDataType.AscendFilter || Carries(type)
        || type is >= RadiusDataType.Float32 and not RadiusDataType.TimeSpan;

    /// <summary>Whether a number of the type has a sign.</summary>
    public static bool IsSigned(RadiusDataType type) =>
        type is RadiusDataType.Signed or RadiusDataType.SignedByte or RadiusDataType.SignedShort or RadiusDataType.Signed64 or RadiusDataType.TimeSpan;

    /// <summary>Octets of no known structure.</summary>
    public static string Raw(ReadOnlySpan<byte> value) => "0x" + Hexadecimal.Of(value);

    /// <summary>How wide numbers of a type are, or 0 where it has none.</summary>
    public static int Width(RadiusDataType type) => type switch
    {
        RadiusDataType.Byte or RadiusDataType.Bool or RadiusDataType.SignedByte => 1,
        RadiusDataType.Short or RadiusDataType.SignedShort => 2,
        RadiusDataType.Integer or RadiusDataType.Signed or RadiusDataType.Date or RadiusDataType.TimeSpan => 4,
        RadiusDataType.Integer64 or RadiusDataType.Signed64 => 8,
        _ => 0,
    };

    /// <summary>Reads a value of a type that is a number. A tagged one has had its tag taken off, which leaves three octets (RFC 2868 §3.1).</summary>
    public static bool TryReadNumber(RadiusAttributeDefinition definition, ReadOnlySpan<byte> value, out ulong number)
    {
        number = 0;
        int width = Width(definition.Type);
        if (width == 0 || value.Length != (definition.HasTag ? width - 1 : width))
        {
            return false;
        }

        foreach (byte octet in value)
        {
            number = (number << 8) | octet;
        }

        return true;
    }

    /// <summary>A number, by its name where it has one.</summary>
    public static string Number(RadiusAttributeDefinition definition, ulong number)
    {
        foreach (RadiusNamedValue value in definition.Values)
        {
            if (value.Number == number && RadiusValueParse.NumberOf(definition, value.Name) == number)
            {
                return IsBare(value.Name) ? value.Name : Quote(Encoding.UTF8.GetBytes(value.Name));
            }
        }

        return definition.Type switch
        {
            var type when IsSigned(type) => SignExtend(number, Width(type)).ToString(CultureInfo.InvariantCulture),
            RadiusDataType.Bool when number <= 1 => number == 1 ? "yes" : "no",
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>
    /// Text in quotation marks: <c>\"</c>, <c>\\</c>, <c>\n</c>, <c>\r</c>, <c>\t</c>, and octets that end lines, move cursors, reorder text or
    /// are no UTF-8 as <c>\037</c>, octal.
    /// </summary>
    public static string Quote(ReadOnlySpan<byte> value)
    {
        StringBuilder quoted = new("\"", value.Length + 8);
        while (!value.IsEmpty)
        {
            int length = Utf8Characters.Length(value, out int character);
            switch (character)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append((char)character);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case >= 0 when Utf8Characters.IsPrintable(character):
                    quoted.Append(char.ConvertFromUtf32(character));
                    break;
                default:
                    foreach (byte octet in value[..length])
                    {
                        quoted.Append('\\').Append((char)('0' + (octet >> 6))).Append((char)('0' + ((octet >> 3) & 7))).Append((char)('0' + (octet & 7)));
                    }

                    break;
            }

            value = value[length..];
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number of some octets with its sign.</summary>
    public static long SignExtend(ulong number, int width) => unchecked((long)(number << (64 - (8 * width)))) >> (64 - (8 * width));

    private static bool Carries(RadiusDataType type) => type is RadiusDataType.VendorSpecific or RadiusDataType.Extended or RadiusDataType.LongExtended or RadiusDataType.ExtendedVendorSpecific;

    private static bool IsBare(string name)
    {
        foreach (char c in name)
        {
            if (c is <= ' ' or ',' or '#' or '"' or '\'' or '`' or '\\' or > '~')
            {
                return false;
            }
        }

        return name.Length > 0;
    }

    // RFC 8044 §3.10 and §3.11: a zero, the length in bits, and the address, of IPv6 without its last zeros. What it says behind the length would be lost.
    private static string? Prefix(ReadOnlySpan<byte> value, int size)
    {
        Span<byte> address = stackalloc byte[size];
        address.Clear();
        value[2..].CopyTo(address);
        int bits = value[1];
        bool canonical = value[0] == 0 && bits <= (value.Length - 2) * 8;
        for (int i = 0; canonical && i < size; i++)
        {
            int kept = Math.Min(Math.Max(bits - (8 * i), 0), 8);
            canonical = (address[i] & (0xff >> kept)) == 0;
        }

        return canonical ? Octets.Address(address) + "/" + bits.ToString(CultureInfo.InvariantCulture) : null;
    }

    private static ushort Short(ReadOnlySpan<byte> value, int at) => BinaryPrimitives.ReadUInt16BigEndian(value[at..]);
}
