using Sallyport.Packages.Tests.Infrastructure;

namespace Sallyport.Packages.Tests;

/// <summary>The examples in a package's README are those that its tests compile and run.</summary>
public class ReadmeTests
{
    public static TheoryData<string> Packages => [.. PackageSources.Packages];

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_example_in_the_README_is_compiled_and_run(string package)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", $"{package}.Tests", "ReadmeSnippet.cs"));
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md")).ReplaceLineEndings("\n");
        int[] starts = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].Trim() == "// <snippet>")];

        Assert.NotEmpty(starts);
        Assert.All(starts, start =>
        {
            string[] snippet = [.. lines.Skip(start + 1).TakeWhile(l => l.Trim() != "// </snippet>")];
            int indent = snippet.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
            string text = string.Join('\n', snippet.Select(l => l.Length == 0 ? l : l[indent..])).Trim('\n');
            Assert.Contains($"```csharp\n{text}\n```", readme, StringComparison.Ordinal);
        });
    }
}
