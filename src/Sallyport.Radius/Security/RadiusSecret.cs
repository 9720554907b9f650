using System.Security.Cryptography;
using System.Text;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Security;

/// <summary>
/// A shared secret, with the states of HMAC-MD5 that are computed from it once. Never printed; cleared when disposed. It may be used from
/// several threads.
/// </summary>
public sealed class RadiusSecret : IDisposable
{
    /// <summary>The longest secret in octets.</summary>
    public const int LargestSize = 256;

    private readonly byte[] _octets;
    private readonly ManagedHmacMd5? _hmac;
    private volatile bool _disposed;

    private RadiusSecret() => _octets = [];

    /// <summary>
    /// No secret, as in RADIUS/1.1 (RFC 9765), where TLS does all that a secret did: a packet completed with it carries a Token and no
    /// signature, and "hidden" attributes stand in it in the clear. For TLS connections that have agreed on RADIUS/1.1, and for nothing else.
    /// </summary>
    public static RadiusSecret None { get; } = new();

    /// <summary>Whether it is <see cref="None"/>.</summary>
    public bool IsNone => _octets.Length == 0;

    /// <summary>A secret of text, in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="md5">Whose MD5 computes with it.</param>
    /// <exception cref="ArgumentException">It is empty or longer than <see cref="LargestSize"/>.</exception>
    public RadiusSecret(string text, Md5Provider md5 = Md5Provider.Managed)
        : this(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))), md5)
    {
    }

    /// <summary>A secret of octets.</summary>
    /// <param name="octets">The octets; they are copied.</param>
    /// <param name="md5">Whose MD5 computes with it.</param>
    /// <exception cref="ArgumentException">It is empty (RFC 2865 §3) or longer than <see cref="LargestSize"/>.</exception>
    public RadiusSecret(ReadOnlySpan<byte> octets, Md5Provider md5 = Md5Provider.Managed)
    {
        if (octets.Length is 0 or > LargestSize)
        {
            throw new ArgumentException($"a shared secret has 1 to {LargestSize} octets", nameof(octets));
        }

        _octets = Pinned.Array<byte>(octets.Length);
        octets.CopyTo(_octets);
        _hmac = md5 == Md5Provider.Managed ? new ManagedHmacMd5(octets) : null;
    }

    /// <summary>The octets.</summary>
    /// <exception cref="ObjectDisposedException">They are gone.</exception>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ThrowIfDisposed();
            return _octets;
        }
    }

    /// <summary>Whose MD5 computes with it.</summary>
    public Md5Provider Md5 => _hmac is null ? Md5Provider.Platform : Md5Provider.Managed;

    /// <summary>Never the secret.</summary>
    public override string ToString() => IsNone ? "no secret" : "shared secret";

    /// <summary>Clears the octets and what was computed from them.</summary>
    public void Dispose()
    {
        if (IsNone)
        {
            return;
        }

        _disposed = true;
        _hmac?.Dispose();
        CryptographicOperations.ZeroMemory(_octets);
    }

    /// <summary>HMAC-MD5 under the secret; 16 octets.</summary>
    internal void Authenticate(in Md5Pieces data, Span<byte> destination)
    {
        if (_hmac is not null)
        {
            _hmac.HashData(data, destination);
        }
        else
        {
            PlatformMd5.Authenticate(Span, data, destination);
            ThrowIfDisposed(destination);
        }
    }

    /// <summary>MD5 over data of which the secret is a part; 16 octets.</summary>
    internal void Hash(in Md5Pieces data, Span<byte> destination)
    {
        if (_hmac is not null)
        {
            ManagedMd5.Complete(Md5State.Initial, 0, data, destination);
        }
        else
        {
            PlatformMd5.Hash(data, destination);
        }

        ThrowIfDisposed(destination);
    }

    // Asked after each computation too: with octets cleared meanwhile it would be one that everybody can do.
    private void ThrowIfDisposed(Span<byte> result = default)
    {
        if (_disposed)
        {
            result.Clear();
            throw new ObjectDisposedException(nameof(RadiusSecret));
        }
    }
}
