using System.Security.Cryptography;
using System.Text;

namespace Sallyport.Eap.Methods;

/// <summary>What a server knows of a person's password: its text, or only its NT hash, with which MSCHAPv2 works and nothing else.</summary>
public sealed class EapPassword : IDisposable
{
    private readonly byte[]? _text;
    private readonly byte[] _ntHash;

    private EapPassword(byte[]? text, byte[] ntHash)
    {
        _text = text;
        _ntHash = ntHash;
    }

    /// <summary>Whether the text is known.</summary>
    public bool HasText => _text is not null;

    /// <summary>The text in UTF-8; empty where it is not known.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>The NT hash, 16 octets (RFC 2759 §8.3).</summary>
    public ReadOnlySpan<byte> NtHash => _ntHash;

    /// <summary>A password by its text.</summary>
    public static EapPassword FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new EapPassword(Encoding.UTF8.GetBytes(text), MsChapV2.NtPasswordHash(text));
    }

    /// <summary>A password by its NT hash.</summary>
    /// <param name="hash">16 octets.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static EapPassword FromNtHash(ReadOnlySpan<byte> hash) =>
        hash.Length == 16 ? new EapPassword(null, hash.ToArray()) : throw new ArgumentException("an NT hash has 16 octets", nameof(hash));

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_text);
        CryptographicOperations.ZeroMemory(_ntHash);
    }

    /// <summary>Never the password.</summary>
    public override string ToString() => HasText ? "password" : "NT hash";
}
