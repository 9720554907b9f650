using System.Net;
using System.Net.Sockets;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>A range of addresses, ports and a protocol that an SA carries (RFC 7296 §2.9).</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The last address, of the same family.</param>
/// <param name="Protocol">The IP protocol, 0 for any.</param>
/// <param name="StartPort">The first port.</param>
/// <param name="EndPort">The last port.</param>
public sealed record IkeTrafficSelector(IPAddress Start, IPAddress End, byte Protocol = 0, ushort StartPort = 0, ushort EndPort = ushort.MaxValue)
{
    /// <summary>All of IPv4.</summary>
    public static IkeTrafficSelector AnyIPv4 { get; } = new(IPAddress.Any, IPAddress.Broadcast);

    /// <summary>All of IPv6.</summary>
    public static IkeTrafficSelector AnyIPv6 { get; } = new(IPAddress.IPv6Any, IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));

    /// <summary>One address.</summary>
    public static IkeTrafficSelector Host(IPAddress address) => new(address, address);

    /// <summary>A network.</summary>
    public static IkeTrafficSelector Network(IPNetwork network)
    {
        byte[] end = network.BaseAddress.GetAddressBytes();
        for (int bit = network.PrefixLength; bit < end.Length * 8; bit++)
        {
            end[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IkeTrafficSelector(network.BaseAddress, new IPAddress(end));
    }

    /// <summary>Whether an address lies in the range.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily == Start.AddressFamily && Compare(Start, address) <= 0 && Compare(address, End) <= 0;
    }

    /// <summary>What two selectors have in common, or <see langword="null"/> (RFC 7296 §2.9, narrowing).</summary>
    public IkeTrafficSelector? Intersect(IkeTrafficSelector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Start.AddressFamily != other.Start.AddressFamily || (Protocol != 0 && other.Protocol != 0 && Protocol != other.Protocol))
        {
            return null;
        }

        IPAddress start = Compare(Start, other.Start) >= 0 ? Start : other.Start;
        IPAddress end = Compare(End, other.End) <= 0 ? End : other.End;
        ushort startPort = Math.Max(StartPort, other.StartPort);
        ushort endPort = Math.Min(EndPort, other.EndPort);
        return Compare(start, end) <= 0 && startPort <= endPort
            ? new IkeTrafficSelector(start, end, Protocol != 0 ? Protocol : other.Protocol, startPort, endPort)
            : null;
    }

    /// <summary>The range as a network where it is one, else as two addresses.</summary>
    public override string ToString() => TryGetNetwork(out IPNetwork network) ? network.ToString() : $"{Start}-{End}";

    /// <summary>The range as a network, where it is one.</summary>
    public bool TryGetNetwork(out IPNetwork network)
    {
        byte[] start = Start.GetAddressBytes();
        byte[] end = End.GetAddressBytes();
        int prefix = 0;
        while (prefix < start.Length * 8 && Bit(start, prefix) == Bit(end, prefix))
        {
            prefix++;
        }

        for (int bit = prefix; bit < start.Length * 8; bit++)
        {
            if (Bit(start, bit) || !Bit(end, bit))
            {
                network = default;
                return false;
            }
        }

        network = new IPNetwork(Start, prefix);
        return true;
    }

    internal static List<IkeTrafficSelector> Read(TrafficSelectorPayload payload)
    {
        List<IkeTrafficSelector> selectors = [];
        foreach (IkeTrafficSelectorView view in payload)
        {
            if (view.StartAddress.Length != 0)
            {
                IkeTrafficSelector selector = new(new IPAddress(view.StartAddress), new IPAddress(view.EndAddress), view.Protocol, view.StartPort, view.EndPort);
                if (Compare(selector.Start, selector.End) <= 0)
                {
                    selectors.Add(selector);
                }
            }
        }

        return selectors;
    }

    internal static void Write(ref IkePayloadWriter writer, IkePayloadType type, IReadOnlyList<IkeTrafficSelector> selectors)
    {
        writer.BeginTrafficSelectors(type, selectors.Count);
        foreach (IkeTrafficSelector selector in selectors)
        {
            writer.AddTrafficSelector(selector.Protocol, selector.StartPort, selector.EndPort, selector.Start.GetAddressBytes(), selector.End.GetAddressBytes());
        }

        writer.EndPayload();
    }

    /// <summary>What the offered and the allowed selectors have in common.</summary>
    internal static List<IkeTrafficSelector> Narrow(IEnumerable<IkeTrafficSelector> offered, IReadOnlyList<IkeTrafficSelector> allowed) =>
        [.. allowed.SelectMany(a => offered.Select(o => o.Intersect(a))).OfType<IkeTrafficSelector>().Distinct().Take(byte.MaxValue)];

    /// <summary>Whether what is offered has room for all that is in use.</summary>
    internal static bool Cover(IReadOnlyList<IkeTrafficSelector> offered, IReadOnlyList<IkeTrafficSelector> inUse) =>
        inUse.All(u => offered.Any(o => u.Equals(o.Intersect(u))));

    private static bool Bit(byte[] octets, int bit) => (octets[bit / 8] & (0x80 >> (bit % 8))) != 0;

    private static int Compare(IPAddress left, IPAddress right)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        left.TryWriteBytes(a, out int lengthA);
        right.TryWriteBytes(b, out int lengthB);
        return a[..lengthA].SequenceCompareTo(b[..lengthB]);
    }
}
