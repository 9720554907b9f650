using System.Text;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries that Debian installs for FreeRADIUS (freeradius-common), where they are.</summary>
[Trait("Category", "Interop")]
public class DebianDictionaryTests
{
    private const string Folder = "/usr/share/freeradius";

    // dictionary.freeradius.evs5 is an example to be included behind the VENDOR that it leaves out.
    private static readonly string[] Fragments = ["dictionary.freeradius.evs5"];

    [SkippableFact]
    public void The_root_dictionary_is_read_whole()
    {
        SkipWhereMissing();

        DictionaryModel model = Read("dictionary");

        Counter expected = new();
        expected.Count("dictionary");
        Assert.Empty(Errors(model));
        Assert.Equal(expected.Attributes.Count, model.Attributes.Count);
        Assert.Equal(expected.Values.Count, model.Values.Count);
        Assert.Equal(expected.Vendors.Count, model.Vendors.Count);
    }

    [SkippableFact]
    public void Every_dictionary_is_read_whole_by_itself_but_for_values_of_others()
    {
        SkipWhereMissing();

        foreach (string name in Directory.EnumerateFiles(Folder, "dictionary*").Select(f => Path.GetFileName(f)).Except(Fragments))
        {
            Assert.Equal([], Errors(Read(name)).Where(p => !p.Contains(DictionaryDiagnostics.UnknownAttribute, StringComparison.Ordinal)));
        }
    }

    private static void SkipWhereMissing() => Skip.IfNot(File.Exists($"{Folder}/dictionary"), $"freeradius-common is not installed: {Folder}/dictionary is missing");

    private static IEnumerable<string> Errors(DictionaryModel model) =>
        model.Problems.Where(p => !DictionaryDiagnostics.IsWarning(p.Code)).Select(p => $"{p.Location.Path}:{p.Location.Line}: {p.Code} {p.Message}");

    private static DictionaryModel Read(string name) => DictionaryParser.Parse(Text(name), name, (_, include) =>
        File.Exists($"{Folder}/{include}") ? new DictionaryFile(include, Text(include)) : null);

    private static string Text(string name) => File.ReadAllText($"{Folder}/{name}", Encoding.UTF8);

    /// <summary>Counts names the plain way, with none of the parser's code.</summary>
    private sealed class Counter
    {
        public HashSet<string> Attributes { get; } = new(StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Vendors { get; } = new(StringComparer.OrdinalIgnoreCase);

        public void Count(string name)
        {
            foreach (string line in File.ReadLines($"{Folder}/{name}"))
            {
                string[] words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                switch (words)
                {
                    case ["ATTRIBUTE", string attribute, ..]:
                        Attributes.Add(attribute);
                        break;
                    case ["VALUE", string attribute, string value, ..]:
                        Values.Add($"{attribute} {value}");
                        break;
                    case ["VENDOR", string vendor, ..]:
                        Vendors.Add(vendor);
                        break;
                    case ["$INCLUDE", string file]:
                        Count(file);
                        break;
                }
            }
        }
    }
}
