using Microsoft.CodeAnalysis;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>The dictionaries in dictionaries/, all of them in one project: no two make the same type, and what is made of each compiles.</summary>
public class StockCompileTests
{
    [Fact]
    public void All_of_them_compile_side_by_side()
    {
        GeneratorHost host = new(Directory.EnumerateFiles(Repository.At("dictionaries"), "dictionary.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => new TestDictionary(f, File.ReadAllText(f))));

        GeneratorRunResult result = host.Run();

        Assert.Null(result.Exception);
        Assert.Empty(host.CompilerDiagnostics);
    }
}
