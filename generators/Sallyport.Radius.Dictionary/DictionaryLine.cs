using System.Globalization;

namespace Sallyport.Radius.Dictionary;

/// <summary>A word and where it stands.</summary>
internal readonly struct DictionaryWord(string text, string path, int line, int column, int offset)
{
    public string Text { get; } = text;

    public DictionaryLocation Location => new(path, line, column, offset, Text.Length);

    /// <summary>A number, decimal or with 0x in front.</summary>
    public static bool TryNumber(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

/// <summary>The words of a line and the comment behind them.</summary>
internal sealed class DictionaryLine
{
    private DictionaryLine(List<DictionaryWord> words, string? comment)
    {
        Words = words;
        Comment = comment;
    }

    public List<DictionaryWord> Words { get; }

    public string? Comment { get; }

    /// <summary>The keyword, in capitals.</summary>
    public string Keyword => Words[0].Text.ToUpperInvariant();

    /// <summary>The lines of a text that have words. A <c>#</c> begins a comment wherever it stands.</summary>
    public static IEnumerable<DictionaryLine> Split(string text, string path)
    {
        int number = 0;
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            number++;
            if (ReadLine(text, start, end, path, number) is { } line)
            {
                yield return line;
            }

            start = end + 1;
        }
    }

    private static DictionaryLine? ReadLine(string text, int start, int end, string path, int number)
    {
        int comment = text.IndexOf('#', start, end - start);
        int stop = comment < 0 ? end : comment;
        List<DictionaryWord>? words = null;
        for (int at = start; at < stop;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int first = at;
            while (at < stop && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            words ??= new List<DictionaryWord>(5);
            words.Add(new DictionaryWord(text.Substring(first, at - first), path, number, first - start + 1, first));
        }

        if (words is null)
        {
            return null;
        }

        string behind = comment < 0 ? string.Empty : text.Substring(comment, end - comment).TrimStart('#').Trim();
        return new DictionaryLine(words, behind.Length == 0 ? null : behind);
    }
}
