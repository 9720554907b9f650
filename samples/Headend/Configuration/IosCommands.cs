namespace Sallyport.Samples.Headend.Configuration;

/// <summary>
/// The commands of one sub-mode, each with what it does to the thing being configured. The longest matching command wins. A line that
/// none matches is an error: in a configuration that decides who gets in, nothing is skipped in silence.
/// </summary>
/// <typeparam name="T">What the sub-mode configures.</typeparam>
internal sealed class IosCommands<T>(string mode)
{
    private readonly List<(string[] Keywords, Action<T, IosLine, int>? Apply)> _commands = [];

    /// <summary>Adds a command; <c>apply</c> receives the line and the index of the first word after the keywords.</summary>
    public IosCommands<T> On(string command, Action<T, IosLine, int> apply)
    {
        _commands.Add((command.Split(' '), apply));
        return this;
    }

    /// <summary>Adds commands that are valid on a router and change nothing here.</summary>
    public IosCommands<T> Accept(params ReadOnlySpan<string> commands)
    {
        foreach (string command in commands)
        {
            _commands.Add((command.Split(' '), null));
        }

        return this;
    }

    /// <summary>Applies every line of the sub-mode that <paramref name="parent"/> opens.</summary>
    public void Apply(T target, IosLine parent, ICollection<string> notes)
    {
        foreach (IosLine line in parent.Children)
        {
            if (line.StartsWith("no") || line.StartsWith("description") || line.StartsWith("exit"))
            {
                continue;
            }

            (string[] keywords, Action<T, IosLine, int>? apply) = _commands
                .Where(c => line.StartsWith(c.Keywords))
                .OrderByDescending(c => c.Keywords.Length)
                .FirstOrDefault();
            if (keywords is null)
            {
                string known = string.Join(", ", _commands.Select(c => string.Join(' ', c.Keywords)).Order(StringComparer.Ordinal));
                throw line.Error($"'{line.Text}' is not supported in {mode}; supported are: {known}");
            }

            if (apply is null)
            {
                notes.Add($"{line.File}:{line.Number}: '{line.Text}' has no effect here");
            }
            else
            {
                apply(target, line, keywords.Length);
            }
        }
    }
}
