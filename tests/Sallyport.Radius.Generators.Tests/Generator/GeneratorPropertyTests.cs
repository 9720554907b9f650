using FsCheck.Xunit;
using Microsoft.CodeAnalysis;
using Sallyport.Radius.Generators.Tests.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>Whatever a dictionary holds, the generator neither fails nor makes code that does not compile.</summary>
public class GeneratorPropertyTests
{
    [Property(MaxTest = 60)]
    public void Any_splice_of_a_dictionary_makes_code_that_compiles(ushort cut, ushort paste, ushort length)
    {
        string text = DictionaryPropertyTests.Everything;
        int from = cut % text.Length;
        string moved = text.Substring(from, Math.Min(length % 200, text.Length - from));
        GeneratorHost host = new([new("/p/dictionary.acme", text.Insert(paste % text.Length, moved)), new("/p/again", "ATTRIBUTE Again 200 string")]);

        GeneratorRunResult result = host.Run();

        Assert.Null(result.Exception);
        Assert.Equal([], host.CompilerDiagnostics.Where(d => !d.Id.StartsWith("SALR", StringComparison.Ordinal)));
    }
}
