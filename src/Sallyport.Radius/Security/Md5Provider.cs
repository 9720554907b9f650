namespace Sallyport.Radius.Security;

/// <summary>Whose MD5 computes authenticators, Message-Authenticators and hidden values.</summary>
public enum Md5Provider
{
    /// <summary>
    /// This package's own: it keeps the state of HMAC-MD5 for each secret, hashes without joining and without a call out of managed code, and
    /// works where a policy forbids the platform's MD5.
    /// </summary>
    Managed,

    /// <summary><c>System.Security.Cryptography</c>, for those who have to name a module. It throws where a policy forbids MD5.</summary>
    Platform,
}
