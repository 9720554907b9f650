using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>
/// MS-CHAP of both versions as RADIUS carries it (RFC 2433, RFC 2759, RFC 2548 §2.1 and §2.3), and the keys of MPPE that version 2 makes
/// (RFC 3079). It works with the NT hash, so that a server need not know the password; whoever has the hash can log in with it all the same.
/// </summary>
public static class RadiusMsChap
{
    /// <summary>MS-CHAP-Response and MS-CHAP2-Response in octets.</summary>
    public const int ResponseSize = 50;

    /// <summary>An NT hash in octets.</summary>
    public const int HashSize = 16;

    /// <summary>MS-CHAP2-Success in octets: the identifier, <c>S=</c> and 40 hexadecimal digits.</summary>
    public const int SuccessSize = 43;

    /// <summary>A key of MPPE in octets.</summary>
    public const int KeySize = 16;

    // RFC 2548 §2.1.3 and §2.3.2: identifier, flags; LM response, or peer challenge and zeros; NT response.
    private const int FlagsOffset = 1;
    private const int PeerChallengeOffset = 2;
    private const int NtResponseOffset = 26;
    private const int ChallengeSize = 8;
    private const int Challenge2Size = 16;
    private const int Block = 8;

    /// <summary>NtPasswordHash (RFC 2759 §8.3): MD4 over the password in UTF-16LE; 16 octets.</summary>
    public static byte[] HashPassword(string password)
    {
        Guard.NotNull(password);
        byte[] unicode = Encoding.Unicode.GetBytes(password);
        byte[] hash = Hash(new MD4Digest(), unicode);
        CryptographicOperations.ZeroMemory(unicode);
        return hash;
    }

    /// <summary>Checks an MS-CHAP-Response (RFC 2433). One that has no NT response but only the weak one of LAN Manager is refused.</summary>
    /// <param name="response">The attribute's 50 octets.</param>
    /// <param name="challenge">MS-CHAP-Challenge, 8 octets.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    public static bool Verify(ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> ntHash) =>
        response.Length == ResponseSize && challenge.Length == ChallengeSize && ntHash.Length == HashSize && (response[FlagsOffset] & 1) != 0
        && CryptographicOperations.FixedTimeEquals(Respond(challenge, ntHash), response[NtResponseOffset..]);

    /// <summary>Checks an MS-CHAP2-Response (RFC 2759 §8.4).</summary>
    /// <param name="response">The attribute's 50 octets.</param>
    /// <param name="challenge">MS-CHAP-Challenge, 16 octets.</param>
    /// <param name="userName">User-Name as sent; what stands before a backslash, the domain, does not count.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    public static bool Verify2(ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> ntHash) =>
        response.Length == ResponseSize && challenge.Length == Challenge2Size && ntHash.Length == HashSize
        && CryptographicOperations.FixedTimeEquals(Respond(HashChallenge(response, challenge, userName), ntHash), response[NtResponseOffset..]);

    /// <summary>Makes an MS-CHAP2-Response (RFC 2759 §8.1, RFC 2548 §2.3.2); 50 octets.</summary>
    /// <param name="identifier">The identifier, any.</param>
    /// <param name="challenge">MS-CHAP-Challenge, 16 octets.</param>
    /// <param name="peerChallenge">Random, 16 octets.</param>
    /// <param name="userName">User-Name as sent.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    public static byte[] Respond2(byte identifier, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> peerChallenge, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> ntHash)
    {
        byte[] response = new byte[ResponseSize];
        response[0] = identifier;
        peerChallenge[..Challenge2Size].CopyTo(response.AsSpan(PeerChallengeOffset));
        Respond(HashChallenge(response, challenge, userName), ntHash[..HashSize]).CopyTo(response, NtResponseOffset);
        return response;
    }

    /// <summary>Checks an MS-CHAP2-Success: without it whoever said yes need not know the password.</summary>
    /// <param name="success">The attribute, 43 octets or more.</param>
    /// <param name="response">The MS-CHAP2-Response that was sent, 50 octets.</param>
    /// <param name="challenge">MS-CHAP-Challenge, 16 octets.</param>
    /// <param name="userName">User-Name as sent.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    public static bool VerifySuccess2(ReadOnlySpan<byte> success, ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> ntHash) =>
        success.Length >= SuccessSize && CryptographicOperations.FixedTimeEquals(Succeed2(response, challenge, userName, ntHash), success[..SuccessSize]);

    /// <summary>Computes the MS-CHAP2-Success by which the server proves itself (RFC 2759 §8.7, RFC 2548 §2.3.3); 43 octets.</summary>
    /// <param name="response">MS-CHAP2-Response, 50 octets.</param>
    /// <param name="challenge">MS-CHAP-Challenge, 16 octets.</param>
    /// <param name="userName">User-Name as sent.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    /// <exception cref="ArgumentException">The response has not 50 octets.</exception>
    public static byte[] Succeed2(ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> ntHash)
    {
        Demand(response);
        byte[] hashHash = Hash(new MD4Digest(), ntHash);
        byte[] first = Hash(new Sha1Digest(), hashHash, response[NtResponseOffset..], "Magic server to client signing constant"u8);
        byte[] proof = Hash(new Sha1Digest(), first, HashChallenge(response, challenge, userName).AsSpan(0, Block), "Pad to make it do more than one iteration"u8);
        CryptographicOperations.ZeroMemory(hashHash);
        byte[] success = new byte[SuccessSize];
        success[0] = response[0];
        success[1] = (byte)'S';
        success[2] = (byte)'=';
        for (int i = 0; i < proof.Length; i++)
        {
            success[3 + (2 * i)] = Digit(proof[i] >> 4);
            success[4 + (2 * i)] = Digit(proof[i] & 15);
        }

        return success;
    }

    /// <summary>Derives the 128-bit keys of MPPE (RFC 3079 §3.4) as the server uses them: for MS-MPPE-Recv-Key and MS-MPPE-Send-Key.</summary>
    /// <param name="response">MS-CHAP2-Response, 50 octets.</param>
    /// <param name="ntHash">The person's NT hash, 16 octets.</param>
    /// <param name="receive">Gets 16 octets.</param>
    /// <param name="send">Gets 16 octets.</param>
    /// <exception cref="ArgumentException">The response has not 50 octets, or a destination is too short.</exception>
    public static void DeriveKeys(ReadOnlySpan<byte> response, ReadOnlySpan<byte> ntHash, Span<byte> receive, Span<byte> send)
    {
        Demand(response);
        Guard.AtLeast(receive, KeySize);
        Guard.AtLeast(send, KeySize);
        byte[] hashHash = Hash(new MD4Digest(), ntHash);
        byte[] master = Hash(new Sha1Digest(), hashHash, response[NtResponseOffset..], "This is the MPPE Master Key"u8);
        StartKey(master, "On the client side, this is the send key; on the server side, it is the receive key."u8, receive);
        StartKey(master, "On the client side, this is the receive key; on the server side, it is the send key."u8, send);
        CryptographicOperations.ZeroMemory(hashHash);
        CryptographicOperations.ZeroMemory(master);
    }

    // RFC 3079 §3.4, GetAsymmetricStartKey.
    private static void StartKey(ReadOnlySpan<byte> master, ReadOnlySpan<byte> magic, Span<byte> destination)
    {
        Span<byte> pads = stackalloc byte[80];
        pads[..40].Clear();
        pads[40..].Fill(0xf2);
        byte[] key = Hash(new Sha1Digest(), master[..KeySize], pads[..40], magic, pads[40..]);
        key.AsSpan(0, KeySize).CopyTo(destination);
        CryptographicOperations.ZeroMemory(key);
    }

    // RFC 2759 §8.2; the first 8 octets count.
    private static byte[] HashChallenge(ReadOnlySpan<byte> response, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> userName) =>
        Hash(new Sha1Digest(), response.Slice(PeerChallengeOffset, Challenge2Size), challenge, userName[(userName.LastIndexOf((byte)'\\') + 1)..]);

    // RFC 2759 §8.5: three times DES over the first 8 octets, under the hash and zeros.
    private static byte[] Respond(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> ntHash)
    {
        Span<byte> keys = stackalloc byte[21];
        keys.Clear();
        ntHash.CopyTo(keys);
        byte[] block = challenge[..Block].ToArray();
        byte[] response = new byte[3 * Block];
        for (int i = 0; i < 3; i++)
        {
            // BouncyCastle's engine: the platform's DES refuses the weak keys that a hash may well contain.
            DesEngine des = new();
            des.Init(true, new KeyParameter(Spread(keys.Slice(i * 7, 7))));
            des.ProcessBlock(block, 0, response, i * Block);
        }

        CryptographicOperations.ZeroMemory(keys);
        return response;
    }

    // RFC 2759 §8.6: seven octets of key become eight; the lowest bit of each, parity, DES ignores.
    private static byte[] Spread(ReadOnlySpan<byte> key)
    {
        ulong bits = 0;
        foreach (byte octet in key)
        {
            bits = (bits << 8) | octet;
        }

        byte[] spread = new byte[Block];
        for (int i = 0; i < spread.Length; i++)
        {
            spread[i] = (byte)((bits >> (49 - (7 * i))) << 1);
        }

        return spread;
    }

    private static byte[] Hash(IDigest digest, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default, ReadOnlySpan<byte> fourth = default)
    {
        byte[] joined = new byte[first.Length + second.Length + third.Length + fourth.Length];
        new Md5Pieces(first, second, third, fourth).CopyTo(joined);
        digest.BlockUpdate(joined, 0, joined.Length);
        byte[] hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        CryptographicOperations.ZeroMemory(joined);
        return hash;
    }

    private static void Demand(ReadOnlySpan<byte> response)
    {
        if (response.Length != ResponseSize)
        {
            throw new ArgumentException($"an MS-CHAP2-Response has {ResponseSize} octets", nameof(response));
        }
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
