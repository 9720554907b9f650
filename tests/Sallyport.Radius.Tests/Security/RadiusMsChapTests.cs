using Sallyport.Radius.Security;

namespace Sallyport.Radius.Tests.Security;

/// <summary>MS-CHAP of both versions, by the samples that the RFCs print.</summary>
public class RadiusMsChapTests
{
    // RFC 2759 §9.2; RFC 3079 §3.5.3 goes on from there.
    private static readonly byte[] Challenge = Convert.FromHexString("5B5D7C7D7B3F2F3E3C2C602132262628");
    private static readonly byte[] Hash = Convert.FromHexString("44EBBA8D5312B8D611474411F56989AE");
    private static readonly byte[] Response = Convert.FromHexString("0700" + "21402324255E262A28295F2B3A337C7E" + "0000000000000000" + "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");

    [Fact]
    public void The_hash_of_RFC_2759_comes_out() => Assert.Equal(Hash, RadiusMsChap.HashPassword("clientPass"));

    [Fact]
    public void The_response_of_RFC_2759_verifies_and_no_other()
    {
        Assert.True(RadiusMsChap.Verify2(Response, Challenge, "User"u8, Hash));
        Assert.True(RadiusMsChap.Verify2(Response, Challenge, "DOMAIN\\User"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(Response, Challenge, "user"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(Response, Challenge.AsSpan(0, 8), "User"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(Response.AsSpan(0, 49), Challenge, "User"u8, Hash));
        Assert.False(RadiusMsChap.Verify2(Response, Challenge, "User"u8, RadiusMsChap.HashPassword("clientpass")));
        foreach (int at in (int[])[2, 17, 26, 49])
        {
            byte[] changed = [.. Response];
            changed[at] ^= 1;
            Assert.False(RadiusMsChap.Verify2(changed, Challenge, "User"u8, Hash));
        }
    }

    [Fact]
    public void The_server_proves_itself_as_RFC_2759_prints_it() =>
        Assert.Equal("\u0007S=407A5589115FD0D6209F510FE9C04566932CDA56", System.Text.Encoding.ASCII.GetString(RadiusMsChap.Succeed2(Response, Challenge, "User"u8, Hash)));

    [Fact]
    public void The_send_key_of_RFC_3079_comes_out()
    {
        byte[] receive = new byte[16];
        byte[] send = new byte[16];
        RadiusMsChap.DeriveKeys(Response, Hash, receive, send);

        Assert.Equal("8B7CDC149B993A1BA118CB153F56DCCB", Convert.ToHexString(send));
        Assert.NotEqual(send, receive);
    }

    // RFC 2433 appendix B: the password is MyPw.
    [Fact]
    public void The_response_of_RFC_2433_verifies_unless_only_that_of_LAN_Manager_counts()
    {
        byte[] challenge = Convert.FromHexString("102DB5DF085D3041");
        byte[] hash = RadiusMsChap.HashPassword("MyPw");
        byte[] response = Convert.FromHexString("0101" + new string('0', 48) + "4E9D3C8F9CFD385D5BF4D3246791956CA4C351AB409A3D61");

        Assert.Equal("FC156AF7EDCD6C0EDDE3337D427F4EAC", Convert.ToHexString(hash));
        Assert.True(RadiusMsChap.Verify(response, challenge, hash));
        Assert.False(RadiusMsChap.Verify(response, challenge, Hash));
        response[1] = 0;
        Assert.False(RadiusMsChap.Verify(response, challenge, hash));
    }

    // All three DES keys of this hash are among the sixteen weak and half-weak ones, which the platform's DES throws at.
    [Fact]
    public void A_hash_that_makes_weak_keys_is_a_hash_like_others() => Assert.False(RadiusMsChap.Verify2(Response, Challenge, "User"u8, new byte[16]));

    [Fact]
    public void A_response_that_is_none_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentException>(() => RadiusMsChap.Succeed2(Response.AsSpan(1), Challenge, "User"u8, Hash));
        Assert.Throws<ArgumentException>(() => RadiusMsChap.DeriveKeys(Response.AsSpan(1), Hash, new byte[16], new byte[16]));
    }
}
