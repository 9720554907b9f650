using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>One <c>option=value</c> of a file; <see cref="ToString"/> leaves the value out, since it may be a secret.</summary>
/// <param name="Name">The option in lower case.</param>
/// <param name="Value">The value without surrounding blanks.</param>
/// <param name="Line">The line, counted from 1.</param>
internal sealed record IniOption(string Name, string Value, int Line)
{
    public override string ToString() => $"{Name} (line {Line})";
}

/// <summary>One <c>[section]</c> with its options in the order of the file.</summary>
internal sealed class IniSection(string name, string file, int line)
{
    private readonly Dictionary<string, IniOption> _options = [];

    /// <summary>The name in lower case, without brackets.</summary>
    public string Name { get; } = name;

    /// <summary>The name without the number that tells several sections of a kind apart.</summary>
    public string Kind { get; } = name.AsSpan().TrimEnd("0123456789").ToString();

    public string File { get; } = file;

    public int Line { get; } = line;

    public IReadOnlyCollection<IniOption> Options => _options.Values;

    public bool TryAdd(IniOption option) => _options.TryAdd(option.Name, option);

    public IniOption? Find(string option) => _options.GetValueOrDefault(option);
}

/// <summary>
/// Reads the INI dialect of <c>authproxy.cfg</c>: <c>[section]</c>, <c>option=value</c>, and whole-line comments that begin with
/// <c>;</c> or <c>#</c>. A comment never begins in mid-line, because a shared secret may hold either character. Names of sections
/// and options are read without regard to case.
/// </summary>
internal static class IniFile
{
    public static List<IniSection> Read(string text, string file)
    {
        List<IniSection> sections = [];
        Dictionary<string, IniSection> byName = [];
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim().Trim('\uFEFF');
            if (line.IsEmpty || line[0] is ';' or '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                IniSection section = new(SectionName(line, file, number), file, number);
                if (!byName.TryAdd(section.Name, section))
                {
                    throw new ConfigurationException(file, number, $"[{section.Name}] stands in line {byName[section.Name].Line} already; number further sections of a kind, as in [{section.Kind}2]");
                }

                sections.Add(section);
                continue;
            }

            IniOption option = Option(line, file, number);
            if (sections.Count == 0)
            {
                throw new ConfigurationException(file, number, $"'{option.Name}' stands before the first section, such as [radius_client]");
            }

            if (!sections[^1].TryAdd(option))
            {
                throw new ConfigurationException(file, number, $"'{option.Name}' stands in line {sections[^1].Find(option.Name)!.Line} already; keep one of the two");
            }
        }

        return sections;
    }

    private static string SectionName(ReadOnlySpan<char> line, string file, int number)
    {
        ReadOnlySpan<char> name = line[^1] == ']' ? line[1..^1].Trim() : default;
        return IsName(name)
            ? name.ToString().ToLowerInvariant()
            : throw new ConfigurationException(file, number, "this is not a section's name; write it as [radius_client]");
    }

    private static IniOption Option(ReadOnlySpan<char> line, string file, int number)
    {
        int equals = line.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? default : line[..equals].Trim();
        return IsName(name)
            ? new IniOption(name.ToString().ToLowerInvariant(), line[(equals + 1)..].Trim().ToString(), number)
            : throw new ConfigurationException(file, number, "this is neither 'option=value' nor a [section]; begin a comment with ';'");
    }

    // Names are quoted in messages: only letters, digits and underscores get that far.
    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }
}
