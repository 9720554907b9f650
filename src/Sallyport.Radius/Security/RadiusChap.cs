using System.Security.Cryptography;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>CHAP as RADIUS carries it (RFC 2865 §5.3).</summary>
public static class RadiusChap
{
    /// <summary>CHAP-Password in octets: the CHAP identifier and the response.</summary>
    public const int PasswordSize = 17;

    /// <summary>Checks a CHAP-Password.</summary>
    /// <param name="chapPassword">The attribute's 17 octets.</param>
    /// <param name="challenge">CHAP-Challenge, or the Request Authenticator where it is absent.</param>
    /// <param name="password">The person's password, at most 253 octets.</param>
    /// <param name="md5">Whose MD5 computes the response.</param>
    public static bool Verify(ReadOnlySpan<byte> chapPassword, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> password, Md5Provider md5 = Md5Provider.Managed)
    {
        if (chapPassword.Length != PasswordSize || password.Length > 253 || challenge.Length > 253)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[ManagedMd5.HashSize];
        Hash(new Md5Pieces(chapPassword[..1], password, challenge), expected, md5);
        return CryptographicOperations.FixedTimeEquals(expected, chapPassword[1..]);
    }

    /// <summary>Makes a CHAP-Password.</summary>
    /// <param name="identifier">The CHAP identifier, any.</param>
    /// <param name="challenge">The challenge, random, 16 octets or so.</param>
    /// <param name="password">The person's password.</param>
    /// <param name="destination">Takes the attribute's 17 octets.</param>
    /// <param name="md5">Whose MD5 computes the response.</param>
    public static void Respond(byte identifier, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> password, Span<byte> destination, Md5Provider md5 = Md5Provider.Managed)
    {
        Guard.AtLeast(destination, PasswordSize);
        destination[0] = identifier;
        Hash(new Md5Pieces(destination[..1], password, challenge), destination.Slice(1, ManagedMd5.HashSize), md5);
    }

    private static void Hash(in Md5Pieces data, Span<byte> destination, Md5Provider md5)
    {
        if (md5 == Md5Provider.Managed)
        {
            ManagedMd5.Complete(Md5State.Initial, 0, data, destination);
        }
        else
        {
            PlatformMd5.Hash(data, destination);
        }
    }
}
