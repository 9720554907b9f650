using Sallyport.Samples.Common;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>One line of an IOS XE configuration, with the indented lines below it.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Number">The line, counted from 1.</param>
/// <param name="Words">The line's words, at least one.</param>
public sealed record IosLine(string File, int Number, IReadOnlyList<string> Words)
{
    private readonly List<IosLine> _children = [];

    /// <summary>The lines of the sub-mode that this line opens.</summary>
    public IReadOnlyList<IosLine> Children => _children;

    /// <summary>The whole line, single-spaced.</summary>
    public string Text => string.Join(' ', Words);

    /// <summary>Whether the line begins with these keywords; IOS keywords know no case.</summary>
    public bool StartsWith(params ReadOnlySpan<string> keywords)
    {
        if (keywords.Length > Words.Count)
        {
            return false;
        }

        for (int i = 0; i < keywords.Length; i++)
        {
            if (!string.Equals(keywords[i], Words[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The word at <paramref name="index"/>, or an error that says what should stand there.</summary>
    public string Word(int index, string wanted) =>
        index < Words.Count ? Words[index] : throw Error($"'{Text}' ends too early: {wanted} should follow");

    /// <summary>An error at this line.</summary>
    public ConfigurationException Error(string problem) => new(File, Number, problem);

    internal void Add(IosLine child) => _children.Add(child);
}
