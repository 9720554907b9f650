using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>Turns each <c>&lt;RadiusDictionary Include="…"/&gt;</c> of a project into typed keys.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class RadiusDictionaryGenerator : IIncrementalGenerator
{
    /// <summary>The step that reads one dictionary and writes its source; named for tests of incrementality.</summary>
    public const string CompileStep = "CompileDictionary";

    private const string Metadata = "build_metadata.AdditionalFiles.";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<DictionaryItem> items = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => Item(pair.Left, pair.Right, cancellation))
            .Where(static item => item is not null)!;

        IncrementalValuesProvider<CompiledDictionary> compiled = items.Select(static (item, _) => Compile(item)).WithTrackingName(CompileStep);
        context.RegisterSourceOutput(compiled, static (output, dictionary) =>
        {
            foreach (DictionaryProblem problem in dictionary.Problems)
            {
                output.ReportDiagnostic(Diagnose(problem));
            }

            if (dictionary.Source is not null)
            {
                output.AddSource(dictionary.HintName, SourceText.From(dictionary.Source, System.Text.Encoding.UTF8));
            }
        });
    }

    private static DictionaryItem? Item(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        AnalyzerConfigOptions own = options.GetOptions(file);
        if (!own.TryGetValue(Metadata + "SallyportRadiusDictionary", out string? marked) || marked != "true")
        {
            return null;
        }

        if (!own.TryGetValue(Metadata + "Namespace", out string? @namespace) || string.IsNullOrWhiteSpace(@namespace))
        {
            options.GlobalOptions.TryGetValue("build_property.RootNamespace", out @namespace);
        }

        own.TryGetValue(Metadata + "ClassName", out string? className);
        return new DictionaryItem(
            file.Path,
            file.GetText(cancellation)?.ToString() ?? string.Empty,
            string.IsNullOrWhiteSpace(@namespace) ? "RadiusDictionaries" : @namespace!,
            string.IsNullOrWhiteSpace(className) ? null : className);
    }

    private static CompiledDictionary Compile(DictionaryItem item)
    {
        DictionaryModel model = DictionaryParser.Parse(item.Text, item.Path);
        string className = item.Class ?? DictionaryNames.Class(item.Path, model.Vendors.Count > 0);
        string? source = model.Attributes.Count == 0 ? null : DictionarySource.Write(model, item.Path, item.Namespace, className);
        return new CompiledDictionary($"{item.Namespace}.{className}.g.cs", source, new EquatableArray<DictionaryProblem>([.. model.Problems]));
    }

    private static Diagnostic Diagnose(DictionaryProblem problem)
    {
        // Right syntax that is not taken yet leaves a hole that a user has to know of; everything else is a mistake.
        DiagnosticSeverity severity = problem.Code == DictionaryDiagnostics.Unsupported ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error;
        DiagnosticDescriptor descriptor = new(problem.Code, "RADIUS dictionary", "{0}", "Sallyport.Radius", severity, isEnabledByDefault: true);
        LinePosition start = new(problem.Location.Line - 1, problem.Location.Column - 1);
        LinePosition end = new(start.Line, start.Character + problem.Location.Length);
        return Diagnostic.Create(descriptor, Location.Create(problem.Location.Path, default, new LinePositionSpan(start, end)), problem.Message);
    }

    private sealed record DictionaryItem(string Path, string Text, string Namespace, string? Class);

    private sealed record CompiledDictionary(string HintName, string? Source, EquatableArray<DictionaryProblem> Problems);
}

/// <summary>An array that is equal to another one with equal items, so that unchanged steps are cached.</summary>
internal readonly struct EquatableArray<T>(ImmutableArray<T> items) : IEquatable<EquatableArray<T>>, IEnumerable<T>
    where T : IEquatable<T>
{
    private readonly ImmutableArray<T> _items = items;

    public bool Equals(EquatableArray<T> other) => _items.SequenceEqual(other._items);

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode() => _items.Aggregate(17, (hash, item) => unchecked((hash * 31) + item.GetHashCode()));

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
