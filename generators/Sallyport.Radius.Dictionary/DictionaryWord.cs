namespace Sallyport.Radius.Dictionary;

/// <summary>A word and where it stands.</summary>
internal readonly record struct DictionaryWord(string Text, DictionaryLocation Location)
{
    /// <summary>The words of a line, without its comment.</summary>
    public static List<DictionaryWord> Split(string line, string path, int number)
    {
        List<DictionaryWord> words = [];
        int at = 0;
        while (at < line.Length)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            if (at == line.Length || line[at] == '#')
            {
                break;
            }

            int start = at;
            while (at < line.Length && !char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            words.Add(new DictionaryWord(line.Substring(start, at - start), new DictionaryLocation(path, number, start + 1, at - start)));
        }

        return words;
    }
}
