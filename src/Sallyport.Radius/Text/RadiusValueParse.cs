using System.Globalization;
using System.Net;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Values from text, in the spellings of radclient and some that are as plain.</summary>
internal static class RadiusValueParse
{
    private const int IPv4Size = 4;
    private const int IPv6Size = 16;
    private static readonly string[] Dates = [RadiusValueFormat.Date, "MMM dd yyyy HH:mm:ss 'UTC'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz"];

    /// <summary>Reads a value.</summary>
    /// <param name="definition">The attribute.</param>
    /// <param name="word">What is written.</param>
    /// <param name="value">Its octets, without a tag.</param>
    /// <param name="wanted">What would be right, where nothing could be read.</param>
    public static bool TryParse(RadiusAttributeDefinition definition, in RadiusTextWord word, out byte[] value, out string wanted)
    {
        value = [];
        wanted = Wanted(definition);
        bool hexadecimal = IsHexadecimal(word);
        switch (definition.Type)
        {
            case RadiusDataType.Text:
                value = word.Octets;
                return IsLength(definition, value);
            case RadiusDataType.IPv4:
                return TryParseAddress(word.Text, IPv4Size, out value) || (hexadecimal && TryParseRaw(word.Text, out value) && value.Length == 4);
            case RadiusDataType.IPv6:
                return TryParseAddress(word.Text, IPv6Size, out value);
            case RadiusDataType.IPv4OrIPv6:
                return TryParseAddress(word.Text, IPv4Size, out value) || TryParseAddress(word.Text, IPv6Size, out value);
            case RadiusDataType.IPv4Prefix:
                return TryParsePrefix(word.Text, IPv4Size, out value);
            case RadiusDataType.IPv6Prefix:
                return TryParsePrefix(word.Text, IPv6Size, out value);
            case RadiusDataType.InterfaceId:
                return TryParseInterfaceId(word.Text, out value);
            case RadiusDataType.Ether:
                return Hexadecimal.TryParse(word.Text.Replace(":", string.Empty).Replace("-", string.Empty), out value) && value.Length == 6 && word.Text.Length is 12 or 17;
            case RadiusDataType.Date when TryParseDate(word.Text, out uint seconds):
                value = BigEndian(seconds, 4);
                return true;
        }

        if (!RadiusValueFormat.IsOpaque(definition.Type))
        {
            return TryParseNumber(definition, word.Text, out value);
        }

        // radclient takes octets as text too; what holds attributes has no text.
        value = word.Octets;
        return (hexadecimal ? TryParseRaw(word.Text, out value) : definition.Type == RadiusDataType.Octets) && IsLength(definition, value);
    }

    /// <summary>Whether a value is written as 0x and digits.</summary>
    public static bool IsHexadecimal(in RadiusTextWord word) => !word.IsQuoted && word.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads 0x and digits.</summary>
    public static bool TryParseRaw(string text, out byte[] value)
    {
        value = [];
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && Hexadecimal.TryParse(text.Substring(2), out value);
    }

    /// <summary>Reads a number by its name, in decimal or in hexadecimal.</summary>
    public static bool TryParseNumber(RadiusAttributeDefinition definition, string text, out byte[] value)
    {
        int width = RadiusValueFormat.Width(definition.Type) - (definition.HasTag ? 1 : 0);
        value = [];
        if (NumberOf(definition, text) is { } known)
        {
            value = BigEndian(known, width);
            return true;
        }

        if (RadiusValueFormat.IsSigned(definition.Type) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long signed)
            && RadiusValueFormat.SignExtend(unchecked((ulong)signed), width) == signed)
        {
            value = BigEndian(unchecked((ulong)signed), width);
            return true;
        }

        if (definition.Type == RadiusDataType.Bool && text.ToLowerInvariant() is "yes" or "no" or "true" or "false")
        {
            value = [text.ToLowerInvariant() is "yes" or "true" ? (byte)1 : (byte)0];
            return true;
        }

        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ulong number = 0;
        bool read = (hexadecimal || !RadiusValueFormat.IsSigned(definition.Type)) && ulong.TryParse(
            hexadecimal ? text.Substring(2) : text, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (!read || (width < 8 && number >> (8 * width) != 0))
        {
            return false;
        }

        value = BigEndian(number, width);
        return true;
    }

    /// <summary>The number of a name: the first, where it has several.</summary>
    public static ulong? NumberOf(RadiusAttributeDefinition definition, string name)
    {
        foreach (RadiusNamedValue named in definition.Values)
        {
            if (named.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return named.Number;
            }
        }

        return null;
    }

    private static string Wanted(RadiusAttributeDefinition definition) => definition.Type switch
    {
        RadiusDataType.IPv4 => "an IPv4 address, such as 192.0.2.1",
        RadiusDataType.IPv6 => "an IPv6 address, such as 2001:db8::1",
        RadiusDataType.IPv4OrIPv6 => "an address, such as 192.0.2.1 or 2001:db8::1",
        RadiusDataType.IPv4Prefix => "an IPv4 prefix, such as 192.0.2.0/24",
        RadiusDataType.IPv6Prefix => "an IPv6 prefix, such as 2001:db8::/32",
        RadiusDataType.InterfaceId => "an interface identifier, such as 0:0:0:1",
        RadiusDataType.Ether => "an Ethernet address, such as 02:00:5e:10:00:01",
        RadiusDataType.Date => "a time, such as \"Nov 25 2026 10:00:00 UTC\", or seconds since 1970",
        RadiusDataType.Bool => "yes or no",
        RadiusDataType.Text => $"text of {definition.FixedLength} octets",
        _ => definition.FixedLength > 0 ? $"{definition.FixedLength} octets, such as 0x{new string('0', 2 * definition.FixedLength)}" : Width(definition) is var width and > 0
            ? (definition.Values.Count > 0 ? $"one of {Some(definition.Values)}, or " : string.Empty) + $"a number of {width * 8} bits"
            : "octets, such as 0x0102",
    };

    private static int Width(RadiusAttributeDefinition definition) =>
        RadiusValueFormat.Width(definition.Type) - (definition.HasTag && RadiusValueFormat.Width(definition.Type) > 0 ? 1 : 0);

    private static bool IsLength(RadiusAttributeDefinition definition, byte[] value) => definition.FixedLength == 0 || value.Length == definition.FixedLength;

    private static string Some(IReadOnlyList<RadiusNamedValue> values)
    {
        const int Most = 12;
        string names = string.Join(", ", values.Take(Most).Select(v => v.Name));
        return values.Count > Most ? names + " …" : names;
    }

    // IPAddress takes "1", "0x7f.1" and "010.0.0.1" as IPv4, and a zone behind IPv6: none of them is what the writer of a policy meant.
    private static bool TryParseAddress(string text, int size, out byte[] value)
    {
        value = [];
        if (text.Contains('%') || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return false;
        }

        value = address.GetAddressBytes();
        return value.Length == size && (size == IPv6Size ? !text.Contains('[') : address.ToString() == text);
    }

    private static bool TryParsePrefix(string text, int size, out byte[] value)
    {
        value = [];
        string[] parts = text.Split('/');
        int bits = size * 8;
        if (!TryParseAddress(parts[0], size, out byte[] address)
            || !(parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits <= address.Length * 8)))
        {
            return false;
        }

        // RFC 8044 §3.10 and §3.11: the bits behind the prefix are zero.
        for (int i = 0; i < address.Length; i++)
        {
            int kept = bits - (8 * i);
            address[i] &= kept >= 8 ? (byte)0xff : kept <= 0 ? (byte)0 : (byte)(0xff << (8 - kept));
        }

        value = [0, (byte)bits, .. address];
        return true;
    }

    private static bool TryParseInterfaceId(string text, out byte[] value)
    {
        value = new byte[8];
        string[] groups = text.Split(':');
        for (int i = 0; i < groups.Length && i < 4; i++)
        {
            if (groups[i].Length > 4 || !ushort.TryParse(groups[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort group))
            {
                return false;
            }

            (value[2 * i], value[(2 * i) + 1]) = ((byte)(group >> 8), unchecked((byte)group));
        }

        return groups.Length == 4;
    }

    private static bool TryParseDate(string text, out uint seconds)
    {
        seconds = 0;
        bool read = DateTimeOffset.TryParseExact(
            text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out DateTimeOffset time);
        long unix = read ? time.ToUnixTimeSeconds() : -1;
        seconds = unix is >= 0 and <= uint.MaxValue ? (uint)unix : 0;
        return unix is >= 0 and <= uint.MaxValue;
    }

    private static byte[] BigEndian(ulong number, int width)
    {
        byte[] value = new byte[width];
        for (int i = width - 1; i >= 0; i--, number >>= 8)
        {
            value[i] = unchecked((byte)number);
        }

        return value;
    }
}
