using System.Globalization;

namespace Sallyport.Radius.Text;

/// <summary>Takes text in UTF-8 apart (RFC 3629 §4), on both targets.</summary>
internal static class Utf8Characters
{
    /// <summary>How many octets the first character has, and which it is; -1, and one octet, where they are no UTF-8.</summary>
    public static int Length(ReadOnlySpan<byte> text, out int character)
    {
        byte first = text[0];
        int length = first < 0x80 ? 1 : first is >= 0xc2 and < 0xe0 ? 2 : first is >= 0xe0 and < 0xf0 ? 3 : first is >= 0xf0 and < 0xf5 ? 4 : 0;
        character = length switch
        {
            1 => first,
            2 => first & 0x1f,
            3 => first & 0x0f,
            _ => first & 0x07,
        };
        for (int i = 1; i < length; i++)
        {
            if (i >= text.Length || (text[i] & 0xc0) != 0x80)
            {
                length = 0;
                break;
            }

            character = (character << 6) | (text[i] & 0x3f);
        }

        // Neither a longer spelling than needed, nor half of a pair of UTF-16, nor beyond Unicode.
        bool valid = length switch
        {
            0 => false,
            3 => character is >= 0x800 and not (>= 0xd800 and <= 0xdfff),
            4 => character is >= 0x10000 and <= 0x10ffff,
            _ => true,
        };
        character = valid ? character : -1;
        return valid ? length : 1;
    }

    /// <summary>Whether a character stays on its line and where it stands.</summary>
    public static bool IsPrintable(int character) => CharUnicodeInfo.GetUnicodeCategory(char.ConvertFromUtf32(character), 0) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
