namespace Sallyport.Architecture.Tests;

/// <summary>The layout shows the architecture to someone who reads only folder names.</summary>
public class LayoutRules
{
    private static readonly string[] AtTheRoot =
    [
        "Sdk.sln", "README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "Directory.Build.props", "Directory.Build.targets",
        "Directory.Packages.props", "global.json", "src", "generators", "dictionaries", "bench", "tests", "samples",
    ];

    // What building and testing leave behind; git ignores it.
    private static readonly string[] LeftBehind = ["artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "bin", "obj"];

    [Fact]
    public void Nothing_stands_at_the_root_that_the_design_does_not_name()
    {
        IEnumerable<string> names = Directory.EnumerateFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)).Where(n => !n.StartsWith('.'));

        Assert.Empty(names.Except(AtTheRoot).Except(LeftBehind));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Sdk.sln"));
        IEnumerable<string> missing = new[] { "src", "generators", "tests", "samples", "bench" }
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Repository.Root, f), "*.csproj", SearchOption.AllDirectories))
            .Select(Path.GetFileName)
            .Where(p => !solution.Contains(p!, StringComparison.Ordinal))!;

        Assert.Empty(missing);
    }

    [Fact]
    public void A_source_file_can_be_held_in_the_head() =>
        Assert.Empty(Sources.Under("src", "generators", "samples").Where(f => File.ReadLines(f).Count() > 500).Select(f => Path.GetRelativePath(Repository.Root, f)));

    [Fact]
    public void A_namespace_is_its_folder()
    {
        IEnumerable<string> strays =
            from file in Sources.Under("src")
            let relative = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file)
            let folder = Path.GetDirectoryName(relative)!.Replace(Path.DirectorySeparatorChar, '.')
            let declared = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))
            where declared is not null && !declared.Contains("System", StringComparison.Ordinal) && declared["namespace ".Length..].TrimEnd(';', ' ', '{') != folder
            select $"{relative}: {declared}";

        Assert.Empty(strays);
    }
}
