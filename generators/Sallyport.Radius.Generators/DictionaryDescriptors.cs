using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>The compiler's view of <see cref="DictionaryDiagnostics"/>.</summary>
internal static class DictionaryDescriptors
{
    private const string Category = "Sallyport.Radius";

    private static readonly Dictionary<string, DiagnosticDescriptor> All = new[]
    {
        Describe(DictionaryDiagnostics.UnknownKeyword, "Unknown keyword in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.WordCount, "Too few or too many words in a line of a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Number, "No number, or one out of range, in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.UnknownType, "Unknown data type in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Flag, "Unknown or unfitting flag in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.DuplicateName, "Name given twice in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.UnknownAttribute, "Value for an unknown attribute in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Block, "Unknown vendor or unbalanced block in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Unsupported, "Attribute of a RADIUS dictionary for which no code is made"),
        Describe(DictionaryDiagnostics.Include, "Missing or circular include in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.DuplicateNumber, "Number given twice in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Parent, "Number within an unknown attribute in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.TypeCollision, "Two RADIUS dictionaries that make the same type"),
        Describe(DictionaryDiagnostics.TypeName, "Namespace or class of a RADIUS dictionary that C# does not take"),
        Describe(DictionaryDiagnostics.Protocol, "Dictionary of another protocol than RADIUS"),
        Describe(DictionaryDiagnostics.Reference, "Reference to an unknown attribute in a RADIUS dictionary"),
        Describe(DictionaryDiagnostics.Structure, "Field without its structure in a RADIUS dictionary"),
    }.ToDictionary(d => d.Id);

    public static Diagnostic Diagnose(DictionaryProblem problem)
    {
        DictionaryLocation at = problem.Location;
        LinePosition start = new(at.Line - 1, at.Column - 1);
        LinePositionSpan lines = new(start, new LinePosition(start.Line, start.Character + at.Length));
        return Diagnostic.Create(All[problem.Code], Location.Create(at.Path, new TextSpan(at.Offset, at.Length), lines), problem.Message);
    }

    private static DiagnosticDescriptor Describe(string code, string title) =>
        new(code, title, "{0}", Category, DictionaryDiagnostics.IsWarning(code) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error, isEnabledByDefault: true);
}
