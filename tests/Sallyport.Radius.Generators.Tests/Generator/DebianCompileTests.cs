using Microsoft.CodeAnalysis;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>The dictionaries that Debian installs for FreeRADIUS, as items of one project.</summary>
[Trait("Category", "Interop")]
public class DebianCompileTests
{
    private const string Folder = "/usr/share/freeradius";

    private static readonly Lazy<HashSet<string>> Includes = new(() => [.. Directory.EnumerateFiles(Folder, "dictionary*")
        .SelectMany(File.ReadLines).Where(l => l.StartsWith("$INCLUDE", StringComparison.Ordinal)).Select(l => l.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1])]);

    [SkippableFact]
    public void All_of_them_compile_as_one_dictionary()
    {
        Skip.IfNot(File.Exists($"{Folder}/dictionary"), $"freeradius-common is not installed: {Folder}/dictionary is missing");
        GeneratorHost host = new(Directory.EnumerateFiles(Folder, "dictionary*").Order(StringComparer.Ordinal)
            .Where(f => Path.GetFileName(f) is "dictionary" || IsReached(Path.GetFileName(f)))
            .Select(f => new TestDictionary(f, File.ReadAllText(f))));

        GeneratorRunResult result = host.Run();

        Assert.Null(result.Exception);
        Assert.Equal([], host.CompilerDiagnostics.Where(d => d.Id is not "SALR0012"));
        Assert.Equal("Acme.Radius.DictionaryVsa.g.cs", Assert.Single(result.GeneratedSources).HintName);
        Assert.True(host.Elapsed < TimeSpan.FromSeconds(5), $"The generator took {host.Elapsed}.");
    }

    // The root dictionary names each file that it takes on a line of its own.
    private static bool IsReached(string file) => Includes.Value.Contains(file);
}
