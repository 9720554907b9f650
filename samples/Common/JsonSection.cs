using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sallyport.Samples.Common;

/// <summary>An object of a JSON configuration file whose values know the lines they stand on, so that every mistake is named with its place.</summary>
public sealed class JsonSection
{
    private readonly Dictionary<string, (object? Value, int Line)> _values = [];
    private readonly HashSet<string> _asked = [];

    private JsonSection(string file, int line)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary>The line on which the object begins.</summary>
    public int Line { get; }

    /// <summary>Reads a file; comments and trailing commas are allowed.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is no JSON object.</exception>
    public static JsonSection Load(string file)
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(file, 1, $"cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="ConfigurationException">It is no JSON object.</exception>
    public static JsonSection Parse(string text, string file)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(octets, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            if (ReadValue(ref reader, octets, file) is not JsonSection section)
            {
                throw new ConfigurationException(file, 1, "an object in braces should stand here");
            }

            reader.Read();
            return section;
        }
        catch (JsonException e)
        {
            throw new ConfigurationException(file, (int)(e.LineNumber ?? 0) + 1, $"not JSON: {e.Message.Split(" LineNumber:")[0]}");
        }
    }

    /// <summary>An error at a value, or at the object where the value is missing.</summary>
    public ConfigurationException Error(string name, string problem) => new(File, _values.TryGetValue(name, out (object? Value, int Line) found) ? found.Line : Line, problem);

    /// <summary>Whether there is a value.</summary>
    public bool Has(string name)
    {
        _asked.Add(name);
        return _values.ContainsKey(name);
    }

    /// <summary>A text.</summary>
    public string Text(string name) => Get<string>(name, "a text in quotation marks") ?? throw Error(name, $"\"{name}\" is missing");

    /// <summary>The name of a file, relative to the one that this is.</summary>
    public string Beside(string name) => Path.Combine(Path.GetDirectoryName(File) ?? "", Text(name));

    /// <summary>A text that may be missing.</summary>
    public string? OptionalText(string name) => Get<string>(name, "a text in quotation marks");

    /// <summary>A number.</summary>
    public double Number(string name, double otherwise, double minimum, double maximum)
    {
        double value = Has(name) ? Get<object>(name, "a number") is double number ? number : throw Error(name, $"\"{name}\" should be a number") : otherwise;
        return value >= minimum && value <= maximum
            ? value
            : throw Error(name, string.Create(CultureInfo.InvariantCulture, $"\"{name}\" should be a number from {minimum} to {maximum}"));
    }

    /// <summary>true or false.</summary>
    public bool Flag(string name, bool otherwise) => !Has(name) ? otherwise : Get<object>(name, "true or false") is bool value ? value : throw Error(name, $"\"{name}\" should be true or false");

    /// <summary>One of several words.</summary>
    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        if (OptionalText(name) is not { } word)
        {
            return otherwise;
        }

        return Enum.TryParse(word, ignoreCase: true, out T choice) && !char.IsAsciiDigit(word.Length > 0 ? word[0] : '0')
            ? choice
            : throw Error(name, $"\"{name}\" should be one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}, not \"{word}\"");
    }

    /// <summary>An object that may be missing.</summary>
    public JsonSection? Section(string name) => Get<JsonSection>(name, "an object in braces");

    /// <summary>A list of objects; empty where it is missing.</summary>
    public IReadOnlyList<JsonSection> Sections(string name) => List<JsonSection>(name, "a list of objects");

    /// <summary>A list of texts; empty where it is missing.</summary>
    public IReadOnlyList<string> Texts(string name) => List<string>(name, "a list of texts");

    /// <summary>Whether there is a value and it is a text.</summary>
    public bool IsText(string name) => Has(name) && _values[name].Value is string;

    /// <summary>A text, a number, true or false, or a list of these, each as text.</summary>
    public IReadOnlyList<string> Values(string name)
    {
        object? value = Has(name) ? _values[name].Value : null;
        return [.. (value as List<object?> ?? [value]).Select(v => v switch
        {
            string text => text,
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            bool flag => flag ? "yes" : "no",
            _ => throw Error(name, $"\"{name}\" should be a text, a number, true or false, or a list of these"),
        })];
    }

    /// <summary>The names of all values, for objects whose names are free.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Refuses values that nobody has asked for: they are mistyped, or of another version.</summary>
    public void RejectOthers()
    {
        foreach (string name in _values.Keys.Where(n => !_asked.Contains(n)))
        {
            throw Error(name, $"\"{name}\" is unknown here; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    private static object? ReadValue(ref Utf8JsonReader reader, byte[] octets, string file)
    {
        int line = LineOf(octets, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                JsonSection section = new(file, line);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string name = reader.GetString()!;
                    int at = LineOf(octets, reader.TokenStartIndex);
                    reader.Read();
                    if (!section._values.TryAdd(name, (ReadValue(ref reader, octets, file), at)))
                    {
                        throw new ConfigurationException(file, at, $"\"{name}\" stands here twice");
                    }
                }

                return section;
            case JsonTokenType.StartArray:
                List<object?> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, octets, file));
                }

                return items;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return reader.GetDouble();
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return null;
        }
    }

    private static int LineOf(byte[] octets, long index) => octets.AsSpan(0, (int)index).Count((byte)'\n') + 1;

    private T? Get<T>(string name, string wanted)
        where T : class
    {
        _asked.Add(name);
        if (!_values.TryGetValue(name, out (object? Value, int Line) found))
        {
            return null;
        }

        return found.Value as T ?? throw Error(name, $"\"{name}\" should be {wanted}");
    }

    private List<T> List<T>(string name, string wanted)
        where T : class
    {
        List<object?>? items = Get<List<object?>>(name, wanted);
        return items is null ? [] : [.. items.Select(i => i as T ?? throw Error(name, $"\"{name}\" should be {wanted}"))];
    }
}
