namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The tables of src/docs/dictionaries.md, one line a file.</summary>
public class DictionaryListTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.At("src/docs/dictionaries.md"));

    [Fact]
    public void The_list_names_every_stock_dictionary_by_what_its_head_says_and_no_other()
    {
        string[] files = [.. new[] { "dictionaries/vendor", "dictionaries/rfc" }.SelectMany(f => Directory.EnumerateFiles(Repository.At(f), "dictionary.*")).Select(Row)];
        string[] listed = [.. Lines.Where(l => l.StartsWith("| `", StringComparison.Ordinal))];

        // What is missing is the line to add.
        Assert.Equal([], files.Except(listed));
        Assert.Equal([], listed.Except(files));
    }

    private static string Row(string file) =>
        $"| `{Path.GetFileName(file)["dictionary.".Length..]}` | {string.Join(' ', File.ReadLines(file).TakeWhile(l => l.StartsWith('#')).Select(l => l[1..].Trim()))} |";
}
