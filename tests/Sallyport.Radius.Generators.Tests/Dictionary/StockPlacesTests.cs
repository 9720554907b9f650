using System.Net;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The attributes of the RFCs that stand within others.</summary>
public class StockPlacesTests
{
    [Fact]
    public void Attributes_within_others_go_through_a_packet_by_the_keys_of_their_RFCs()
    {
        RadiusSecret secret = new("testing123");
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        byte[] assertion = [.. Enumerable.Range(0, 600).Select(n => (byte)n)];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
        writer.Add(Rfc7499.FragStatus, FragStatus.MoreDataPending);
        writer.BeginTlv(Rfc6930.IPv66rdConfiguration);
        writer.Add(Rfc6930.IPv66rdIPv4MaskLen, 8);
        writer.Add(Rfc6930.IPv66rdBrIPv4Address, IPAddress.Parse("192.0.2.1"));
        writer.EndTlv();
        writer.BeginTlv(Rfc8658.Softwire46Configuration);
        writer.BeginTlv(Rfc8658.Softwire46MapE);
        writer.BeginTlv(Rfc8658.Softwire46MapEPortparams);
        writer.Add(Rfc8658.Softwire46MapEPsid, 0x34);
        writer.EndTlv();
        writer.EndTlv();
        writer.EndTlv();
        writer.Add(Rfc7833.SamlAssertion, assertion);
        Assert.True(writer.TryComplete(secret, out int length));

        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        Assert.True(packet.TryGet(Rfc7499.FragStatus, out FragStatus status));
        Assert.True(packet.TryGet(Rfc6930.IPv66rdIPv4MaskLen, out uint mask));
        Assert.True(packet.TryGet(Rfc6930.IPv66rdBrIPv4Address, out IPAddress relay));
        Assert.True(packet.TryGet(Rfc8658.Softwire46MapEPsid, out uint psid));
        byte[] read = new byte[packet.GetLength(Rfc7833.SamlAssertion)];
        Assert.True(packet.TryGet(Rfc7833.SamlAssertion, read, out _));
        Assert.Equal((FragStatus.MoreDataPending, 8u, IPAddress.Parse("192.0.2.1"), 0x34u), (status, mask, relay, psid));
        Assert.Equal(assertion, read);

        // As RFC 6930 §4.1 has it: type 173, length, TLV 1 with four octets, TLV 3 with an address.
        Assert.True(packet.TryGet(Rfc6930.IPv66rdConfiguration, out RadiusAttributes tlvs));
        Assert.Equal("0106000000080306C0000201", Convert.ToHexString(tlvs.Span));
    }
}
