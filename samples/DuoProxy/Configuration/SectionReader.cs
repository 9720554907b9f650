using System.Globalization;
using System.Net;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>Takes typed values out of a section and, at the end, speaks up about every option that nobody took.</summary>
internal sealed class SectionReader(IniSection section, List<string> warnings)
{
    private readonly HashSet<string> _taken = [];

    public string Name => section.Name;

    public int Line => section.Line;

    public Located<T> At<T>(T value, int? line = null) => new(value, section.File, line ?? section.Line);

    public ConfigurationException Error(IniOption? option, string problem) => new(section.File, option?.Line ?? section.Line, problem);

    public void Warn(int line, string text) => warnings.Add($"{section.File}:{line}: {text}");

    /// <summary>An option's value, or null where it is absent or empty.</summary>
    public IniOption? Take(string name)
    {
        _taken.Add(name);
        return section.Find(name) is { Value.Length: > 0 } option ? option : null;
    }

    /// <summary>An option that must be there.</summary>
    /// <param name="name">The option.</param>
    /// <param name="example">What a value looks like.</param>
    /// <param name="near">The line to name when it is missing: that of the option it belongs to, or else the section's.</param>
    public Located<string> Required(string name, string example, int? near = null) => Take(name) is { } option
        ? At(option.Value, option.Line)
        : throw new ConfigurationException(section.File, section.Find(name)?.Line ?? near ?? section.Line, $"'{name}' is missing in [{Name}]; write it as {name}={example}");

    public Located<string>? Text(string name) => Take(name) is { } option ? At(option.Value, option.Line) : null;

    public bool Boolean(string name, bool absent) => BooleanOrNull(name) ?? absent;

    public bool? BooleanOrNull(string name) => Take(name) is not { } option ? null : Truth(option.Value)
        ?? throw Error(option, $"'{name}' is true or false");

    public static bool? Truth(string value) => value.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        _ => null,
    };

    public int Number(string name, int absent, int least, int most)
    {
        if (Take(name) is not { } option)
        {
            return absent;
        }

        return int.TryParse(option.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Error(option, $"'{name}' is a whole number from {least} to {most}");
    }

    public Located<IPAddress>? Address(string name)
    {
        if (Take(name) is not { } option)
        {
            return null;
        }

        return TryAddress(option.Value, out IPAddress address)
            ? At(address, option.Line)
            : throw Error(option, $"'{name}' is an IP address, such as 192.0.2.1");
    }

    public static bool TryAddress(string text, out IPAddress address)
    {
        // .NET reads "10" and "010.1" as IPv4 addresses; an administrator who writes them made a slip.
        bool usable = IPAddress.TryParse(text, out IPAddress? parsed) && !text.Contains('%', StringComparison.Ordinal) && (text.Contains(':', StringComparison.Ordinal) || parsed.ToString() == text);
        address = usable ? parsed! : IPAddress.None;
        return usable;
    }

    public List<Located<string>> List(string name)
    {
        if (Take(name) is not { } option)
        {
            return [];
        }

        return [.. option.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(v => At(v, option.Line))];
    }

    /// <summary>
    /// The numbers N for which <c>name_N</c> is given, in ascending order; 0 stands for the option without a number.
    /// </summary>
    public List<int> Numbers(string name)
    {
        SortedSet<int> numbers = [];
        foreach (IniOption option in section.Options)
        {
            if (option.Name == name)
            {
                numbers.Add(0);
            }
            else if (SplitNumber(option.Name) is (var stem, > 0 and var number) && stem == name)
            {
                numbers.Add(number);
            }
        }

        return [.. numbers];
    }

    public static string Numbered(string name, int number) => number == 0 ? name : $"{name}_{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Speaks up about what nobody took: refuses what must not be ignored, and warns about the rest.</summary>
    public void Finish()
    {
        foreach (IniOption option in section.Options.Where(o => !_taken.Contains(o.Name)))
        {
            string stem = SplitNumber(option.Name).Stem;
            if (stem.EndsWith("_protected", StringComparison.Ordinal) || stem.Contains("_protected_", StringComparison.Ordinal))
            {
                throw Error(option, $"'{option.Name}' is encrypted by Windows for the one machine it was made on and cannot be read here; write '{option.Name.Replace("_protected", "", StringComparison.Ordinal)}' with the plain value, and let only the proxy's account read this file");
            }

            if (KnownOptions.Unsupported(stem) is not { } known)
            {
                Warn(option.Line, $"'{option.Name}' is no option of [{Name}]; it has no effect");
            }
            else if (Truth(option.Value) != false && option.Value.Length > 0)
            {
                if (known.Refuse)
                {
                    throw Error(option, $"'{option.Name}' is not supported: {known.Advice}");
                }

                Warn(option.Line, $"'{option.Name}' has no effect: {known.Advice}");
            }
        }
    }

    private static (string Stem, int Number) SplitNumber(string name)
    {
        int at = name.LastIndexOf('_');
        // A number is written without a leading zero, so that "host_2" and "host_02" cannot both mean the second host.
        return at > 0 && at + 1 < name.Length && name[at + 1] != '0' && name.Length - at <= 7
            && int.TryParse(name.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (name[..at], number)
            : (name, 0);
    }
}
