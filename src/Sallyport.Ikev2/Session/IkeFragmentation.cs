using System.Net.Sockets;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// How messages that are too long for one datagram are cut (RFC 7383), once both sides have agreed on it: how long what is sent may be, and how much
/// of what comes is kept until it is whole.
/// </summary>
public sealed record IkeFragmentation
{
    private const int SmallestDatagram = 68;
    private const int UdpHeader = 8;
    private const int NonEspMarker = 4;

    /// <summary>The longest datagrams that RFC 7383 §2.5.1 advises, 576 octets over IPv4 and 1280 over IPv6; up to 128 fragments and 32,768 octets are kept.</summary>
    public static IkeFragmentation Default { get; } = new();

    /// <summary>
    /// The longest IPv4 datagram that a message is sent in, in octets with its headers of IP and UDP: 576 unless told otherwise, which passes anywhere; at
    /// least 68 (RFC 791 §3.2). A fragment holds 128 octets of the message however little that is, since peers keep few fragments.
    /// </summary>
    public int IPv4DatagramSize { get; init => field = Checked(value, SmallestDatagram); } = 576;

    /// <summary>The same of IPv6: 1280 unless told otherwise, which every link carries (RFC 8200 §5).</summary>
    public int IPv6DatagramSize { get; init => field = Checked(value, SmallestDatagram); } = 1280;

    /// <summary>In how many fragments a message may come: 128 unless told otherwise. More of them are dropped.</summary>
    public int MaximumFragments { get; init => field = Checked(value, 1); } = 128;

    /// <summary>
    /// How many octets of a message's payloads are kept until it is whole: 32,768 unless told otherwise, several times what a chain of certificates takes.
    /// An IKE SA keeps one request and one response at most, and of genuine fragments only.
    /// </summary>
    public int MaximumOctets { get; init => field = Checked(value, 1); } = 32768;

    /// <summary>How long a message may be that goes in one datagram.</summary>
    internal int MessageSize(IkePath path)
    {
        bool v6 = path.Remote.AddressFamily == AddressFamily.InterNetworkV6 && !path.Remote.Address.IsIPv4MappedToIPv6;
        return (v6 ? IPv6DatagramSize - 40 : IPv4DatagramSize - 20) - UdpHeader - (path.NatTraversal ? NonEspMarker : 0);
    }

    private static int Checked(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }
}
