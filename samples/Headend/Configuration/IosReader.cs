namespace Sallyport.Samples.Headend.Configuration;

/// <summary>
/// Splits an IOS XE configuration into lines and their sub-modes. An indented line belongs to the last line that stands further to the
/// left; <c>!</c> begins a comment; a banner runs to its delimiter and is skipped, since its text may look like a command.
/// </summary>
public static class IosReader
{
    /// <summary>The top-level lines of <paramref name="text"/>. Any text can be read; meaning is given by <see cref="RouterConfiguration"/>.</summary>
    public static IReadOnlyList<IosLine> Read(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<IosLine> top = [];
        Stack<(int Indent, IosLine Line)> open = new();
        string? bannerEnd = null;
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            if (bannerEnd is not null)
            {
                bannerEnd = raw.Contains(bannerEnd, StringComparison.Ordinal) ? null : bannerEnd;
                continue;
            }

            int indent = raw.Length - raw.TrimStart().Length;
            string[] words = raw.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '!')
            {
                continue;
            }

            IosLine line = new(file, number, words);
            bannerEnd = BannerDelimiter(words, raw);
            while (open.Count > 0 && open.Peek().Indent >= indent)
            {
                open.Pop();
            }

            if (open.Count == 0)
            {
                top.Add(line);
            }
            else
            {
                open.Peek().Line.Add(line);
            }

            open.Push((indent, line));
        }

        return top;
    }

    /// <summary>What ends the banner that this line opens, where it does not end on the line itself.</summary>
    private static string? BannerDelimiter(string[] words, ReadOnlySpan<char> raw)
    {
        if (words.Length < 3 || !words[0].Equals("banner", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // "^C" as show running-config prints the control character, else any one character.
        string delimiter = words[2].StartsWith("^C", StringComparison.Ordinal) ? "^C" : words[2][..1];
        int first = raw.IndexOf(words[2], StringComparison.Ordinal);
        return raw[(first + delimiter.Length)..].Contains(delimiter, StringComparison.Ordinal) ? null : delimiter;
    }
}
