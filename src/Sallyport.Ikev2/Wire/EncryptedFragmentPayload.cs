using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>
/// An Encrypted Fragment payload (RFC 7383 §2.5): which part of a message it is, in front of what an Encrypted payload holds too. What is sealed
/// inside is part of a chain of payloads, and cut without regard to them.
/// </summary>
public readonly ref struct EncryptedFragmentPayload
{
    /// <summary>Fragment Number and Total Fragments in octets; they follow the generic payload header.</summary>
    public const int NumbersSize = 4;

    private EncryptedFragmentPayload(int number, int total, ReadOnlySpan<byte> content)
    {
        Number = number;
        Total = total;
        Content = content;
    }

    /// <summary>Fragment Number, from 1 to <see cref="Total"/>.</summary>
    public int Number { get; }

    /// <summary>Total Fragments: of how many parts the message is made.</summary>
    public int Total { get; }

    /// <summary>Initialization vector, ciphertext and check value.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Checks the payload's body.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out EncryptedFragmentPayload payload, out IkeParseError error)
    {
        payload = default;
        if (body.Length < NumbersSize)
        {
            error = IkeParseError.TooShort;
            return false;
        }

        int number = BinaryPrimitives.ReadUInt16BigEndian(body);
        int total = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);

        // RFC 7383 §2.6: neither is zero, and the number is within the total.
        if (number == 0 || number > total)
        {
            error = IkeParseError.Malformed;
            return false;
        }

        payload = new EncryptedFragmentPayload(number, total, body[NumbersSize..]);
        error = IkeParseError.None;
        return true;
    }

    /// <summary>Writes both numbers.</summary>
    /// <param name="number">Fragment Number.</param>
    /// <param name="total">Total Fragments.</param>
    /// <param name="destination">At least <see cref="NumbersSize"/> octets.</param>
    internal static void WriteNumbers(int number, int total, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)number);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)total);
    }
}
