using System.Reflection;
using System.Text.RegularExpressions;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The codes of diagnostics and the table of them in the package's README.</summary>
public partial class DiagnosticCodeTests
{
    [Fact]
    public void The_README_explains_every_code_and_no_other()
    {
        IEnumerable<string> codes = typeof(DictionaryDiagnostics).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);

        // That of the package's targets, which MSBuild reports.
        Assert.Equal(codes.Append("SALR0016").Order(StringComparer.Ordinal), Row().Matches(File.ReadAllText(Repository.At("src/Sallyport.Radius/README.md"))).Select(m => m.Groups[1].Value));
    }

    [GeneratedRegex(@"^\| (SALR\d{4}) \| .+ \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
