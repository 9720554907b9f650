using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Sallyport.Esp.Aead;

/// <summary>What computes AES-GCM.</summary>
public enum AesGcmProvider
{
    /// <summary>The fastest that this processor has.</summary>
    Fastest,

    /// <summary><see cref="AesGcm"/>: the platform's, such as OpenSSL, which may be a validated one.</summary>
    Platform,

    /// <summary>AES-NI and VPCLMULQDQ.</summary>
    X86Wide,

    /// <summary>AES-NI and PCLMULQDQ.</summary>
    X86,

    /// <summary>ARMv8's AES and PMULL.</summary>
    Arm64,
}

/// <summary>
/// AES-GCM with a nonce of 12 octets (NIST SP 800-38D), made for packets: a call costs little beside its octets, and allocates
/// nothing. Safe for concurrent use, except with <see cref="Dispose()"/>. The key is cleared when it is disposed of.
/// </summary>
public abstract class AesGcmAead : IDisposable
{
    /// <summary>A nonce in octets.</summary>
    public const int NonceSize = 12;

    /// <summary>The longest tag, and the usual one, in octets.</summary>
    public const int LargestTagSize = 16;

    private protected AesGcmAead(int tagSize) => TagSize = tagSize;

    /// <summary>A tag in octets.</summary>
    public int TagSize { get; }

    /// <summary>What computes it.</summary>
    public abstract AesGcmProvider Provider { get; }

    /// <summary>Whether a provider can be had on this processor.</summary>
    public static bool IsSupported(AesGcmProvider provider) => provider switch
    {
        AesGcmProvider.Fastest => true,
        AesGcmProvider.Platform => AesGcm.IsSupported,
        AesGcmProvider.X86Wide => X86WideInstructions.IsSupported,
        AesGcmProvider.X86 => X86Instructions.IsSupported,
        AesGcmProvider.Arm64 => Arm64Instructions.IsSupported,
        _ => false,
    };

    /// <summary>Takes a key.</summary>
    /// <param name="key">16, 24 or 32 octets.</param>
    /// <param name="provider">What is to compute it.</param>
    /// <param name="tagSize">A tag in octets: 16, 12 or 8 (RFC 4106 §6). A shorter one is sooner guessed.</param>
    /// <exception cref="ArgumentException">The key or the tag has another length.</exception>
    /// <exception cref="PlatformNotSupportedException">The provider cannot be had here.</exception>
    public static AesGcmAead Create(ReadOnlySpan<byte> key, AesGcmProvider provider = AesGcmProvider.Fastest, int tagSize = LargestTagSize)
    {
        if (key.Length is not (16 or 24 or 32))
        {
            throw new ArgumentException("an AES key has 16, 24 or 32 octets", nameof(key));
        }

        if (tagSize is not (16 or 12 or 8))
        {
            throw new ArgumentException("a tag of AES-GCM in ESP has 16, 12 or 8 octets", nameof(tagSize));
        }

        if (provider == AesGcmProvider.Fastest)
        {
            // ARM64's kernel is for whoever asks for it, until it has been run on enough of such processors.
            provider = X86WideInstructions.IsSupported ? AesGcmProvider.X86Wide : X86Instructions.IsSupported ? AesGcmProvider.X86 : AesGcmProvider.Platform;
        }

        if (!IsSupported(provider))
        {
            throw new PlatformNotSupportedException($"{provider} needs instructions that this processor does not have");
        }

        return provider switch
        {
            AesGcmProvider.X86Wide => new IntrinsicAesGcm<X86WideInstructions>(key, provider, tagSize),
            AesGcmProvider.X86 => new IntrinsicAesGcm<X86Instructions>(key, provider, tagSize),
            AesGcmProvider.Arm64 => new IntrinsicAesGcm<Arm64Instructions>(key, provider, tagSize),
            _ => new PlatformAesGcm(key, tagSize),
        };
    }

    /// <summary>Encrypts and authenticates.</summary>
    /// <param name="nonce">12 octets, never used before with this key: a nonce that comes twice gives plaintext and hash key away.</param>
    /// <param name="plaintext">The text.</param>
    /// <param name="ciphertext">As long as the text: the same octets or others, never partly the same.</param>
    /// <param name="tag"><see cref="TagSize"/> octets.</param>
    /// <param name="associatedData">What is authenticated besides.</param>
    /// <exception cref="ArgumentException">A span has another length, or the texts overlap partly.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        Check(nonce, plaintext, ciphertext, tag);
        if (associatedData.Length <= GcmHeader.LargestData)
        {
            GcmHeader header = new(nonce, associatedData);
            SealCore(in header, plaintext, ciphertext, tag);
        }
        else
        {
            SealCore(nonce, plaintext, ciphertext, tag, associatedData);
        }
    }

    /// <summary>Checks and decrypts.</summary>
    /// <param name="nonce">12 octets.</param>
    /// <param name="ciphertext">The text.</param>
    /// <param name="tag"><see cref="TagSize"/> octets.</param>
    /// <param name="plaintext">As long as the text: the same octets or others, never partly the same. Cleared where the tag is wrong; what stands
    /// in it before the call returns is not to be looked at.</param>
    /// <param name="associatedData">What is authenticated besides.</param>
    /// <returns>Whether the tag is right.</returns>
    /// <exception cref="ArgumentException">A span has another length, or the texts overlap partly.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        Check(nonce, ciphertext, plaintext, tag);
        if (associatedData.Length <= GcmHeader.LargestData)
        {
            GcmHeader header = new(nonce, associatedData);
            return TryOpenCore(in header, ciphertext, tag, plaintext);
        }

        return TryOpenCore(nonce, ciphertext, tag, plaintext, associatedData);
    }

    /// <summary>Clears the key.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary><see cref="Seal"/> with the header of a packet; its caller knows that the lengths are right.</summary>
    internal abstract void SealCore(in GcmHeader header, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    /// <summary><see cref="TryOpen"/> with the header of a packet; its caller knows that the lengths are right.</summary>
    internal abstract bool TryOpenCore(in GcmHeader header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    /// <summary><see cref="Seal"/> with additional data of any length.</summary>
    private protected abstract void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData);

    /// <summary><see cref="TryOpen"/> with additional data of any length.</summary>
    private protected abstract bool TryOpenCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData);

    /// <summary>Clears the key.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Check(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<byte> tag)
    {
        if (nonce.Length != NonceSize || tag.Length != TagSize || from.Length != to.Length)
        {
            throw new ArgumentException("a nonce of 12 octets, a tag of this key's length and two texts of the same length are wanted");
        }

        if (from.Overlaps(to, out int offset) && offset != 0)
        {
            throw new ArgumentException("the texts may be the same octets or others, not partly the same");
        }
    }
}
