using System.Net;
using System.Text;
using FsCheck.Xunit;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>What is a packet, what is none, and that nothing thrown at the parser comes back as an exception.</summary>
public class RadiusPacketTests
{
    [Theory]
    [InlineData("", RadiusParseError.TooShort)]
    [InlineData("01010000000000000000", RadiusParseError.TooShort)]
    [InlineData("0101001400000000000000000000000000000000", RadiusParseError.None)]
    [InlineData("0101001300000000000000000000000000000000", RadiusParseError.Length)]
    [InlineData("0101001500000000000000000000000000000000", RadiusParseError.Length)]
    [InlineData("0101ffff00000000000000000000000000000000", RadiusParseError.Length)]
    [InlineData("010100150000000000000000000000000000000018", RadiusParseError.AttributeLength)]
    [InlineData("01010016000000000000000000000000000000001800", RadiusParseError.AttributeLength)]
    [InlineData("01010016000000000000000000000000000000001801", RadiusParseError.AttributeLength)]
    [InlineData("01010016000000000000000000000000000000001802", RadiusParseError.None)]
    [InlineData("01010016000000000000000000000000000000001803", RadiusParseError.AttributeLength)]
    [InlineData("010100160000000000000000000000000000000018020000", RadiusParseError.None)]
    [InlineData("010100180000000000000000000000000000000050040000", RadiusParseError.MessageAuthenticator)]
    public void Every_length_is_checked_once(string datagram, RadiusParseError expected)
    {
        bool parsed = RadiusPacket.TryParse(Convert.FromHexString(datagram), out RadiusPacket packet, out RadiusParseError error);

        Assert.Equal((expected == RadiusParseError.None, expected), (parsed, error));
        Assert.Equal(parsed ? (datagram[7] - '0') + 16 : 0, packet.Span.Length);
    }

    [Fact]
    public void A_packet_of_4096_octets_is_taken_and_one_of_4097_is_not()
    {
        byte[] largest = new byte[RadiusPacket.LargestSize + 1];
        largest[2] = 0x10;
        for (int at = 20; at < RadiusPacket.LargestSize;)
        {
            int take = Math.Min(255, RadiusPacket.LargestSize - at);
            take = RadiusPacket.LargestSize - at - take == 1 ? take - 1 : take;
            largest[at + 1] = (byte)take;
            at += take;
        }

        Assert.True(RadiusPacket.TryParse(largest, out RadiusPacket packet, out _));
        Assert.Equal(RadiusPacket.LargestSize, packet.Span.Length);
        largest[3] = 1;
        Assert.False(RadiusPacket.TryParse(largest, out _, out RadiusParseError error));
        Assert.Equal(RadiusParseError.Length, error);
    }

    [Fact]
    public void More_attributes_than_the_limit_are_refused()
    {
        byte[] Many(int count) => Packets.Raw(RadiusCode.AccessRequest, [.. Enumerable.Repeat("21", count)]);

        Assert.True(RadiusPacket.TryParse(Many(RadiusPacket.MostAttributes), out _, out _));
        Assert.False(RadiusPacket.TryParse(Many(RadiusPacket.MostAttributes + 1), out _, out RadiusParseError error));
        Assert.Equal(RadiusParseError.TooManyAttributes, error);
    }

    [Fact]
    public void Two_Message_Authenticators_are_malformed()
    {
        string one = "50" + new string('0', 32);

        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessRequest, one), out RadiusPacket packet, out _));
        Assert.True(packet.HasMessageAuthenticator);
        Assert.False(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessRequest, one, one), out _, out RadiusParseError error));
        Assert.Equal(RadiusParseError.MessageAuthenticator, error);
    }

    [Fact]
    public void Every_attribute_of_a_request_is_read()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Request, out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(packet, Packets.Secret, RadiusMessageAuthenticatorPolicy.Require));

        byte[] password = new byte[RadiusHiding.LargestPassword];
        Assert.True(packet.TryDecrypt(Rfc2865.UserPassword, Packets.Secret, packet.Authenticator, password, out int length));
        Assert.Equal("correct-horse-battery", Encoding.ASCII.GetString(password, 0, length));
        Assert.Equal("alice@corp.example.com", packet.GetString(Rfc2865.UserName));
        Assert.True(packet.TryGet(Rfc2865.NasIpAddress, out IPAddress address));
        Assert.Equal("192.0.2.10", address.ToString());
        Assert.True(packet.TryGet(Rfc2865.NasPort, out uint port));
        Assert.Equal(50112u, port);
        Assert.True(packet.TryGet(Rfc2865.NasPortType, out NasPortType portType));
        Assert.True(packet.TryGet(Rfc2865.ServiceType, out ServiceType service));
        Assert.Equal((NasPortType.Ethernet, ServiceType.FramedUser), (portType, service));
        Assert.True(packet.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state));
        Assert.Equal(Enumerable.Range(0x40, 32).Select(i => (byte)i), state.ToArray());
        Assert.Equal(["audit-session-id=C0000209000001F4B6F8A9C2", "service-type=Call Check"], Texts(packet, CiscoVsa.CiscoAVPair));
    }

    [Fact]
    public void Several_sub_attributes_in_one_VSA_are_several_values()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessAccept, "1a00000009" + "01044141" + "01044242" + "020443430104", "1a0000000901034e"), out RadiusPacket packet, out _));

        // The rest of the first VSA, 01 04, reaches beyond it: it is nobody's, and the next VSA is read all the same.
        Assert.Equal(["AA", "BB", "N"], Texts(packet, CiscoVsa.CiscoAVPair));
        Assert.Equal("CC", packet.GetString(CiscoVsa.CiscoNasPort));
    }

    [Theory]
    [InlineData("1a")]
    [InlineData("1a000009")]
    [InlineData("1a00000009")]
    [InlineData("1a0000000901")]
    [InlineData("1a000000090100")]
    [InlineData("1a000000090101")]
    [InlineData("1a0000000901ff41")]
    [InlineData("1a00000137010341")]
    public void A_VSA_that_cannot_be_taken_apart_stays_raw(string vsa)
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessAccept, vsa), out RadiusPacket packet, out _));

        Assert.False(packet.TryGet(CiscoVsa.CiscoAVPair, out _));
        Assert.True(packet.TryGet(Rfc2865.VendorSpecific, out ReadOnlySpan<byte> raw));
        Assert.Equal(vsa[2..], Convert.ToHexStringLower(raw));
    }

    [Fact]
    public void Binary_values_and_unknown_types_come_back_octet_for_octet()
    {
        string[] attributes = ["19fffe8001", "18", "21" + string.Concat(Enumerable.Repeat("ab", 253)), "f1010203", "0000"];
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessRequest, attributes), out RadiusPacket packet, out _));

        Assert.True(packet.TryGet(Rfc2865.Class, out ReadOnlySpan<byte> value));
        Assert.Equal("FFFE8001", Convert.ToHexString(value));
        Assert.True(packet.TryGet(Rfc2865.State, out value));
        Assert.Equal(0, value.Length);
        Assert.True(packet.TryGet(Rfc2865.ProxyState, out value));
        Assert.Equal(253, value.Length);
        List<string> raw = [];
        foreach (RadiusRawItem item in packet.Attributes)
        {
            raw.Add($"{item.Type:x2}{Convert.ToHexStringLower(item.Value)}");
        }

        Assert.Equal(attributes, raw);
    }

    [Fact]
    public void A_tagged_number_is_a_tag_and_a_number()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessAccept, "400100000d", "4101000006", "51013130", "51416263"), out RadiusPacket packet, out _));

        Assert.True(packet.TryGet(Rfc2868.TunnelType, out byte tag, out TunnelType type));
        Assert.Equal((1, TunnelType.Vlan), (tag, type));
        Assert.True(packet.TryGet(Rfc2868.TunnelPrivateGroupId, out tag, out ReadOnlySpan<byte> group));
        Assert.Equal((1, "10"), (tag, Encoding.ASCII.GetString(group)));
    }

    [Theory]
    [InlineData("04c00002")]
    [InlineData("04c000020a00")]
    [InlineData("05000001")]
    [InlineData("0600000000ff")]
    [InlineData("3700")]
    [InlineData("5f20010db8")]
    [InlineData("600102030405060708090a")]
    [InlineData("61")]
    [InlineData("610081" + "00000000000000000000000000000000")]
    [InlineData("610040" + "2001")]
    public void A_value_of_the_wrong_size_is_not_found_by_its_type_and_stays_raw(string attribute)
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessRequest, attribute), out RadiusPacket packet, out _));

        Assert.False(packet.TryGet(Rfc2865.NasIpAddress, out _));
        Assert.False(packet.TryGet(Rfc2865.NasPort, out _));
        Assert.False(packet.TryGet(Rfc2865.ServiceType, out ServiceType _));
        Assert.False(packet.TryGet(Rfc2869.EventTimestamp, out _));
        Assert.False(packet.TryGet(Rfc3162.NasIPv6Address, out _));
        Assert.False(packet.TryGet(Rfc3162.FramedInterfaceId, out _));
        Assert.False(packet.TryGet(Rfc3162.FramedIPv6Prefix, out _));
        Assert.True(packet.Contains(Convert.FromHexString(attribute)[0]));
    }

    [Fact]
    public void Every_truncation_is_refused_and_every_change_of_an_octet_is_survived()
    {
        for (int length = 0; length < Packets.Request.Length; length++)
        {
            Assert.False(RadiusPacket.TryParse(Packets.Request.AsSpan(0, length), out _, out _));
        }

        byte[] changed = [.. Packets.Request];
        for (int at = 0; at < changed.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                changed[at] ^= (byte)(1 << bit);
                Assert.NotEqual(RadiusVerification.Genuine, ReadEverything(changed));
                changed[at] ^= (byte)(1 << bit);
            }
        }

        Assert.Equal(RadiusVerification.Genuine, ReadEverything(changed));
    }

    [Property(MaxTest = 1000)]
    public void Nothing_thrown_at_it_comes_back_as_an_exception(byte[] octets, byte code)
    {
        octets ??= [];
        ReadEverything(octets);
        byte[] packet = [code, 1, (byte)((20 + octets.Length) >> 8), (byte)(20 + octets.Length), .. new byte[16], .. octets];
        ReadEverything(packet);
    }

    [Property(MaxTest = 1000)]
    public void Sub_attributes_of_any_shape_end(byte[] octets)
    {
        byte[] vsa = [.. (octets ?? []).Take(249)];
        ReadEverything(Packets.Raw(RadiusCode.AccessRequest, "1a00000009" + Convert.ToHexString(vsa)));
    }

    /// <summary>Calls every getter; what they find is not the matter here. Gives the verdict on the packet as a request.</summary>
    private static RadiusVerification? ReadEverything(byte[] octets)
    {
        if (!RadiusPacket.TryParse(octets, out RadiusPacket packet, out RadiusParseError error))
        {
            Assert.NotEqual(RadiusParseError.None, error);
            return null;
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        foreach (RadiusRawItem item in packet.Attributes)
        {
            RadiusAttributeId id = new(item.Vendor, item.Type);
            packet.TryGetRaw(id, out _);
            foreach (ReadOnlySpan<byte> value in packet.GetAll(id))
            {
                Assert.True(value.Length <= 253);
            }

            foreach (RadiusAttributeId each in (RadiusAttributeId[])[id, new(9, 1)])
            {
                packet.GetString(new TextKey(each));
                packet.TryGet(new IntegerKey(each), out _);
                packet.TryGet(new Integer64Key(each), out _);
                packet.TryGet(new SignedKey(each), out _);
                packet.TryGet(new ShortKey(each), out _);
                packet.TryGet(new ByteKey(each), out _);
                packet.TryGet(new EnumKey<ServiceType>(each), out ServiceType _);
                packet.TryGet(new DateKey(each), out _);
                packet.TryGet(new IPv4Key(each), out _);
                packet.TryGet(new IPv6Key(each), out _);
                packet.TryGet(new IPv4PrefixKey(each), out _);
                packet.TryGet(new IPv6PrefixKey(each), out _);
                packet.TryGet(new InterfaceIdKey(each), out _);
                packet.TryGet(new EtherKey(each), out _);
                packet.TryGet(new TlvKey(each), out _);
                packet.TryGet(new TaggedIntegerKey(each), out _, out uint _);
                packet.TryGet(new TaggedTextKey(each), out _, out ReadOnlySpan<byte> _);
                packet.TryGet(new ConcatKey(each), buffer, out int length);
                Assert.Equal(packet.GetLength(new ConcatKey(each)), length);
                packet.TryDecrypt(new EncryptedKey(each, RadiusEncryption.UserPassword), Packets.Secret, packet.Authenticator, buffer, out _);
                packet.TryDecrypt(new EncryptedKey(each, RadiusEncryption.Salted), Packets.Secret, packet.Authenticator, buffer, out _);
                packet.TryDecrypt(new EncryptedKey(each, RadiusEncryption.Salted, true), Packets.Secret, packet.Authenticator, buffer, out _);
            }
        }

        RadiusAuthenticators.VerifyReply(packet, Convert.FromHexString(Packets.RequestAuthenticator), Packets.Secret, requireMessageAuthenticator: true);
        Assert.DoesNotContain("testing123", packet.ToString(), StringComparison.Ordinal);
        return RadiusAuthenticators.VerifyRequest(packet, Packets.Secret, RadiusMessageAuthenticatorPolicy.Require);
    }

    private static List<string> Texts(RadiusPacket packet, TextKey key)
    {
        List<string> texts = [];
        foreach (ReadOnlySpan<byte> value in packet.GetAll(key))
        {
            texts.Add(Encoding.UTF8.GetString(value));
        }

        return texts;
    }
}
