using Microsoft.CodeAnalysis;
using Sallyport.Radius.Generators.Tests.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>Every dictionary that Debian installs for FreeRADIUS, as items of one project.</summary>
[Trait("Category", "Interop")]
public class DebianCompileTests
{
    [SkippableFact]
    public void All_of_them_compile_in_one_project()
    {
        Debian.SkipWhereMissing();

        // Those that the root does not lead to define again what others do, so that each has a namespace of its own.
        HashSet<string> reached = DictionaryCounter.Count("dictionary").Files;
        GeneratorHost host = new(Debian.Files.Select((file, index) =>
            new TestDictionary($"{Debian.Folder}/{file}", Debian.Text(file), reached.Contains(file) ? "Acme.Radius" : $"Acme.Radius.Outside{index}")));

        GeneratorRunResult result = host.Run();

        Assert.Null(result.Exception);
        Assert.Equal(1 + Debian.Files.Count - reached.Count, result.GeneratedSources.Length);
        Assert.Contains(result.GeneratedSources, s => s.HintName == "Acme.Radius.DictionaryVsa.g.cs");

        // Second names of numbers, and values for attributes of other files: said, and taken all the same.
        Assert.Equal([], host.CompilerDiagnostics.Where(d => d.Id is not ("SALR0007" or "SALR0012")));
    }
}
