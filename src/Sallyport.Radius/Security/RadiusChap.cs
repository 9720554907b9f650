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
        Md5Pieces data = new(chapPassword[..1], password, challenge);
        if (md5 == Md5Provider.Managed)
        {
            ManagedMd5.Complete(Md5State.Initial, 0, data, expected);
        }
        else
        {
            PlatformMd5.Hash(data, expected);
        }

        return CryptographicOperations.FixedTimeEquals(expected, chapPassword[1..]);
    }
}
