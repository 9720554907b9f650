using System.Globalization;
using System.Text;

namespace Sallyport.Samples.Common;

/// <summary>Makes text from the network fit for a log of one line an event.</summary>
public static class SafeText
{
    private const int Longest = 128;

    /// <summary>Escapes what ends lines, moves cursors or reorders text, as <c>\u000a</c>; cuts what is too long for a line.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder line = new(Math.Min(text.Length, Longest) + 16);
        foreach (char c in text)
        {
            if (line.Length >= Longest)
            {
                return line.Append('…').ToString();
            }

            bool unfit = char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            _ = unfit ? line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : line.Append(c);
        }

        return line.ToString();
    }
}
