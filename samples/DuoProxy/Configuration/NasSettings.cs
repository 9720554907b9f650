using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>One <c>radius_ip_N</c> with its <c>radius_secret_N</c>: network access servers that may ask.</summary>
public sealed class NasSettings
{
    /// <summary>N, or 0 where the option has no number.</summary>
    public required int Number { get; init; }

    /// <summary>Where <c>radius_ip_N</c> stands, and its text.</summary>
    public required Located<string> Source { get; init; }

    /// <summary>
    /// The addresses as networks. An address, <c>192.0.2.0/24</c>, <c>192.0.2.0/255.255.255.0</c> and <c>192.0.2.10-192.0.2.20</c>
    /// are understood.
    /// </summary>
    public required IReadOnlyList<IPNetwork> Networks { get; init; }

    /// <summary><c>radius_secret_N</c>.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>
    /// <c>force_message_authenticator</c>, or <c>force_message_authenticator_N</c> (ours) for this NAS alone: requests must carry a
    /// Message-Authenticator. False is for peers that cannot sign, and is warned about.
    /// </summary>
    public required bool RequireMessageAuthenticator { get; init; }

    internal static List<NasSettings> Read(SectionReader section)
    {
        const string Address = "radius_ip";
        const string Secret = "radius_secret";
        const string Force = "force_message_authenticator";
        bool force = section.Boolean(Force, true);
        List<NasSettings> all = [];
        foreach (int number in section.Numbers(Address))
        {
            Located<string> source = section.Required(SectionReader.Numbered(Address, number), "192.0.2.1");
            List<IPNetwork> networks = [.. source.Value.Split(',', StringSplitOptions.TrimEntries).SelectMany(part => Parse(part, source))];
            all.Add(new NasSettings
            {
                Number = number,
                Source = source,
                Networks = networks,
                Secret = Encoding.UTF8.GetBytes(section.Required(SectionReader.Numbered(Secret, number), "a long random text", source.Line).Value),
                RequireMessageAuthenticator = number == 0 ? force : section.Boolean(SectionReader.Numbered(Force, number), force),
            });
        }

        return all;
    }

    /// <summary>Whether two sets of addresses have one in common.</summary>
    internal bool Overlaps(NasSettings other) => Networks.Any(a => other.Networks.Any(b => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress)));

    private static IEnumerable<IPNetwork> Parse(string text, Located<string> source)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (slash > 0 && SectionReader.TryAddress(text[..slash], out IPAddress network) && PrefixLength(text[(slash + 1)..], network) is { } length)
        {
            IPNetwork result = new(Masked(network, length), length);
            return result.BaseAddress.Equals(network)
                ? [result]
                : throw source.Error($"{network} has bits set outside its mask; did you mean {result}?");
        }

        if (dash > 0 && SectionReader.TryAddress(text[..dash].Trim(), out IPAddress first) && SectionReader.TryAddress(text[(dash + 1)..].Trim(), out IPAddress last)
            && first.AddressFamily == last.AddressFamily)
        {
            return Value(first) <= Value(last) ? Cover(first, last) : throw source.Error($"the range ends at {last}, before it begins");
        }

        return SectionReader.TryAddress(text, out IPAddress single)
            ? [new IPNetwork(single, Bits(single))]
            : throw source.Error($"'{source.Value}' is not an address (192.0.2.1), a network (192.0.2.0/24) or a range (192.0.2.10-192.0.2.20)");
    }

    private static int? PrefixLength(string text, IPAddress network)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int length))
        {
            return length <= Bits(network) ? length : null;
        }

        if (network.AddressFamily != AddressFamily.InterNetwork || !SectionReader.TryAddress(text, out IPAddress mask) || mask.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        uint bits = BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
        int ones = BitOperations.LeadingZeroCount(~bits);
        return ones + BitOperations.TrailingZeroCount(bits) >= 32 ? ones : null;
    }

    // The fewest networks that cover exactly the addresses from first to last: at most two for each bit of an address.
    private static IEnumerable<IPNetwork> Cover(IPAddress first, IPAddress last)
    {
        int bits = Bits(first);
        BigInteger from = Value(first);
        BigInteger to = Value(last);
        while (from <= to)
        {
            int size = 0;
            while (size < bits && (from & ((BigInteger.One << (size + 1)) - 1)).IsZero && from + (BigInteger.One << (size + 1)) - 1 <= to)
            {
                size++;
            }

            yield return new IPNetwork(ToAddress(from, bits), bits - size);
            from += BigInteger.One << size;
        }
    }

    private static int Bits(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static BigInteger Value(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);

    private static IPAddress Masked(IPAddress address, int length)
    {
        int host = Bits(address) - length;
        return ToAddress(Value(address) >> host << host, Bits(address));
    }

    private static IPAddress ToAddress(BigInteger number, int bits)
    {
        byte[] bytes = new byte[bits / 8];
        byte[] significant = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        if (!number.IsZero)
        {
            significant.CopyTo(bytes.AsSpan(bytes.Length - significant.Length));
        }

        return new IPAddress(bytes);
    }
}
