using System.Security.Cryptography;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>The forgeries and mistakes that other libraries fall for (CVE-2024-3596 among them) are refused here.</summary>
public class VerificationTests
{
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString(Packets.RequestAuthenticator);

    public static TheoryData<RadiusCode> AccessReplies => [RadiusCode.AccessAccept, RadiusCode.AccessReject, RadiusCode.AccessChallenge, RadiusCode.ProtocolError];

    [Fact]
    public void The_accept_is_genuine_and_no_changed_octet_goes_unnoticed()
    {
        Assert.Equal(RadiusVerification.Genuine, Reply(Packets.Accept));
        for (int at = 0; at < Packets.Accept.Length; at++)
        {
            byte[] changed = [.. Packets.Accept];
            changed[at] ^= 0x20;
            Assert.NotEqual(RadiusVerification.Genuine, Reply(changed));
        }
    }

    [Fact]
    public void A_reply_to_another_request_is_refused() =>
        Assert.Equal(RadiusVerification.Authenticator, RadiusPacket.TryParse(Packets.Accept, out RadiusPacket packet, out _)
            ? RadiusAuthenticators.VerifyReply(packet, new byte[16], Packets.Secret, requireMessageAuthenticator: true)
            : default);

    [Fact]
    public void A_bare_accept_with_zeros_for_an_authenticator_is_refused() =>
        Assert.Equal(RadiusVerification.Authenticator, Reply(Packets.Raw(RadiusCode.AccessAccept), require: false));

    [Theory]
    [MemberData(nameof(AccessReplies))]
    public void A_reply_without_Message_Authenticator_is_refused_though_its_authenticator_fits(RadiusCode code)
    {
        // What a collision of MD5 gives an attacker: the Response Authenticator fits, and there is no Message-Authenticator.
        byte[] forged = Packets.SignReply(Packets.Raw(code, "2141414141"), RequestAuthenticator, Packets.Secret);

        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, Reply(forged));
        Assert.Equal(RadiusVerification.Genuine, Reply(forged, require: false));
    }

    [Fact]
    public void A_reply_with_a_wrong_Message_Authenticator_is_refused_even_where_none_is_demanded()
    {
        byte[] forged = Packets.SignReply(Packets.Raw(RadiusCode.AccessAccept, "50" + new string('0', 32)), RequestAuthenticator, Packets.Secret);

        Assert.Equal(RadiusVerification.MessageAuthenticator, Reply(forged, require: false));
    }

    [Fact]
    public void EAP_demands_a_Message_Authenticator_whatever_the_policy()
    {
        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, Reply(Packets.SignReply(Packets.Raw(RadiusCode.AccessChallenge, "4f01010004"), RequestAuthenticator, Packets.Secret), require: false));
        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, Request(Packets.Raw(RadiusCode.AccessRequest, "4f02010004"), require: false));
        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, Request(Packets.Raw(RadiusCode.StatusServer), require: false));
        Assert.Equal(RadiusVerification.MissingMessageAuthenticator, Request(Packets.Raw(RadiusCode.AccessRequest, "0141")));
        Assert.Equal(RadiusVerification.Genuine, Request(Packets.Raw(RadiusCode.AccessRequest, "0141"), require: false));
    }

    [Fact]
    public void EAP_beside_a_password_is_refused()
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, RequestAuthenticator);
        writer.Add(Rfc3579.EapMessage, [2, 1, 0, 4]);
        writer.Add(Rfc2865.UserPassword, "x"u8, Packets.Secret);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));

        Assert.Equal(RadiusVerification.MixedCredentials, Request(buffer[..length]));
    }

    [Theory]
    [InlineData(RadiusCode.AccountingRequest)]
    [InlineData(RadiusCode.CoaRequest)]
    [InlineData(RadiusCode.DisconnectRequest)]
    public void Requests_that_hash_themselves_are_genuine_and_answered_genuinely(RadiusCode code)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, 9, default);
        writer.Add(Rfc2866.AcctSessionId, "42");
        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        byte[] request = buffer[..length];

        Assert.Equal(RadiusVerification.Genuine, Request(request));
        Assert.True(RadiusPacket.TryParse(request, out RadiusPacket packet, out _));
        Assert.Equal(code != RadiusCode.AccountingRequest, packet.HasMessageAuthenticator);
        for (int at = 0; at < request.Length; at++)
        {
            byte[] changed = [.. request];
            changed[at] ^= 1;
            Assert.NotEqual(RadiusVerification.Genuine, Request(changed));
        }

        RadiusPacketWriter answer = new(buffer, code + 1, 9, packet.Authenticator.ToArray());
        Assert.True(answer.TryComplete(Packets.Secret, out length));
        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket reply, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(reply, Convert.FromHexString(Convert.ToHexString(request.AsSpan(4, 16))), Packets.Secret, requireMessageAuthenticator: true));
    }

    [Fact]
    public void A_Message_Authenticator_is_checked_over_every_octet_wherever_it_stands()
    {
        // Among filling of every length up to several blocks of MD5, so that it lies on either side of each border and across it.
        using HMACMD5 hmac = new(Packets.Secret.Span.ToArray());
        for (int before = 0; before <= 200; before++)
        {
            string[] attributes = ["19" + Filling(before), "50" + new string('0', 32), "19" + Filling(before % 67)];
            int offset = RadiusPacket.HeaderSize + 2 + before + 2;
            byte[] request = Packets.Raw(RadiusCode.AccessRequest, attributes);
            request.AsSpan(4, 16).Fill(0xa5);
            hmac.ComputeHash(request).CopyTo(request, offset);
            Assert.Equal(RadiusVerification.Genuine, Request(request));

            byte[] reply = Packets.Raw(RadiusCode.AccessAccept, attributes);
            RequestAuthenticator.CopyTo(reply, 4);
            hmac.ComputeHash(reply).CopyTo(reply, offset);
            Assert.Equal(RadiusVerification.Genuine, Reply(Packets.SignReply(reply, RequestAuthenticator, Packets.Secret)));
            for (int bit = 0; bit < 128; bit++)
            {
                request[offset + (bit / 8)] ^= (byte)(1 << (bit % 8));
                Assert.Equal(RadiusVerification.MessageAuthenticator, Request(request));
                request[offset + (bit / 8)] ^= (byte)(1 << (bit % 8));
            }
        }

        static string Filling(int length) => string.Concat(Enumerable.Range(0, length).Select(i => $"{i:x2}"));
    }

    private static RadiusVerification? Request(byte[] octets, bool require = true) =>
        RadiusPacket.TryParse(octets, out RadiusPacket packet, out _) ? RadiusAuthenticators.VerifyRequest(
            packet, Packets.Secret, require ? RadiusMessageAuthenticatorPolicy.Require : RadiusMessageAuthenticatorPolicy.IfPresent) : null;

    private static RadiusVerification? Reply(byte[] octets, bool require = true) =>
        RadiusPacket.TryParse(octets, out RadiusPacket packet, out _) ? RadiusAuthenticators.VerifyReply(packet, RequestAuthenticator, Packets.Secret, require) : null;
}
