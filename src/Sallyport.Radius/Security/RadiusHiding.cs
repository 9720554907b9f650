using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <summary>Hides and reveals attribute values with the shared secret (RFC 2865 §5.2, RFC 2868 §3.5, RFC 2548 §2.4.2).</summary>
public static class RadiusHiding
{
    /// <summary>The longest password in octets (RFC 2865 §5.2).</summary>
    public const int LargestPassword = 128;

    /// <summary>The longest value that salted hiding takes, in octets: what fits one attribute with tag, salt and length.</summary>
    public const int LargestSalted = 239;

    /// <summary>The longest Ascend-Send-Secret and the like, in octets.</summary>
    public const int LargestAscendSecret = 16;

    private const int Block = 16;
    private const int SaltSize = 2;
    private const int LargestValue = 253;

    /// <summary>Reveals a hidden attribute.</summary>
    /// <param name="packet">The packet that carries it.</param>
    /// <param name="key">The attribute.</param>
    /// <param name="secret">The secret shared with the packet's sender.</param>
    /// <param name="requestAuthenticator">The Request Authenticator: in a request its own, for a reply that of the request.</param>
    /// <param name="destination">Where the value goes; 253 octets hold any. The caller clears it.</param>
    /// <param name="length">The value's octets.</param>
    /// <returns>Whether the attribute is there and its form is right. A wrong secret shows as a wrong value, or as a wrong form.</returns>
    public static bool TryDecrypt(
        this RadiusPacket packet, EncryptedKey key, RadiusSecret secret, ReadOnlySpan<byte> requestAuthenticator, Span<byte> destination, out int length) =>
        TryDecrypt(packet, key, secret, requestAuthenticator, destination, out length, out _);

    /// <summary>Reveals a hidden attribute and its tag, so that a proxy can hide both anew for the next hop.</summary>
    /// <param name="packet">The packet that carries it.</param>
    /// <param name="key">The attribute.</param>
    /// <param name="secret">The secret shared with the packet's sender.</param>
    /// <param name="requestAuthenticator">The Request Authenticator: in a request its own, for a reply that of the request; 16 octets.</param>
    /// <param name="destination">Where the value goes; 253 octets hold any. The caller clears it.</param>
    /// <param name="length">The value's octets.</param>
    /// <param name="tag">The tag (RFC 2868 §3.5), or 0 where the attribute has none.</param>
    /// <returns>Whether the attribute is there and its form is right. A wrong secret shows as a wrong value, or as a wrong form.</returns>
    public static bool TryDecrypt(
        this RadiusPacket packet, EncryptedKey key, RadiusSecret secret, ReadOnlySpan<byte> requestAuthenticator, Span<byte> destination, out int length, out byte tag)
    {
        Guard.NotNull(secret);
        length = 0;
        tag = 0;
        return key.Id.MayBeFragmented
            ? TryDecryptJoined(packet, key, secret, requestAuthenticator, destination, out length, out tag)
            : packet.TryGetRaw(key.Id, out ReadOnlySpan<byte> value) && TryReveal(value, key, secret, requestAuthenticator, destination, out length, out tag);
    }

    /// <summary>How many octets a hidden password has: a multiple of 16, at least 16.</summary>
    internal static int HiddenPasswordSize(int length) => Math.Max(Block, (length + Block - 1) & ~(Block - 1));

    /// <summary>How many octets a salted value has.</summary>
    internal static int HiddenSaltedSize(int length) => SaltSize + ((1 + length + Block - 1) & ~(Block - 1));

    /// <summary>Reveals the value of a hidden attribute.</summary>
    internal static bool TryReveal(
        ReadOnlySpan<byte> value, EncryptedKey key, RadiusSecret secret, ReadOnlySpan<byte> requestAuthenticator, Span<byte> destination, out int length, out byte tag)
    {
        length = 0;
        tag = 0;
        if (secret.IsNone)
        {
            return TryReadPlain(key, value, destination, out length, out tag);
        }

        switch (key.Encryption)
        {
            case RadiusEncryption.UserPassword:
                return TryRevealPassword(value, secret, requestAuthenticator, destination, out length);
            case RadiusEncryption.AscendSecret:
                return TryRevealAscendSecret(value, secret, requestAuthenticator, destination, out length);
            case RadiusEncryption.Salted:
                if (key.IsTagged && !value.IsEmpty)
                {
                    tag = value[0];
                    value = value[1..];
                }

                return TryRevealSalted(value, secret, requestAuthenticator, destination, out length);
            default:
                return false;
        }
    }

    internal static void HidePassword(ReadOnlySpan<byte> password, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination)
    {
        destination.Clear();
        password.CopyTo(destination);
        Hide(destination, secret, authenticator, default);
    }

    internal static void HideAscendSecret(ReadOnlySpan<byte> value, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination)
    {
        destination.Clear();
        value.CopyTo(destination);
        MaskAscendSecret(destination, secret, authenticator);
    }

    internal static void HideSalted(ReadOnlySpan<byte> value, ushort salt, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination)
    {
        destination.Clear();

        // RFC 2548 §2.4.2: the salt's top bit is set.
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(salt | 0x8000));
        destination[SaltSize] = (byte)value.Length;
        value.CopyTo(destination[(SaltSize + 1)..]);
        Hide(destination[SaltSize..], secret, authenticator, destination[..SaltSize]);
    }

    // Apart from the common case, which would otherwise pay for the room that joining takes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryDecryptJoined(
        RadiusPacket packet, EncryptedKey key, RadiusSecret secret, ReadOnlySpan<byte> requestAuthenticator, Span<byte> destination, out int length, out byte tag)
    {
        length = 0;
        tag = 0;
        Span<byte> scratch = stackalloc byte[LargestValue];
        return packet.TryGetRaw(key.Id, scratch, out ReadOnlySpan<byte> value) && TryReveal(value, key, secret, requestAuthenticator, destination, out length, out tag);
    }

    // RFC 9765 §5.1: what was hidden stands there as it is, a tag in front where the attribute has one, and no salt.
    private static bool TryReadPlain(EncryptedKey key, ReadOnlySpan<byte> value, Span<byte> destination, out int length, out byte tag)
    {
        tag = 0;
        if (key.IsTagged && !value.IsEmpty)
        {
            tag = value[0];
            value = value[1..];
        }

        length = value.Length <= destination.Length ? value.Length : 0;
        return value.TryCopyTo(destination);
    }

    private static bool TryRevealPassword(ReadOnlySpan<byte> value, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination, out int length)
    {
        length = 0;
        if (value.Length is 0 or > LargestPassword || value.Length % Block != 0 || value.Length > destination.Length)
        {
            return false;
        }

        Span<byte> text = destination[..value.Length];
        value.CopyTo(text);
        Reveal(text, secret, authenticator, default);

        // RFC 2865 §5.2: filled up with zeros, which no password ends in.
        length = text.Length;
        while (length > 0 && text[length - 1] == 0)
        {
            length--;
        }

        return true;
    }

    private static bool TryRevealAscendSecret(ReadOnlySpan<byte> value, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination, out int length)
    {
        length = 0;
        if (value.Length != Block || destination.Length < Block)
        {
            return false;
        }

        value.CopyTo(destination);
        MaskAscendSecret(destination[..Block], secret, authenticator);
        length = destination[..Block].IndexOf((byte)0);
        length = length < 0 ? Block : length;
        return true;
    }

    private static bool TryRevealSalted(ReadOnlySpan<byte> value, RadiusSecret secret, ReadOnlySpan<byte> authenticator, Span<byte> destination, out int length)
    {
        length = 0;
        int hidden = value.Length - SaltSize;
        if (hidden < Block || hidden % Block != 0)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[256];
        text = text[..hidden];
        value[SaltSize..].CopyTo(text);
        Reveal(text, secret, authenticator, value[..SaltSize]);
        bool fits = text[0] < hidden && text[0] <= destination.Length;
        if (fits)
        {
            length = text[0];
            text.Slice(1, length).CopyTo(destination);
        }

        CryptographicOperations.ZeroMemory(text);
        return fits;
    }

    // c = p XOR MD5(authenticator | secret), filled up with zeros.
    private static void MaskAscendSecret(Span<byte> text, RadiusSecret secret, ReadOnlySpan<byte> authenticator)
    {
        Span<byte> mask = stackalloc byte[Block];
        secret.Hash(new Md5Pieces(authenticator, secret.Span), mask);
        Apply(mask, text);
    }

    // c(1) = p(1) XOR MD5(secret | authenticator | salt), c(i) = p(i) XOR MD5(secret | c(i-1)).
    private static void Hide(Span<byte> text, RadiusSecret secret, ReadOnlySpan<byte> authenticator, ReadOnlySpan<byte> salt)
    {
        Mask(text, secret, authenticator, salt);
        for (int at = Block; at < text.Length; at += Block)
        {
            Mask(text[at..], secret, text.Slice(at - Block, Block), default);
        }
    }

    // From the end, where what stands in front is still hidden.
    private static void Reveal(Span<byte> text, RadiusSecret secret, ReadOnlySpan<byte> authenticator, ReadOnlySpan<byte> salt)
    {
        for (int at = text.Length - Block; at > 0; at -= Block)
        {
            Mask(text[at..], secret, text.Slice(at - Block, Block), default);
        }

        Mask(text, secret, authenticator, salt);
    }

    private static void Mask(Span<byte> text, RadiusSecret secret, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> salt)
    {
        Span<byte> mask = stackalloc byte[Block];
        secret.Hash(new Md5Pieces(secret.Span, previous, salt), mask);
        Apply(mask, text);
    }

    private static void Apply(Span<byte> mask, Span<byte> text)
    {
        Span<ulong> masks = MemoryMarshal.Cast<byte, ulong>(mask);
        Span<ulong> texts = MemoryMarshal.Cast<byte, ulong>(text[..Block]);
        texts[0] ^= masks[0];
        texts[1] ^= masks[1];
        CryptographicOperations.ZeroMemory(mask);
    }
}
