using System.Text;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries of Debian's freeradius-common.</summary>
internal static class Debian
{
    public const string Folder = "/usr/share/freeradius";

    /// <summary>The names of the files.</summary>
    public static IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Folder, "dictionary*").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static void SkipWhereMissing() => Skip.IfNot(File.Exists($"{Folder}/dictionary"), $"freeradius-common is not installed: {Folder}/dictionary is missing");

    public static DictionaryModel Read(string name) => DictionaryParser.Parse(Text(name), name, (_, include) =>
        File.Exists($"{Folder}/{include}") ? new DictionaryFile(include, Text(include)) : null);

    public static string Text(string name) => File.ReadAllText($"{Folder}/{name}", Encoding.UTF8);
}
