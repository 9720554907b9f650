using System.Text;

namespace Sallyport.Radius.Security;

/// <summary>A shared secret. Never printed.</summary>
public sealed class RadiusSecret
{
    /// <summary>The longest secret in octets.</summary>
    public const int LargestSize = 256;

    private readonly byte[] _octets;

    /// <summary>A secret of text, in UTF-8.</summary>
    /// <exception cref="ArgumentException">It is empty or longer than <see cref="LargestSize"/>.</exception>
    public RadiusSecret(string text)
        : this(Encoding.UTF8.GetBytes(text ?? throw new ArgumentNullException(nameof(text))))
    {
    }

    /// <summary>A secret of octets.</summary>
    /// <exception cref="ArgumentException">It is empty (RFC 2865 §3) or longer than <see cref="LargestSize"/>.</exception>
    public RadiusSecret(ReadOnlySpan<byte> octets)
    {
        if (octets.Length is 0 or > LargestSize)
        {
            throw new ArgumentException($"a shared secret has 1 to {LargestSize} octets", nameof(octets));
        }

        _octets = octets.ToArray();
    }

    /// <summary>The octets.</summary>
    public ReadOnlySpan<byte> Span => _octets;

    /// <summary>Never the secret.</summary>
    public override string ToString() => "shared secret";
}
