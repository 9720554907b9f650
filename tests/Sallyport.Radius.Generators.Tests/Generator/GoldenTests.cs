using Microsoft.CodeAnalysis;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>
/// The whole output for the dictionaries in Golden/, kept beside them. After a wanted change, <c>SALLYPORT_ACCEPT_GOLDEN=1 dotnet test</c>
/// writes the files anew; the difference is for the reviewer to read.
/// </summary>
public class GoldenTests
{
    [Theory]
    [InlineData("dictionary.types")]
    [InlineData("dictionary.acme")]
    [InlineData("dictionary.names")]
    [InlineData("dictionary.places")]
    [InlineData("dictionary.version4")]
    [InlineData("dictionary.values")]
    public void The_output_is_what_it_was(string dictionary)
    {
        string folder = Repository.At("tests", "Sallyport.Radius.Generators.Tests", "Golden");
        TestDictionary file = new($"/p/{dictionary}", File.ReadAllText(Path.Combine(folder, dictionary)));

        GeneratorRunResult result = GeneratorTests.Compile(file);

        string actual = string.Concat(result.Diagnostics.Select(d => $"// {d.Id} {d.Location.GetLineSpan().StartLinePosition}: {d.GetMessage()}\n")) + Assert.Single(result.GeneratedSources).SourceText;
        string golden = Path.Combine(folder, dictionary + ".g.txt");
        if (Environment.GetEnvironmentVariable("SALLYPORT_ACCEPT_GOLDEN") == "1")
        {
            File.WriteAllText(golden, actual);
        }

        Assert.Equal(File.ReadAllText(golden), actual, ignoreLineEndingDifferences: true);
        AssertCached(file);
    }

    /// <summary>Neither a keystroke elsewhere nor the same project opened anew runs a step to another outcome.</summary>
    private static void AssertCached(TestDictionary file)
    {
        GeneratorHost host = new([file]);
        GeneratorRunResult first = host.Run();
        Assert.Equal(5, GeneratorHost.Reasons(first).Count);
        foreach (Action change in (Action[])[() => host.EditCode(), host.Clone])
        {
            change();
            GeneratorRunResult again = host.Run();
            Assert.All(GeneratorHost.Reasons(again), r => Assert.True(r.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{change.Method.Name}: {r}"));
            Assert.Same(first.GeneratedSources[0].SourceText, again.GeneratedSources[0].SourceText);
        }
    }
}
