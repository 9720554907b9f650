using System.Security.Cryptography;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>
/// The attacks and mistakes that other libraries of this field fall for, one test each, in one place. Retransmissions that get the same reply
/// again, and requests that a proxy forwards under an identifier and an authenticator of its own, are at home with server and client.
/// </summary>
public class AttackTests
{
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString(Packets.RequestAuthenticator);

    private delegate void Write(ref RadiusPacketWriter writer);

    [Theory]
    [InlineData(RadiusCode.AccessAccept)]
    [InlineData(RadiusCode.AccessReject)]
    [InlineData(RadiusCode.AccessChallenge)]
    [InlineData(RadiusCode.AccountingResponse)]
    [InlineData(RadiusCode.CoaAck)]
    [InlineData(RadiusCode.DisconnectNak)]
    public void A_forged_Response_Authenticator_is_refused(RadiusCode code)
    {
        byte[] reply = Build(code, RequestAuthenticator, (ref w) => w.Add(Rfc2865.ReplyMessage, "welcome"));
        Assert.Equal(RadiusVerification.Genuine, VerifyReply(reply));

        reply[4] ^= 1;

        Assert.Equal(RadiusVerification.Authenticator, VerifyReply(reply));
    }

    [Fact]
    public void A_bare_accept_with_zeros_for_an_authenticator_is_refused() =>
        Assert.Equal(RadiusVerification.Authenticator, VerifyReply([2, 1, 0, 20, .. new byte[16]]));

    // CVE-2024-3596: whoever collides MD5 makes an authenticator that fits, but no Message-Authenticator.
    [Fact]
    public void A_reply_whose_authenticator_fits_but_that_has_no_Message_Authenticator_is_refused() =>
        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, VerifyReply(Packets.SignReply([2, 1, 0, 20, .. new byte[16]], RequestAuthenticator, Packets.Secret)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_Message_Authenticators_are_malformed_whichever_is_right(bool rightFirst)
    {
        byte[] right = Packets.Request[20..38];
        byte[] wrong = [80, 18, .. new byte[16]];
        byte[] packet = [.. Packets.Request[..20], .. rightFirst ? right : wrong, .. rightFirst ? wrong : right, .. Packets.Request[38..]];
        packet[2] = (byte)(packet.Length >> 8);
        packet[3] = (byte)packet.Length;

        Assert.False(RadiusPacket.TryParse(packet, out _, out RadiusParseError error));
        Assert.Equal(RadiusParseError.MessageAuthenticator, error);
    }

    [Theory]
    [InlineData("fffe8001")]
    [InlineData("")]
    [InlineData("00")]
    public void Binary_Class_and_State_and_Proxy_State_come_back_octet_for_octet(string octets)
    {
        foreach (byte[] value in (byte[][])[Convert.FromHexString(octets), [.. Enumerable.Range(0, 253).Select(i => (byte)(255 - i))]])
        {
            byte[] packet = Build(RadiusCode.AccessChallenge, RequestAuthenticator, (ref w) =>
            {
                w.Add(Rfc2865.Class, value);
                w.Add(Rfc2865.State, value);
                w.Add(Rfc2865.ProxyState, value);
            });

            Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket read, out _));
            foreach (OctetsKey key in (OctetsKey[])[Rfc2865.Class, Rfc2865.State, Rfc2865.ProxyState])
            {
                Assert.True(read.TryGet(key, out ReadOnlySpan<byte> found) && found.SequenceEqual(value));
            }
        }
    }

    [Fact]
    public void Two_sub_attributes_in_one_VSA_are_two_values()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessAccept, "1a00000009" + "01044141" + "01044242"), out RadiusPacket packet, out _));
        List<string> values = [];
        foreach (ReadOnlySpan<byte> value in packet.GetAll(new TextKey(new RadiusAttributeId(9, 1))))
        {
            values.Add(System.Text.Encoding.ASCII.GetString(value));
        }

        Assert.Equal(["AA", "BB"], values);
    }

    [Fact]
    public void A_tagged_integer_is_a_tag_and_an_integer()
    {
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessAccept, "400100000d"), out RadiusPacket packet, out _));

        Assert.True(packet.TryGet(Rfc2868.TunnelType, out byte tag, out TunnelType type));
        Assert.Equal((1, TunnelType.Vlan), (tag, type));
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 16)]
    [InlineData(15, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(128, 128)]
    public void A_password_takes_no_more_blocks_than_it_needs(int length, int hidden)
    {
        byte[] packet = Build(RadiusCode.AccessRequest, RequestAuthenticator, (ref w) => w.Add(Rfc2865.UserPassword, Enumerable.Repeat((byte)'x', length).ToArray(), Packets.Secret));

        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket read, out _));
        Assert.True(read.TryGetRaw(Rfc2865.UserPassword.Id, out ReadOnlySpan<byte> raw));
        Assert.Equal(hidden, raw.Length);
        Assert.True(read.TryDecrypt(Rfc2865.UserPassword, Packets.Secret, read.Authenticator, new byte[128], out int found));
        Assert.Equal(length, found);
    }

    [Fact]
    public void A_datagram_shorter_than_a_header_is_an_error_and_no_exception()
    {
        for (int length = 0; length < 20; length++)
        {
            Assert.False(RadiusPacket.TryParse(Packets.Request.AsSpan(0, length), out _, out RadiusParseError error));
            Assert.Equal(RadiusParseError.TooShort, error);
        }
    }

    [Fact]
    public void Attribute_241_and_types_that_nobody_knows_are_kept_and_copied_octet_for_octet()
    {
        string[] attributes = ["f1010203", "f50480aa", "c0", "1a000000ff01", "ff00"];
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.AccessRequest, attributes), out RadiusPacket packet, out _));
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 2, RequestAuthenticator);
        foreach (RadiusRawItem item in packet.Attributes)
        {
            writer.Add(item);
        }

        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        Assert.Equal(packet.Span[20..].ToArray(), buffer[38..length]);
    }

    [Fact]
    public void EAP_Message_beside_User_Password_is_refused()
    {
        byte[] mixed = Build(RadiusCode.AccessRequest, RequestAuthenticator, (ref w) =>
        {
            w.Add(Rfc3579.EapMessage, [2, 1, 0, 4]);
            w.Add(Rfc2865.UserPassword, "password"u8, Packets.Secret);
        });

        Assert.Equal(RadiusVerification.MixedCredentials, VerifyRequest(mixed));
    }

    [Theory]
    [InlineData(RadiusCode.CoaRequest)]
    [InlineData(RadiusCode.DisconnectRequest)]
    public void A_CoA_with_Message_Authenticator_is_genuine_and_a_changed_one_is_not(RadiusCode code)
    {
        byte[] request = Build(code, default, (ref w) => w.Add(Rfc2865.UserName, "alice"));
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        Assert.True(packet.HasMessageAuthenticator);
        Assert.Equal(RadiusVerification.Genuine, VerifyRequest(request));

        // Signed anew by whoever can collide MD5: the Message-Authenticator still does not fit.
        request[^1] ^= 1;
        request.AsSpan(4, 16).Clear();
        MD5.HashData([.. request, .. Packets.Secret.Span]).CopyTo(request, 4);

        Assert.Equal(RadiusVerification.MessageAuthenticator, VerifyRequest(request));
    }

    [Theory]
    [InlineData(RadiusCode.AccountingRequest)]
    [InlineData(RadiusCode.AccountingResponse)]
    public void A_Message_Authenticator_of_accounting_is_checked_where_there_is_one(RadiusCode code)
    {
        foreach (bool right in (bool[])[true, false])
        {
            bool request = code == RadiusCode.AccountingRequest;
            byte[] packet = [(byte)code, 1, 0, 38, .. request ? new byte[16] : RequestAuthenticator, 80, 18, .. new byte[16]];
            HMACMD5.HashData(Packets.Secret.Span, packet).CopyTo(packet, 22);
            packet[22] ^= right ? (byte)0 : (byte)1;
            MD5.HashData([.. packet, .. Packets.Secret.Span]).CopyTo(packet, 4);

            Assert.Equal(right ? RadiusVerification.Genuine : RadiusVerification.MessageAuthenticator, request ? VerifyRequest(packet) : VerifyReply(packet));
        }
    }

    [Theory]
    [InlineData("ascend", 6)]
    [InlineData("sixteen octets!!", 16)]
    [InlineData("", 0)]
    public void An_Ascend_secret_is_hidden_in_16_octets_and_comes_back(string text, int length)
    {
        EncryptedKey key = new(214, RadiusEncryption.AscendSecret);
        byte[] secret = System.Text.Encoding.ASCII.GetBytes(text);
        byte[] packet = Build(RadiusCode.AccessAccept, RequestAuthenticator, (ref w) => w.Add(key, secret, Packets.Secret));

        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket read, out _));
        Assert.True(read.TryGetRaw(key.Id, out ReadOnlySpan<byte> raw));
        byte[] mask = MD5.HashData([.. RequestAuthenticator, .. Packets.Secret.Span]);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)(mask[i] ^ (i < length ? secret[i] : 0))), raw.ToArray());
        byte[] revealed = new byte[16];
        Assert.True(read.TryDecrypt(key, Packets.Secret, RequestAuthenticator, revealed, out int found));
        Assert.Equal(secret, revealed[..found]);
    }

    private static byte[] Build(RadiusCode code, ReadOnlySpan<byte> authenticator, Write write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, 1, authenticator);
        write(ref writer);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        return buffer[..length];
    }

    private static RadiusVerification VerifyRequest(byte[] octets)
    {
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out _));
        return RadiusAuthenticators.VerifyRequest(packet, Packets.Secret, RadiusMessageAuthenticatorPolicy.Require);
    }

    private static RadiusVerification VerifyReply(byte[] octets)
    {
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out _));
        return RadiusAuthenticators.VerifyReply(packet, RequestAuthenticator, Packets.Secret, requireMessageAuthenticator: true);
    }
}
