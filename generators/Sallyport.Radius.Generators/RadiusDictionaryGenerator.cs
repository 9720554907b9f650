using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>
/// Turns each <c>&lt;RadiusDictionary Include="…"/&gt;</c> of a project into typed keys. Every step's output is compared by value, so that an
/// edit of C# runs nothing here, and an edit of a dictionary compiles that one and those that include it.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class RadiusDictionaryGenerator : IIncrementalGenerator
{
    /// <summary>The step that reads the project's items; named for tests of incrementality.</summary>
    public const string ItemStep = "ReadDictionaries";

    /// <summary>The step that brings a dictionary together with what it includes; named for tests of incrementality.</summary>
    public const string IncludeStep = "IncludeDictionaries";

    /// <summary>The step that reads one dictionary and writes its source; named for tests of incrementality.</summary>
    public const string CompileStep = "CompileDictionary";

    /// <summary>The step that finds types made twice; named for tests of incrementality.</summary>
    public const string CollisionStep = "CollideDictionaries";

    private const string Metadata = "build_metadata.AdditionalFiles.";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<DictionaryItem> items = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => Item(pair.Left, pair.Right, cancellation))
            .Where(static item => item is not null)
            .WithTrackingName(ItemStep)!;

        IncrementalValueProvider<DictionaryLibrary> library = items.Collect().Select(static (all, _) => new DictionaryLibrary(all));
        IncrementalValuesProvider<DictionaryUnit> units = items.Combine(library)
            .Select(static (pair, _) => pair.Right.Unit(pair.Left))
            .Where(static unit => unit is not null)
            .WithTrackingName(IncludeStep)!;

        IncrementalValuesProvider<CompiledDictionary> compiled = units.Select(static (unit, _) => Compile(unit)).WithTrackingName(CompileStep);
        IncrementalValueProvider<EquatableArray<DictionaryCollision>> collisions = compiled
            .Select(static (dictionary, _) => (dictionary.Item.Path, dictionary.Types))
            .Collect()
            .Select(static (all, _) => Collide(all))
            .WithTrackingName(CollisionStep);

        context.RegisterSourceOutput(compiled.Combine(collisions), static (output, pair) => Emit(output, pair.Left, pair.Right));
    }

    private static DictionaryItem? Item(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        AnalyzerConfigOptions own = options.GetOptions(file);
        if (!own.TryGetValue(Metadata + "SallyportRadiusDictionary", out string? marked) || marked is not ("true" or "part"))
        {
            return null;
        }

        if (!own.TryGetValue(Metadata + "Namespace", out string? @namespace) || string.IsNullOrWhiteSpace(@namespace))
        {
            options.GlobalOptions.TryGetValue("build_property.RootNamespace", out @namespace);
        }

        own.TryGetValue(Metadata + "ClassName", out string? className);
        own.TryGetValue(Metadata + "Public", out string? isPublic);
        return new DictionaryItem(
            file.Path,
            file.GetText(cancellation)?.ToString() ?? string.Empty,
            string.IsNullOrWhiteSpace(@namespace) ? "RadiusDictionaries" : @namespace!,
            string.IsNullOrWhiteSpace(className) ? null : className,
            !string.Equals(isPublic, "false", StringComparison.OrdinalIgnoreCase),
            marked == "part");
    }

    private static CompiledDictionary Compile(DictionaryUnit unit)
    {
        DictionaryItem item = unit.Item;
        DictionaryModel model = unit.Parse();
        string className = item.ClassName ?? DictionaryNames.Class(item.Path, model.Vendors.Count > 0);
        List<DictionaryProblem> problems = [.. model.Problems];
        string? bad = item.Namespace.Split('.').Append(className).FirstOrDefault(n => !IsIdentifier(n));
        if (bad is not null)
        {
            problems.Add(new DictionaryProblem(DictionaryDiagnostics.TypeName, Top(item.Path), $"'{bad}' in {item.Namespace}.{className} is no identifier of C#; give the dictionary a Namespace and a ClassName that are"));
            return new CompiledDictionary(item, null, new EquatableArray<string>([]), new EquatableArray<DictionaryProblem>(problems));
        }

        DictionarySource source = new(model, item.Namespace, className, item.IsPublic ? "public" : "internal");
        string? text = source.Write(System.IO.Path.GetFileName(item.Path), problems);
        return new CompiledDictionary(item, text, new EquatableArray<string>(text is null ? [] : source.Types), new EquatableArray<DictionaryProblem>(problems));
    }

    /// <summary>Of dictionaries that make the same type, all but the first make nothing.</summary>
    private static EquatableArray<DictionaryCollision> Collide(ImmutableArray<(string Path, EquatableArray<string> Types)> all)
    {
        // The names of sources, which are those of the classes, are the same to the compiler in capitals and small letters.
        Dictionary<string, string> makers = new(StringComparer.OrdinalIgnoreCase);
        List<DictionaryCollision> collisions = [];
        foreach ((string path, EquatableArray<string> types) in all)
        {
            string? twice = types.FirstOrDefault(makers.ContainsKey);
            if (twice is not null)
            {
                collisions.Add(new DictionaryCollision(path, new DictionaryProblem(
                    DictionaryDiagnostics.TypeCollision, Top(path), $"{twice} is made from {makers[twice]} already; give one of them a Namespace of its own")));
                continue;
            }

            foreach (string type in types)
            {
                makers.Add(type, path);
            }
        }

        return new EquatableArray<DictionaryCollision>(collisions);
    }

    private static void Emit(SourceProductionContext output, CompiledDictionary dictionary, EquatableArray<DictionaryCollision> collisions)
    {
        foreach (DictionaryProblem problem in dictionary.Problems)
        {
            output.ReportDiagnostic(DictionaryDescriptors.Diagnose(problem));
        }

        if (collisions.FirstOrDefault(c => c.Path == dictionary.Item.Path) is { } collision)
        {
            output.ReportDiagnostic(DictionaryDescriptors.Diagnose(collision.Problem));
        }
        else if (dictionary.Source is not null)
        {
            output.AddSource($"{dictionary.Types[0]}.g.cs", SourceText.From(dictionary.Source, Encoding.UTF8));
        }
    }

    private static bool IsIdentifier(string name) => SyntaxFacts.IsValidIdentifier(name) && SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None;

    private static DictionaryLocation Top(string path) => new(path, 1, 1, 0, 0);
}
