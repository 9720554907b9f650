using Sallyport.Radius.Security;

namespace Sallyport.Radius.Tests.Security;

/// <summary>MS-CHAPv2 by the example of RFC 2759 §9.2: user User, password clientPass.</summary>
public class MsChapClientTests
{
    private static readonly byte[] Challenge = Convert.FromHexString("5B5D7C7D7B3F2F3E3C2C602132262628");
    private static readonly byte[] PeerChallenge = Convert.FromHexString("21402324255E262A28295F2B3A337C7E");
    private static readonly byte[] Hash = RadiusMsChap.HashPassword("clientPass");

    [Fact]
    public void The_published_example_comes_out()
    {
        Assert.Equal("44EBBA8D5312B8D611474411F56989AE", Convert.ToHexString(Hash));
        byte[] response = RadiusMsChap.Respond2(9, Challenge, PeerChallenge, "User"u8, Hash);
        Assert.Equal("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF", Convert.ToHexString(response.AsSpan(26)));
        byte[] success = RadiusMsChap.Succeed2(response, Challenge, "User"u8, Hash);
        Assert.Equal("S=407A5589115FD0D6209F510FE9C04566932CDA56", System.Text.Encoding.ASCII.GetString(success, 1, 42));
        Assert.Equal((50, 9, 9), (response.Length, response[0], success[0]));
    }

    [Fact]
    public void Only_what_was_made_with_the_password_is_right()
    {
        byte[] response = RadiusMsChap.Respond2(9, Challenge, PeerChallenge, "User"u8, Hash);
        byte[] success = RadiusMsChap.Succeed2(response, Challenge, "User"u8, Hash);
        byte[] other = RadiusMsChap.HashPassword("another");

        Assert.True(RadiusMsChap.Verify2(response, Challenge, "User"u8, Hash));
        Assert.True(RadiusMsChap.Verify2(response, Challenge, "DOMAIN\\User"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(response, Challenge, "User"u8, other));
        Assert.False(RadiusMsChap.Verify2(response, Challenge, "user"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(response.AsSpan(1), Challenge, "User"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(response, Challenge.AsSpan(1), "User"u8, Hash));
        Assert.True(RadiusMsChap.VerifySuccess2([.. success, .. " M=hello"u8], response, Challenge, "User"u8, Hash));
        Assert.False(RadiusMsChap.VerifySuccess2(RadiusMsChap.Succeed2(response, Challenge, "User"u8, other), response, Challenge, "User"u8, Hash));
        Assert.False(RadiusMsChap.VerifySuccess2(success.AsSpan(0, 42), response, Challenge, "User"u8, Hash));
    }
}
