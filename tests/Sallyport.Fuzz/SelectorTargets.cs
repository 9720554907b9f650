using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Fuzz;

/// <summary>What selectors look at in a packet out of a tunnel: whatever its headers say, it passes by those that name it and by no others.</summary>
internal static class SelectorTargets
{
    /// <summary>A packet and what may stand behind it.</summary>
    public static void Inner(byte[] octets)
    {
        if (!InnerPacket.TryParse(octets, out InnerPacket packet))
        {
            return;
        }

        bool v4 = octets[0] >> 4 == 4;
        IPAddress source = new(octets.AsSpan(v4 ? 12 : 8, v4 ? 4 : 16));
        IkeTrafficSelector any = v4 ? IkeTrafficSelector.AnyIPv4 : IkeTrafficSelector.AnyIPv6;
        IkeTrafficSelector other = v4 ? IkeTrafficSelector.AnyIPv6 : IkeTrafficSelector.AnyIPv4;
        Require(Passes(packet, any) && Passes(packet, IkeTrafficSelector.Host(source)), "it does not pass by its own address");
        Require(!Passes(packet, other), "it passes by a selector of the other version");
        Require(Passes(packet, any with { Protocol = packet.Protocol }), "it does not pass by its own protocol");
        Require(packet.Protocol == byte.MaxValue || !Passes(packet, any with { Protocol = (byte)(packet.Protocol + 1) }), "it passes by another protocol");
        IkeTrafficSelector port = any with { StartPort = packet.SourcePort, EndPort = packet.SourcePort };
        Require(Passes(packet, port) == packet.HasPorts, "ports are told that are not known, or not told that are");
        Require(!Passes(packet, port with { StartPort = (ushort)(packet.SourcePort ^ 1), EndPort = (ushort)(packet.SourcePort ^ 1) }), "it passes by another port");
        for (int length = 0; length < packet.Span.Length; length++)
        {
            Require(!InnerPacket.TryParse(octets.AsSpan(0, length), out _), "a part of it is a packet");
        }
    }

    private static bool Passes(in InnerPacket packet, IkeTrafficSelector remote) =>
        new TrafficFilter([IkeTrafficSelector.AnyIPv4, IkeTrafficSelector.AnyIPv6], [remote]).AllowsInbound(packet);

    private static void Require(bool right, string otherwise)
    {
        if (!right)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
