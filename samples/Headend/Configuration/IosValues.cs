using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The values that IOS XE commands carry.</summary>
internal static class IosValues
{
    // The fixed key of "type 7" obfuscation, which IOS applies to secrets under "service password-encryption". It hides, it does not protect.
    private const string Type7Key = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

    /// <summary>An IPv4 address.</summary>
    public static IPAddress Address(IosLine line, int index, string wanted)
    {
        string word = line.Word(index, wanted);
        return IPAddress.TryParse(word, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && word.Count(c => c == '.') == 3
            ? address
            : throw line.Error($"'{word}' is not an IPv4 address; {wanted} should stand here, such as 192.0.2.1");
    }

    /// <summary>A whole number within bounds.</summary>
    public static int Number(IosLine line, int index, string wanted, int minimum, int maximum) => (int)Number(line, index, wanted, minimum, (long)maximum);

    /// <summary>A whole number within bounds that may be large.</summary>
    public static long Number(IosLine line, int index, string wanted, long minimum, long maximum)
    {
        string word = line.Word(index, wanted);
        return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= minimum && value <= maximum
            ? value
            : throw line.Error($"'{word}' is not {wanted}: a number from {minimum} to {maximum} should stand here");
    }

    /// <summary>A network from an address and a wildcard mask, whose set bits are free (<c>192.0.2.0 0.0.0.255</c>).</summary>
    public static IPNetwork Network(IosLine line, int index)
    {
        if (line.Word(index, "any, host or an address with its wildcard mask").Equals("any", StringComparison.OrdinalIgnoreCase))
        {
            return new IPNetwork(IPAddress.Any, 0);
        }

        if (line.Words[index].Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            return new IPNetwork(Address(line, index + 1, "the host's address"), 32);
        }

        IPAddress address = Address(line, index, "an address");
        uint wildcard = index + 1 < line.Words.Count ? ToUInt32(Address(line, index + 1, "a wildcard mask")) : 0;
        if ((wildcard & (wildcard + 1)) != 0)
        {
            throw line.Error($"the wildcard mask {line.Words[index + 1]} has gaps; a route needs one such as 0.0.0.255");
        }

        return new IPNetwork(FromUInt32(ToUInt32(address) & ~wildcard), BitOperations.LeadingZeroCount(wildcard));
    }

    /// <summary>A secret: plain, <c>0 plain</c> or <c>7 obfuscated</c>.</summary>
    public static byte[] Secret(IosLine line, int index)
    {
        string word = line.Word(index, "the key");
        if (index + 1 >= line.Words.Count)
        {
            return Encoding.UTF8.GetBytes(word);
        }

        string rest = string.Join(' ', line.Words.Skip(index + 1));
        return word switch
        {
            "0" => Encoding.UTF8.GetBytes(rest),
            "7" => Type7(line, rest),
            "6" => throw line.Error("a type 6 key is encrypted with the router's own master key, which is not in the configuration; write it as 'key 0 SECRET'"),
            _ => Encoding.UTF8.GetBytes(word + " " + rest),
        };
    }

    /// <summary>The address as a number, so that pools can count.</summary>
    public static uint ToUInt32(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[4];
        return address.TryWriteBytes(octets, out int written) && written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;
    }

    /// <summary>The number as an address.</summary>
    public static IPAddress FromUInt32(uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return new IPAddress(octets);
    }

    private static byte[] Type7(IosLine line, string text)
    {
        if (text.Length < 4 || text.Length % 2 != 0 || !int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
            || !text.AsSpan(2).ToString().All(char.IsAsciiHexDigit))
        {
            throw line.Error("not a type 7 key: two decimal digits and then pairs of hexadecimal digits should stand after '7'");
        }

        byte[] secret = Convert.FromHexString(text.AsSpan(2));
        for (int i = 0; i < secret.Length; i++)
        {
            secret[i] ^= (byte)Type7Key[(seed + i) % Type7Key.Length];
        }

        return secret;
    }
}
