using System.Net;
using System.Text;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>The packets of RFC 2865 §7 and RFC 5997 §6, secret <c>xyzzy5461</c>.</summary>
public class PublishedPacketTests
{
    private static readonly RadiusSecret Secret = new("xyzzy5461");
    private static readonly TextKey UserName = new(1);
    private static readonly EncryptedKey UserPassword = new(2, RadiusEncryption.UserPassword);
    private static readonly OctetsKey ChapPassword = new(3);
    private static readonly IPv4Key NasIpAddress = new(4);
    private static readonly IntegerKey NasPort = new(5);

    public static TheoryData<string, string> Exchanges => new()
    {
        { "010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003", "0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103" },
        { "010100472aee86f08d0d55969ca5978e0d3367a20108666c6f707379031316e97557c316185895f293ff63440772750406c0a80110050600000014060600000002070600000001", "0201003815efbc7dab26cfa3dc34d9c03c8601a40606000000020706000000010806fffffffe0a06000000020d06000000010c06000005dc" },
        { "01020039f3a47a1f6a6d76710b947ab93041a03901076d6f707379021233657573778289b570885e15084825c50406c0a80110050600000007", "0b02004e36f3c8764ae8c71157403c0c71ff9c4512304368616c6c656e67652033323736393433302e2020456e74657220726573706f6e73652061742070726f6d70742e180a3332373639343330" },
        { "0cda00268a54f4686fb394c52866e302185d062350125a665e2e1e8411f3e243822097c84fa3", "02da0014ef0d552a4bf2d693ec2b6fe8b5411d66" },
        { "0c47002cbf58de56ae408ad3b70c8513f9b03fbe0406c00002105012852d6fec61e7ed74b8e32dac2f2a5fb2", "0247003446f43e62fd0354424cbbebfd6d214e06122052414449555320536572766572207570203220646179732c2031383a3430" },
        { "0cb30026925f6b66dd5fed571fcb1db7ad3882605012e8d6eabda910875cd91fdade26367858", "05b300140f6f92145f107e2f504e860a4860669c" },
    };

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void Requests_and_replies_are_genuine_and_one_changed_octet_is_not(string request, string reply)
    {
        byte[] requestOctets = Convert.FromHexString(request);
        byte[] replyOctets = Convert.FromHexString(reply);
        Assert.True(RadiusPacket.TryParse(requestOctets, out RadiusPacket parsed, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(parsed, Secret, RadiusMessageAuthenticatorPolicy.IfPresent));
        Assert.True(RadiusPacket.TryParse(replyOctets, out RadiusPacket answer, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(answer, parsed.Authenticator, Secret, requireMessageAuthenticator: false));

        for (int i = 0; i < replyOctets.Length; i++)
        {
            byte[] changed = [.. replyOctets];
            changed[i] ^= 1;
            if (RadiusPacket.TryParse(changed, out RadiusPacket forged, out _))
            {
                Assert.NotEqual(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(forged, parsed.Authenticator, Secret, requireMessageAuthenticator: false));
            }
        }
    }

    /// <summary>RFC 2865 §7.3 prints the State of its second request with a length of 0x10 instead of 0x0a: it reaches beyond the packet.</summary>
    [Fact]
    public void RFC_2865_section_7_3_prints_one_request_that_is_malformed_and_its_reply_is_genuine()
    {
        byte[] request = Convert.FromHexString("01030043b122556d428a13d0d6253807c457ecf001076d6f7073790212692c1f205fc081b919b95195f561a5810406c0a8011005060000000718103332373639343330");
        Assert.False(RadiusPacket.TryParse(request, out _, out RadiusParseError error));
        Assert.NotEqual(RadiusParseError.None, error);

        Assert.True(RadiusPacket.TryParse(Convert.FromHexString("03030014a42f4fca45916c4e09c8340f9e746aa0"), out RadiusPacket reply, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(reply, request.AsSpan(4, 16), Secret, requireMessageAuthenticator: false));
    }

    [Fact]
    public void RFC_2865_section_7_1_reveals_its_password_and_is_built_again()
    {
        byte[] octets = Convert.FromHexString("010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003");
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out _));
        byte[] password = new byte[253];

        Assert.True(packet.TryDecrypt(UserPassword, Secret, packet.Authenticator, password, out int length));
        Assert.Equal("arctangent", Encoding.UTF8.GetString(password, 0, length));
        Assert.Equal("nemo", packet.GetString(UserName));
        Assert.True(packet.TryGet(NasIpAddress, out IPAddress address));
        Assert.Equal("192.168.1.16", address.ToString());
        Assert.True(packet.TryGet(NasPort, out uint port));
        Assert.Equal(3u, port);
    }

    [Fact]
    public void RFC_2865_section_7_2_CHAP_password_verifies()
    {
        Assert.True(RadiusPacket.TryParse(Convert.FromHexString("010100472aee86f08d0d55969ca5978e0d3367a20108666c6f707379031316e97557c316185895f293ff63440772750406c0a80110050600000014060600000002070600000001"), out RadiusPacket packet, out _));
        Assert.True(packet.TryGet(ChapPassword, out ReadOnlySpan<byte> chap));

        Assert.True(RadiusChap.Verify(chap, packet.Authenticator, "arctangent"u8));
        Assert.False(RadiusChap.Verify(chap, packet.Authenticator, "arctangens"u8));
    }

    [Fact]
    public void What_the_writer_writes_is_genuine_and_signed_first()
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        byte[] authenticator = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 7, authenticator);
        writer.Add(UserName, "sadks");
        writer.Add(UserPassword, "correct-horse-battery"u8, Secret);
        Assert.True(writer.TryComplete(Secret, out int length));

        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(packet, Secret, RadiusMessageAuthenticatorPolicy.Require));
        Assert.Equal(RadiusVerification.MessageAuthenticator, RadiusAuthenticators.VerifyRequest(packet, new RadiusSecret("other"), RadiusMessageAuthenticatorPolicy.Require));
        Assert.Equal(RadiusPacket.HeaderSize + 2, packet.MessageAuthenticatorOffset);
        byte[] password = new byte[253];
        Assert.True(packet.TryDecrypt(UserPassword, Secret, packet.Authenticator, password, out int passwordLength));
        Assert.Equal("correct-horse-battery", Encoding.UTF8.GetString(password, 0, passwordLength));
    }

    [Fact]
    public void An_MPPE_key_survives_being_hidden_anew_for_another_hop()
    {
        EncryptedKey sendKey = new(new RadiusAttributeId(311, 16), RadiusEncryption.Salted);
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        byte[] authenticator = new byte[16];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 7, authenticator);
        writer.Add(sendKey, key, Secret, salt: 0x1234);
        Assert.True(writer.TryComplete(Secret, out int length));
        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(packet, authenticator, Secret, requireMessageAuthenticator: true));
        byte[] revealed = new byte[253];

        Assert.True(packet.TryDecrypt(sendKey, Secret, authenticator, revealed, out int keyLength));
        Assert.Equal(key, revealed[..keyLength]);
        Assert.True(packet.TryGetRaw(sendKey.Id, out ReadOnlySpan<byte> raw));
        Assert.Equal(0x80, raw[0] & 0x80);
    }

    [Theory]
    [InlineData("")]
    [InlineData("exactly-15-octs")]
    [InlineData("sixteen-octets!!")]
    [InlineData("a tunnel password of more than two blocks, umlaut \u00e4")]
    public void A_tunnel_password_keeps_its_tag_from_hop_to_hop(string password)
    {
        EncryptedKey key = new(69, RadiusEncryption.Salted, IsTagged: true);
        RadiusSecret home = new("the home server's"u8);
        byte[] homeAuthenticator = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        byte[] nasAuthenticator = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];
        Span<byte> value = stackalloc byte[253];
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter first = new(buffer, RadiusCode.AccessAccept, 7, homeAuthenticator);
        first.Add(key, System.Text.Encoding.UTF8.GetBytes(password), home, salt: 0x0101, tag: 3);
        Assert.True(first.TryComplete(home, out int length));
        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket fromHome, out _));
        Assert.True(fromHome.TryDecrypt(key, home, homeAuthenticator, value, out int revealed, out byte tag));

        byte[] next = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter second = new(next, RadiusCode.AccessAccept, 9, nasAuthenticator);
        second.Add(key, value[..revealed], Secret, salt: 0x0202, tag);
        Assert.True(second.TryComplete(Secret, out length));
        Assert.True(RadiusPacket.TryParse(next.AsSpan(0, length), out RadiusPacket toNas, out _));
        Assert.True(toNas.TryDecrypt(key, Secret, nasAuthenticator, value, out revealed, out tag));
        Assert.Equal((password, 3), (System.Text.Encoding.UTF8.GetString(value[..revealed]), tag));
    }
}
