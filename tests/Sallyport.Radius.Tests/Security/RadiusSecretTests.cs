using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>A secret is kept, used by either MD5, and gone when it is disposed.</summary>
public class RadiusSecretTests
{
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString(Packets.RequestAuthenticator);

    public static TheoryData<int> Lengths => [1, 22, 63, 64, 65, RadiusSecret.LargestSize];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_managed_and_the_platform_MD5_make_and_accept_the_same_packets(int length)
    {
        byte[] octets = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
        using RadiusSecret managed = new(octets);
        using RadiusSecret platform = new(octets, Md5Provider.Platform);
        Assert.Equal((Md5Provider.Managed, Md5Provider.Platform), (managed.Md5, platform.Md5));

        foreach (RadiusCode code in (RadiusCode[])[RadiusCode.AccessRequest, RadiusCode.AccessAccept, RadiusCode.AccountingRequest, RadiusCode.CoaRequest])
        {
            byte[] packet = Build(code, managed);
            Assert.Equal(packet, Build(code, platform));
            Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket parsed, out _));
            Assert.Equal(RadiusVerification.Genuine, Verify(parsed, managed));
            Assert.Equal(RadiusVerification.Genuine, Verify(parsed, platform));
            Assert.Equal("a password of 30 octets, or so.", Reveal(parsed, managed));
            Assert.Equal("a password of 30 octets, or so.", Reveal(parsed, platform));
        }
    }

    [Theory]
    [InlineData(Md5Provider.Managed)]
    [InlineData(Md5Provider.Platform)]
    public void A_secret_that_is_gone_verifies_and_signs_nothing(Md5Provider md5)
    {
        RadiusSecret secret = new("testing123-Sup3rSecret", md5);
        secret.Dispose();

        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => RadiusPacket.TryParse(Packets.Request, out RadiusPacket packet, out _)
            ? RadiusAuthenticators.VerifyRequest(packet, secret, RadiusMessageAuthenticatorPolicy.Require)
            : default);
        Assert.Throws<ObjectDisposedException>(() => Build(RadiusCode.AccessAccept, secret));
    }

    [Fact]
    public void A_secret_is_neither_empty_nor_endless_nor_printed()
    {
        Assert.Throws<ArgumentException>(() => new RadiusSecret(""));
        Assert.Throws<ArgumentException>(() => new RadiusSecret(new byte[RadiusSecret.LargestSize + 1]));
        using RadiusSecret secret = new("xyzzy5461");
        Assert.DoesNotContain("xyzzy", $"{secret}", StringComparison.Ordinal);
    }

    private static byte[] Build(RadiusCode code, RadiusSecret secret)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, 1, RequestAuthenticator);
        writer.Add(Rfc2865.UserPassword, "a password of 30 octets, or so."u8, secret);
        writer.Add(Rfc2868.TunnelPassword, "a password of 30 octets, or so."u8, secret, salt: 0x8001, tag: 1);
        Assert.True(writer.TryComplete(secret, out int length));
        return buffer[..length];
    }

    private static RadiusVerification Verify(RadiusPacket packet, RadiusSecret secret) => packet.Code == RadiusCode.AccessAccept
        ? RadiusAuthenticators.VerifyReply(packet, RequestAuthenticator, secret, requireMessageAuthenticator: true)
        : RadiusAuthenticators.VerifyRequest(packet, secret, RadiusMessageAuthenticatorPolicy.Require);

    private static string Reveal(RadiusPacket packet, RadiusSecret secret)
    {
        byte[] password = new byte[253];
        Assert.True(packet.TryDecrypt(Rfc2868.TunnelPassword, secret, RequestAuthenticator, password, out int tunnel));
        string text = System.Text.Encoding.ASCII.GetString(password, 0, tunnel);
        Assert.True(packet.TryDecrypt(Rfc2865.UserPassword, secret, RequestAuthenticator, password, out int length));
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(password, 0, length));
        return text;
    }
}
