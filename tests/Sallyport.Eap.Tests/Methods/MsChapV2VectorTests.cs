using System.Text;
using Sallyport.Eap.Methods;

namespace Sallyport.Eap.Tests.Methods;

/// <summary>Published vectors of MS-CHAPv2 and its keys.</summary>
public class MsChapV2VectorTests
{
    // RFC 2759 §9.2.
    private static readonly byte[] AuthenticatorChallenge = Convert.FromHexString("5B5D7C7D7B3F2F3E3C2C602132262628");
    private static readonly byte[] PeerChallenge = Convert.FromHexString("21402324255E262A28295F2B3A337C7E");
    private static readonly byte[] UserName = "User"u8.ToArray();
    private static readonly byte[] NtHash = Convert.FromHexString("44EBBA8D5312B8D611474411F56989AE");
    private static readonly byte[] NtResponse = Convert.FromHexString("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");

    [Fact]
    public void RFC_2759_section_9_2()
    {
        Assert.Equal(NtHash, MsChapV2.NtPasswordHash("clientPass"));
        Assert.Equal("D02E4386BCE91226", Convert.ToHexString(MsChapV2.ChallengeHash(PeerChallenge, AuthenticatorChallenge, UserName)));
        Assert.Equal(NtResponse, MsChapV2.GenerateNtResponse(AuthenticatorChallenge, PeerChallenge, UserName, NtHash));
        Assert.Equal("S=407A5589115FD0D6209F510FE9C04566932CDA56", MsChapV2.GenerateAuthenticatorResponse(NtHash, NtResponse, PeerChallenge, AuthenticatorChallenge, UserName));
    }

    [Fact]
    public void A_domain_in_front_of_the_name_does_not_count() =>
        Assert.Equal(NtResponse, MsChapV2.GenerateNtResponse(AuthenticatorChallenge, PeerChallenge, "CORP\\User"u8, NtHash));

    [Fact]
    public void RFC_3079_section_3_5_send_key_of_128_bits()
    {
        (byte[] receive, byte[] send) = MsChapV2.SessionKeys(NtHash, NtResponse);

        Assert.Equal("8B7CDC149B993A1BA118CB153F56DCCB", Convert.ToHexString(send));
        Assert.Equal("D5F0E9521E3EA9589645E86051C82226", Convert.ToHexString(receive));
    }

    [Fact]
    public void The_MSK_is_both_keys_and_zeros() =>
        Assert.Equal(
            "d5f0e9521e3ea9589645e86051c822268b7cdc149b993a1ba118cb153f56dccb" + new string('0', 64),
            Convert.ToHexStringLower(MsChapV2.MasterSessionKey(NtHash, NtResponse)));

    [Fact]
    public void RFC_2433_appendix_B_2_challenge_response()
    {
        byte[] hash = MsChapV2.NtPasswordHash("MyPw");

        Assert.Equal("FC156AF7EDCD6C0EDDE3337D427F4EAC", Convert.ToHexString(hash));
        Assert.Equal("4E9D3C8F9CFD385D5BF4D3246791956CA4C351AB409A3D61", Convert.ToHexString(MsChapV2.ChallengeResponse(Convert.FromHexString("102DB5DF085D3041"), hash)));
    }

    /// <summary>The hash of this password ends in two zero octets, so that the third DES key is a weak one, which the platform's DES refuses.</summary>
    [Fact]
    public void A_password_whose_third_DES_key_is_weak_works()
    {
        byte[] hash = MsChapV2.NtPasswordHash("pw129497");

        Assert.Equal("ED13E52CCF0EDF125ABEAD9A54780000", Convert.ToHexString(hash));
        Assert.Equal(24, MsChapV2.GenerateNtResponse(AuthenticatorChallenge, PeerChallenge, Encoding.UTF8.GetBytes("weakdes"), hash).Length);
    }
}
