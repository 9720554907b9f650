using System.Globalization;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>Counts what Debian's dictionaries define by splitting their lines at blanks, with none of the parser's code and none of its rules.</summary>
internal sealed class DictionaryCounter
{
    private readonly Dictionary<string, string> _vendors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string[]> _values = [];

    public HashSet<string> Files { get; } = [];

    /// <summary>Name and place of each attribute.</summary>
    public HashSet<string> Attributes { get; } = [];

    /// <summary>The attribute's place, the value's name and its number.</summary>
    public HashSet<string> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Name and number of each vendor.</summary>
    public HashSet<string> Vendors { get; } = [];

    /// <summary>Counts a file with all that it includes.</summary>
    public static DictionaryCounter Count(string file)
    {
        DictionaryCounter counter = new();
        counter.Walk(file);
        foreach (string[] words in counter._values)
        {
            counter.Values.Add($"{counter._places.GetValueOrDefault(words[1], words[1])} {words[2]} {Number(words[3])}");
        }

        return counter;
    }

    private void Walk(string file)
    {
        Files.Add(file);
        Stack<string> around = new([string.Empty]);
        foreach (string line in Debian.Text(file).Split('\n'))
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["VENDOR", string name, string number, ..]:
                    _vendors[name] = Number(number);
                    Vendors.Add($"{name} {_vendors[name]}");
                    break;
                case ["BEGIN-VENDOR", string name]:
                    around.Push($"26.{_vendors[name]}.");
                    break;
                case ["BEGIN-VENDOR", string name, string carrier]:
                    around.Push($"{_places[carrier["format=".Length..]]}.{_vendors[name]}.");
                    break;
                case ["BEGIN-TLV", string name]:
                    around.Push(_places[name] + ".");
                    break;
                case ["END-VENDOR" or "END-TLV", ..]:
                    around.Pop();
                    break;
                case ["ATTRIBUTE", string name, string number, ..]:
                    _places[name] = around.Peek() + string.Join('.', number.Split('.').Select(Number));
                    Attributes.Add($"{name} {_places[name]}");
                    break;
                case ["VALUE", ..]:
                    _values.Add(words);
                    break;
                case ["$INCLUDE", string included]:
                    Walk(included);
                    break;
                case []:
                    break;
                default:
                    throw new InvalidDataException($"{file}: {line}");
            }
        }
    }

    private static string Number(string text) => (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : ulong.Parse(text, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
}
