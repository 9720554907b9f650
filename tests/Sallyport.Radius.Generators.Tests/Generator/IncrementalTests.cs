using Microsoft.CodeAnalysis;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>What runs again after an edit, and what does not.</summary>
public class IncrementalTests
{
    private const IncrementalStepRunReason Cached = IncrementalStepRunReason.Cached;
    private const IncrementalStepRunReason Modified = IncrementalStepRunReason.Modified;

    private static readonly TestDictionary[] Three =
    [
        new("/p/dictionary.one", "ATTRIBUTE One 1 integer\nVALUE One First 1"),
        new("/p/dictionary.two", "ATTRIBUTE Two 2 string\n$INCLUDE dictionary.part"),
        new("/p/dictionary.part", "ATTRIBUTE Part 3 string"),
    ];

    [Fact]
    public void An_edit_of_code_runs_no_step_again()
    {
        GeneratorHost host = new(Three);
        host.Run();

        host.EditCode();
        GeneratorRunResult result = host.Run();

        Assert.Equal([Cached, Cached], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.IncludeStep));
        Assert.Equal([Cached, Cached], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.CompileStep));
        Assert.All(result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.Equal(Cached, o.Reason));
    }

    [Fact]
    public void An_edit_of_a_dictionary_compiles_that_one_only()
    {
        GeneratorHost host = new(Three);
        host.Run();

        host.EditDictionary("/p/dictionary.one", "ATTRIBUTE One 1 integer\nVALUE One First 2");
        GeneratorRunResult result = host.Run();

        Assert.Equal([Modified, Cached], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.IncludeStep));
        Assert.Equal([Modified, Cached], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.CompileStep));
        Assert.Equal([Modified, Cached], result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason));
        Assert.Contains("First = 2", result.GeneratedSources[0].SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_of_an_included_dictionary_compiles_those_that_include_it()
    {
        GeneratorHost host = new(Three);
        host.Run();

        host.EditDictionary("/p/dictionary.part", "ATTRIBUTE Part-Renamed 3 string");
        GeneratorRunResult result = host.Run();

        Assert.Equal([Cached, Modified], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.CompileStep));
        Assert.Contains("PartRenamed", result.GeneratedSources[1].SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_text_saved_again_changes_nothing()
    {
        GeneratorHost host = new(Three);
        host.Run();

        host.EditDictionary("/p/dictionary.one", Three[0].Text);
        GeneratorRunResult result = host.Run();

        Assert.Equal([Cached, Cached], GeneratorHost.Reasons(result, RadiusDictionaryGenerator.CompileStep));
    }
}
