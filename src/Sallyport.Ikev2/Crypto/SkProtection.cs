using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>A message whose Encrypted payload was opened: its integrity is proven. The only way to inner payloads.</summary>
public readonly ref struct IkeOpenedMessage
{
    internal IkeOpenedMessage(IkeHeader header, IkePayloads payloads)
    {
        Header = header;
        Payloads = payloads;
    }

    /// <summary>The header.</summary>
    public IkeHeader Header { get; }

    /// <summary>The inner payloads.</summary>
    public IkePayloads Payloads { get; }
}

/// <summary>Why an Encrypted payload was not opened.</summary>
public enum IkeOpenError
{
    /// <summary>It was.</summary>
    None,

    /// <summary>There is no Encrypted payload, or it is too short for its IV, padding and check value.</summary>
    NotEncrypted,

    /// <summary>The integrity check failed: nothing inside was looked at (RFC 7296 §3.14).</summary>
    IntegrityCheck,

    /// <summary>Genuine, yet what is inside is not well formed: padding or payload chain.</summary>
    InvalidSyntax,
}

/// <summary>Seals and opens the Encrypted payloads (RFC 7296 §3.14, RFC 5282) of one direction of an IKE SA. Not safe for concurrent use.</summary>
public sealed partial class SkProtection : IDisposable
{
    private readonly IkeSuite _suite;
    private readonly byte[] _integrityKey;
    private readonly byte[] _salt;
    private readonly Aes? _aes;
    private readonly AesGcm? _gcm;
    private readonly IkeRandom _random;
    private ulong _counter;

    /// <summary>Takes the keys of one direction.</summary>
    /// <param name="suite">The algorithms.</param>
    /// <param name="encryptionKey">SK_e of the direction.</param>
    /// <param name="integrityKey">SK_a of the direction, empty with AES-GCM.</param>
    /// <param name="random">For the initialization vectors of AES-CBC, which must not be predictable (RFC 3602 §3).</param>
    public SkProtection(IkeSuite suite, ReadOnlySpan<byte> encryptionKey, ReadOnlySpan<byte> integrityKey, IkeRandom random)
    {
        ArgumentNullException.ThrowIfNull(suite);
        _suite = suite;
        _random = random;
        _integrityKey = integrityKey.ToArray();
        if (suite.IsAead)
        {
            _salt = encryptionKey[^4..].ToArray();
            _gcm = new AesGcm(encryptionKey[..^4], suite.IcvSize);
        }
        else
        {
            _salt = [];
            _aes = Aes.Create();
            _aes.SetKey(encryptionKey);
        }
    }

    /// <summary>The length of a sealed message in octets.</summary>
    /// <param name="innerLength">The inner chain in octets.</param>
    public int SealedSize(int innerLength) =>
        IkeHeader.Size + IkePayloads.PayloadHeaderSize + _suite.IvSize + Padded(innerLength) + _suite.IcvSize;

    /// <summary>Writes a whole message: header, Encrypted payload, check value.</summary>
    /// <param name="header">The header; its next payload and length are set here.</param>
    /// <param name="first">The type of the first inner payload.</param>
    /// <param name="inner">The inner chain.</param>
    /// <param name="destination">Where the message goes.</param>
    /// <param name="length">Its octets.</param>
    /// <returns>Whether it fits.</returns>
    public bool TrySeal(IkeHeader header, IkePayloadType first, ReadOnlySpan<byte> inner, Span<byte> destination, out int length)
    {
        length = SealedSize(inner.Length);
        if (length > destination.Length || length > ushort.MaxValue)
        {
            return false;
        }

        Span<byte> message = destination[..length];
        int prefix = WriteHeaders(header, IkePayloadType.Encrypted, first, message);
        Seal(message, prefix, inner);
        return true;
    }

    /// <summary>Opens a message. The check value comes first: until it holds, nothing inside is looked at.</summary>
    /// <param name="message">The message.</param>
    /// <param name="buffer">Where the inner payloads go: as long as the message.</param>
    /// <param name="opened">The inner payloads, within <paramref name="buffer"/>.</param>
    /// <param name="error">Why not.</param>
    public bool TryOpen(in IkeMessage message, Span<byte> buffer, out IkeOpenedMessage opened, out IkeOpenError error)
    {
        opened = default;
        error = IkeOpenError.NotEncrypted;
        ReadOnlySpan<byte> whole = message.Span;
        if (!message.Payloads.TryGet(IkePayloadType.Encrypted, out IkePayload payload))
        {
            return false;
        }

        if (!TryOpen(whole, payload.Body, buffer, out int innerLength, out error))
        {
            return false;
        }

        return TryRead(message.Header, payload.NextPayload, buffer[..innerLength], out opened, out error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_integrityKey);
        CryptographicOperations.ZeroMemory(_salt);
        _aes?.Dispose();
        _gcm?.Dispose();
    }

    /// <summary>Reads the payloads of what was opened, at once or in fragments.</summary>
    internal static bool TryRead(IkeHeader header, IkePayloadType first, ReadOnlySpan<byte> inner, out IkeOpenedMessage opened, out IkeOpenError error)
    {
        bool valid = IkePayloads.TryParse(first, inner, IkeLimits.Default, out IkePayloads payloads, out _);
        opened = valid ? new IkeOpenedMessage(header, payloads) : default;
        error = valid ? IkeOpenError.None : IkeOpenError.InvalidSyntax;
        return valid;
    }

    private static int WriteHeaders(IkeHeader header, IkePayloadType type, IkePayloadType first, Span<byte> message)
    {
        (header with { NextPayload = type, Length = message.Length }).Write(message);
        Span<byte> payload = message[IkeHeader.Size..];
        payload[0] = (byte)first;
        payload[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)payload.Length);
        return IkeHeader.Size + IkePayloads.PayloadHeaderSize;
    }

    private int Padded(int innerLength) => _suite.IsAead ? innerLength + 1 : (innerLength + 16) & ~15;

    /// <summary>Seals what follows a message's first octets, which are authenticated with it.</summary>
    private void Seal(Span<byte> message, int prefix, ReadOnlySpan<byte> inner)
    {
        Span<byte> iv = message.Slice(prefix, _suite.IvSize);
        Span<byte> text = message.Slice(prefix + iv.Length, Padded(inner.Length));
        Span<byte> icv = message[^_suite.IcvSize..];
        inner.CopyTo(text);
        text[inner.Length..].Clear();
        text[^1] = (byte)(text.Length - inner.Length - 1);
        if (_gcm is not null)
        {
            // RFC 5282 §3.1: the IV need only be unique; §5.1: what is authenticated ends with the Encrypted payload's generic header, and of a
            // fragment with its numbers (RFC 7383 §2.5).
            BinaryPrimitives.WriteUInt64BigEndian(iv, _counter++);
            Span<byte> nonce = stackalloc byte[12];
            Nonce(iv, nonce);
            _gcm.Encrypt(nonce, text, text, icv, message[..prefix]);
        }
        else
        {
            _random(iv);
            _aes!.EncryptCbc(text, iv, text, PaddingMode.None);
            Icv(message[..^icv.Length], icv);
        }
    }

    /// <summary>Opens what a message ends with: initialization vector, ciphertext and check value.</summary>
    private bool TryOpen(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> content, Span<byte> buffer, out int innerLength, out IkeOpenError error)
    {
        innerLength = 0;
        error = IkeOpenError.NotEncrypted;
        int textLength = content.Length - _suite.IvSize - _suite.IcvSize;
        if (textLength < 1 || buffer.Length < textLength || (_aes is not null && textLength % 16 != 0))
        {
            return false;
        }

        ReadOnlySpan<byte> iv = content[.._suite.IvSize];
        Span<byte> text = buffer[..textLength];
        error = IkeOpenError.IntegrityCheck;
        if (!TryDecrypt(whole, content.Slice(iv.Length, textLength), iv, content[^_suite.IcvSize..], text))
        {
            return false;
        }

        // RFC 7296 §3.14: the padding's content means nothing, its length must fit.
        innerLength = textLength - 1 - text[^1];
        error = innerLength < 0 ? IkeOpenError.InvalidSyntax : IkeOpenError.None;
        return innerLength >= 0;
    }

    private void Nonce(ReadOnlySpan<byte> iv, Span<byte> nonce)
    {
        _salt.CopyTo(nonce);
        iv.CopyTo(nonce[4..]);
    }

    private bool TryDecrypt(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> icv, Span<byte> text)
    {
        if (_gcm is not null)
        {
            Span<byte> nonce = stackalloc byte[12];
            Nonce(iv, nonce);
            int authenticated = whole.Length - _suite.IcvSize - ciphertext.Length - _suite.IvSize;
            try
            {
                _gcm.Decrypt(nonce, ciphertext, icv, text, whole[..authenticated]);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }

        Span<byte> expected = stackalloc byte[64];
        expected = expected[.._suite.IcvSize];
        Icv(whole[..^_suite.IcvSize], expected);
        return CryptographicOperations.FixedTimeEquals(expected, icv) && _aes!.TryDecryptCbc(ciphertext, iv, text, out _, PaddingMode.None);
    }

    private void Icv(ReadOnlySpan<byte> data, Span<byte> icv)
    {
        Span<byte> full = stackalloc byte[64];
        IkePrf.Compute(
            _suite.Integrity switch
            {
                IntegrityAlgorithm.HmacSha256Trunc128 => PrfAlgorithm.HmacSha256,
                IntegrityAlgorithm.HmacSha384Trunc192 => PrfAlgorithm.HmacSha384,
                _ => PrfAlgorithm.HmacSha512,
            },
            _integrityKey,
            data,
            full);
        full[..icv.Length].CopyTo(icv);
    }
}
