using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>The selectors of a pair of SAs in a form that costs no allocation to ask (RFC 4301 §4.4.1).</summary>
internal sealed class TrafficFilter(IReadOnlyList<IkeTrafficSelector> local, IReadOnlyList<IkeTrafficSelector> remote)
{
    private readonly Range[] _local = [.. local.Select(s => new Range(s))];
    private readonly Range[] _remote = [.. remote.Select(s => new Range(s))];

    /// <summary>The peer's side, for routes.</summary>
    public ReadOnlySpan<Range> Remote => _remote;

    /// <summary>Whether a packet that came out of the tunnel may have come through it.</summary>
    public bool AllowsInbound(in InnerPacket packet) =>
        Contains(_remote, packet.Source, packet.Protocol, packet.HasPorts, packet.SourcePort)
        && Contains(_local, packet.Destination, packet.Protocol, packet.HasPorts, packet.DestinationPort);

    /// <summary>Whether a packet may go into the tunnel.</summary>
    public bool AllowsOutbound(in InnerPacket packet) =>
        Contains(_local, packet.Source, packet.Protocol, packet.HasPorts, packet.SourcePort)
        && Contains(_remote, packet.Destination, packet.Protocol, packet.HasPorts, packet.DestinationPort);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Contains(Range[] ranges, UInt128 address, byte protocol, bool hasPort, ushort port)
    {
        foreach (ref readonly Range range in ranges.AsSpan())
        {
            if (range.Contains(address)
                && (range.Protocol == 0 || range.Protocol == protocol)
                && (range.AnyPort || (hasPort && port >= range.StartPort && port <= range.EndPort)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One selector.</summary>
    internal readonly struct Range(IkeTrafficSelector selector)
    {
        public readonly UInt128 Start = InnerPacket.Address(selector.Start.GetAddressBytes());
        public readonly UInt128 End = InnerPacket.Address(selector.End.GetAddressBytes());
        public readonly byte Protocol = selector.Protocol;
        public readonly ushort StartPort = selector.StartPort;
        public readonly ushort EndPort = selector.EndPort;
        private readonly bool _isIPv4 = selector.Start.AddressFamily == AddressFamily.InterNetwork;

        public bool AnyPort => StartPort == 0 && EndPort == ushort.MaxValue;

        /// <summary>Whether it is one address.</summary>
        public bool IsHost => Start == End && Contains(Start);

        /// <summary>Whether an address lies in it. Those of IPv4 lie among those of IPv6, as which they do not count.</summary>
        public bool Contains(UInt128 address) => address >= Start && address <= End && InnerPacket.IsIPv4(address) == _isIPv4;
    }
}
