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
    public static bool Verify(ReadOnlySpan<byte> chapPassword, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> password)
    {
        if (chapPassword.Length != PasswordSize || password.Length > 253 || challenge.Length > 253)
        {
            return false;
        }

        Span<byte> data = stackalloc byte[1 + 253 + 253];
        data[0] = chapPassword[0];
        password.CopyTo(data[1..]);
        challenge.CopyTo(data[(1 + password.Length)..]);
        Span<byte> expected = stackalloc byte[16];
        Hashes.Md5(data[..(1 + password.Length + challenge.Length)], expected);
        CryptographicOperations.ZeroMemory(data);
        return CryptographicOperations.FixedTimeEquals(expected, chapPassword[1..]);
    }
}
