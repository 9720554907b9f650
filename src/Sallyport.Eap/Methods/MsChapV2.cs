using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Sallyport.Eap.Methods;

/// <summary>The computations of MS-CHAPv2 (RFC 2759) and of the keys that it makes (RFC 3079).</summary>
public static class MsChapV2
{
    /// <summary>A challenge of either side, in octets.</summary>
    public const int ChallengeSize = 16;

    /// <summary>An NT hash in octets.</summary>
    public const int HashSize = 16;

    /// <summary>An NT-Response in octets.</summary>
    public const int NtResponseSize = 24;

    /// <summary>An authenticator response: <c>S=</c> and 40 hexadecimal digits.</summary>
    public const int AuthenticatorResponseSize = 42;

    /// <summary>NtPasswordHash (RFC 2759 §8.3): MD4 over the password in UTF-16LE.</summary>
    public static byte[] NtPasswordHash(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        byte[] unicode = Encoding.Unicode.GetBytes(password);
        byte[] hash = Md4(unicode);
        CryptographicOperations.ZeroMemory(unicode);
        return hash;
    }

    /// <summary>ChallengeHash (RFC 2759 §8.2): 8 octets.</summary>
    /// <param name="peerChallenge">16 octets.</param>
    /// <param name="authenticatorChallenge">16 octets.</param>
    /// <param name="userName">The user's name as sent; what stands before a backslash, the domain, does not count.</param>
    public static byte[] ChallengeHash(ReadOnlySpan<byte> peerChallenge, ReadOnlySpan<byte> authenticatorChallenge, ReadOnlySpan<byte> userName)
    {
        int domain = userName.LastIndexOf((byte)'\\');
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha.AppendData(peerChallenge);
        sha.AppendData(authenticatorChallenge);
        sha.AppendData(userName[(domain + 1)..]);
        return sha.GetHashAndReset()[..8];
    }

    /// <summary>ChallengeResponse (RFC 2759 §8.5): three DES encryptions of an 8-octet challenge under the NT hash; 24 octets. MS-CHAPv1's response too.</summary>
    public static byte[] ChallengeResponse(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> ntHash)
    {
        // BouncyCastle's engine: the platform's DES refuses the weak keys that a hash may well contain.
        byte[] padded = new byte[21];
        ntHash[..HashSize].CopyTo(padded);
        byte[] block = challenge[..8].ToArray();
        byte[] response = new byte[NtResponseSize];
        for (int i = 0; i < 3; i++)
        {
            DesEngine des = new();
            des.Init(true, new KeyParameter(SpreadKey(padded.AsSpan(i * 7, 7))));
            des.ProcessBlock(block, 0, response, i * 8);
        }

        CryptographicOperations.ZeroMemory(padded);
        return response;
    }

    /// <summary>GenerateNTResponse (RFC 2759 §8.1): 24 octets.</summary>
    /// <param name="authenticatorChallenge">16 octets.</param>
    /// <param name="peerChallenge">16 octets.</param>
    /// <param name="userName">The user's name as sent.</param>
    /// <param name="ntHash">16 octets.</param>
    public static byte[] GenerateNtResponse(ReadOnlySpan<byte> authenticatorChallenge, ReadOnlySpan<byte> peerChallenge, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> ntHash) =>
        ChallengeResponse(ChallengeHash(peerChallenge, authenticatorChallenge, userName), ntHash);

    /// <summary>GenerateAuthenticatorResponse (RFC 2759 §8.7): <c>S=</c> and 40 hexadecimal digits, by which the server proves itself.</summary>
    /// <param name="ntHash">16 octets.</param>
    /// <param name="ntResponse">24 octets.</param>
    /// <param name="peerChallenge">16 octets.</param>
    /// <param name="authenticatorChallenge">16 octets.</param>
    /// <param name="userName">The user's name as sent.</param>
    public static string GenerateAuthenticatorResponse(
        ReadOnlySpan<byte> ntHash, ReadOnlySpan<byte> ntResponse, ReadOnlySpan<byte> peerChallenge, ReadOnlySpan<byte> authenticatorChallenge, ReadOnlySpan<byte> userName)
    {
        byte[] hashHash = Md4(ntHash);
        byte[] first = SHA1.HashData([.. hashHash, .. ntResponse, .. "Magic server to client signing constant"u8]);
        byte[] second = SHA1.HashData([.. first, .. ChallengeHash(peerChallenge, authenticatorChallenge, userName), .. "Pad to make it do more than one iteration"u8]);
        CryptographicOperations.ZeroMemory(hashHash);
        return "S=" + Convert.ToHexString(second);
    }

    /// <summary>The 128-bit session keys of MPPE (RFC 3079 §3.4), as the server uses them.</summary>
    /// <param name="ntHash">16 octets.</param>
    /// <param name="ntResponse">24 octets.</param>
    /// <returns>What the server receives with and what it sends with, 16 octets each.</returns>
    public static (byte[] Receive, byte[] Send) SessionKeys(ReadOnlySpan<byte> ntHash, ReadOnlySpan<byte> ntResponse)
    {
        byte[] hashHash = Md4(ntHash);
        byte[] master = SHA1.HashData([.. hashHash, .. ntResponse, .. "This is the MPPE Master Key"u8])[..16];
        byte[] receive = StartKey(master, "On the client side, this is the send key; on the server side, it is the receive key."u8);
        byte[] send = StartKey(master, "On the client side, this is the receive key; on the server side, it is the send key."u8);
        CryptographicOperations.ZeroMemory(hashHash);
        CryptographicOperations.ZeroMemory(master);
        return (receive, send);
    }

    /// <summary>The MSK of EAP-MSCHAPv2: the server's receive key, its send key, and zeros up to 64 octets.</summary>
    public static byte[] MasterSessionKey(ReadOnlySpan<byte> ntHash, ReadOnlySpan<byte> ntResponse)
    {
        (byte[] receive, byte[] send) = SessionKeys(ntHash, ntResponse);
        byte[] msk = new byte[64];
        receive.CopyTo(msk, 0);
        send.CopyTo(msk, 16);
        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
        return msk;
    }

    // RFC 3079 §3.4, GetAsymmetricStartKey.
    private static byte[] StartKey(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> magic)
    {
        Span<byte> pad1 = stackalloc byte[40];
        Span<byte> pad2 = stackalloc byte[40];
        pad1.Clear();
        pad2.Fill(0xf2);
        return SHA1.HashData([.. masterKey, .. pad1, .. magic, .. pad2])[..16];
    }

    private static byte[] Md4(ReadOnlySpan<byte> data)
    {
        MD4Digest digest = new();
        digest.BlockUpdate(data.ToArray(), 0, data.Length);
        byte[] hash = new byte[HashSize];
        digest.DoFinal(hash, 0);
        return hash;
    }

    // RFC 2759 §8.6: seven octets of key become eight, each with a parity bit, which DES ignores.
    private static byte[] SpreadKey(ReadOnlySpan<byte> key)
    {
        byte[] spread = new byte[8];
        ulong bits = 0;
        foreach (byte octet in key)
        {
            bits = (bits << 8) | octet;
        }

        for (int i = 0; i < 8; i++)
        {
            byte seven = (byte)((bits >> (49 - (7 * i))) & 0x7f);
            spread[i] = (byte)((seven << 1) | (System.Numerics.BitOperations.PopCount(seven) % 2 == 0 ? 1 : 0));
        }

        return spread;
    }
}
