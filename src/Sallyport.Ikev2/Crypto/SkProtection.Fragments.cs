using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>A fragment of a message whose Encrypted Fragment payload was opened: its integrity is proven.</summary>
public readonly ref struct IkeOpenedFragment
{
    internal IkeOpenedFragment(IkeHeader header, IkePayloadType first, int number, int total, ReadOnlySpan<byte> content)
    {
        Header = header;
        First = first;
        Number = number;
        Total = total;
        Content = content;
    }

    /// <summary>The header, of which all but the length is the whole message's.</summary>
    public IkeHeader Header { get; }

    /// <summary>The type of the message's first inner payload; means nothing but in the first fragment.</summary>
    public IkePayloadType First { get; }

    /// <summary>Fragment Number, from 1 to <see cref="Total"/>.</summary>
    public int Number { get; }

    /// <summary>Total Fragments.</summary>
    public int Total { get; }

    /// <summary>Its part of the inner chain.</summary>
    public ReadOnlySpan<byte> Content { get; }
}

/// <content>Encrypted Fragment payloads (RFC 7383 §2.5): each is sealed by itself, as a message is.</content>
public sealed partial class SkProtection
{
    /// <summary>The length of a sealed fragment in octets.</summary>
    /// <param name="contentLength">Its part of the inner chain in octets.</param>
    public int FragmentSize(int contentLength) => SealedSize(contentLength) + EncryptedFragmentPayload.NumbersSize;

    /// <summary>How many octets of the inner chain a fragment holds; none, or fewer, where it is too small for its own fields.</summary>
    /// <param name="fragmentSize">The longest that a fragment may be, in octets.</param>
    public int FragmentRoom(int fragmentSize)
    {
        int room = fragmentSize - FragmentSize(0) + Padded(0);
        return _suite.IsAead ? room - 1 : (room & ~15) - 1;
    }

    /// <summary>Writes a fragment: header, Encrypted Fragment payload, check value.</summary>
    /// <param name="header">The message's header; its next payload and length are set here.</param>
    /// <param name="first">The type of the message's first inner payload, which the first fragment tells.</param>
    /// <param name="number">Fragment Number, from 1.</param>
    /// <param name="total">Total Fragments.</param>
    /// <param name="content">The fragment's part of the inner chain.</param>
    /// <param name="destination">Where the fragment goes.</param>
    /// <param name="length">Its octets.</param>
    /// <returns>Whether it fits.</returns>
    public bool TrySealFragment(
        IkeHeader header, IkePayloadType first, int number, int total, ReadOnlySpan<byte> content, Span<byte> destination, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, total);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, ushort.MaxValue);
        length = FragmentSize(content.Length);
        if (length > destination.Length || length > ushort.MaxValue)
        {
            return false;
        }

        Span<byte> message = destination[..length];

        // RFC 7383 §2.5: fragments behind the first name no next payload.
        int prefix = WriteHeaders(header, IkePayloadType.EncryptedFragment, number == 1 ? first : IkePayloadType.None, message);
        EncryptedFragmentPayload.WriteNumbers(number, total, message[prefix..]);
        Seal(message, prefix + EncryptedFragmentPayload.NumbersSize, content);
        return true;
    }

    /// <summary>Opens a fragment. The check value comes first: until it holds, nothing inside is looked at.</summary>
    /// <param name="message">The fragment.</param>
    /// <param name="buffer">Where its part of the inner chain goes: as long as the fragment.</param>
    /// <param name="fragment">What it holds, within <paramref name="buffer"/>.</param>
    /// <param name="error">Why not.</param>
    public bool TryOpenFragment(in IkeMessage message, Span<byte> buffer, out IkeOpenedFragment fragment, out IkeOpenError error)
    {
        fragment = default;
        error = IkeOpenError.NotEncrypted;
        if (!message.Payloads.TryGet(IkePayloadType.EncryptedFragment, out IkePayload payload)
            || !EncryptedFragmentPayload.TryParse(payload.Body, out EncryptedFragmentPayload numbers, out _)
            || !TryOpen(message.Span, numbers.Content, buffer, out int length, out error))
        {
            return false;
        }

        fragment = new IkeOpenedFragment(message.Header, payload.NextPayload, numbers.Number, numbers.Total, buffer[..length]);
        return true;
    }
}
