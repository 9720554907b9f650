using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Generators.Tests.Generator;

/// <summary>A dictionary of the project under test, and the metadata of its item.</summary>
internal sealed record TestDictionary(string Path, string Text, string? Namespace = "Acme.Radius", string? ClassName = null)
{
    public bool IsRadiusDictionary { get; init; } = true;

    /// <summary>Whether it is there only for others to include.</summary>
    public bool IsPart { get; init; }

    /// <summary>The item's Public, or null for none.</summary>
    public string? Public { get; init; }
}

/// <summary>Runs the generator over a small project as the compiler does.</summary>
internal sealed class GeneratorHost
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "netstandard.dll" or "System.Memory.dll")
            .Append(typeof(TextKey).Assembly.Location)
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    private readonly List<(TestDictionary Dictionary, AdditionalText Text)> _files = [];
    private readonly string? _rootNamespace;
    private CSharpCompilation _compilation;
    private GeneratorDriver _driver;

    /// <param name="dictionaries">The dictionaries of the project.</param>
    /// <param name="rootNamespace">The project's RootNamespace, or null for none.</param>
    /// <param name="language">The version of C# that the project is written in.</param>
    public GeneratorHost(IEnumerable<TestDictionary> dictionaries, string? rootNamespace = "Root", LanguageVersion language = LanguageVersion.Latest)
    {
        _rootNamespace = rootNamespace;
        CSharpParseOptions parse = new(language, DocumentationMode.Diagnose);
        CSharpCompilationOptions options = new(OutputKind.DynamicallyLinkedLibrary, warningLevel: 9999, generalDiagnosticOption: ReportDiagnostic.Error);
        _compilation = CSharpCompilation.Create("Acme", [CSharpSyntaxTree.ParseText("class Own { }", parse)], References, options);
        _files.AddRange(dictionaries.Select(d => (d, (AdditionalText)new FileText(d.Path, d.Text))));
        _driver = CSharpGeneratorDriver.Create(
            [new RadiusDictionaryGenerator().AsSourceGenerator()],
            _files.Select(f => f.Text),
            parse,
            new Options(_files, _rootNamespace),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    /// <summary>How long the generator has run.</summary>
    public TimeSpan Elapsed => _driver.GetTimingInfo().GeneratorTimes.Single().ElapsedTime;

    /// <summary>The errors and warnings of the project with what was generated.</summary>
    public ImmutableArray<Diagnostic> CompilerDiagnostics { get; private set; }

    public GeneratorRunResult Run()
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation output, out _);
        CompilerDiagnostics = [.. output.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning)];
        return Assert.Single(_driver.GetRunResult().Results);
    }

    /// <summary>Types a class into the project, as a user would.</summary>
    public void EditCode(string code = "class Other { }") => _compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, (CSharpParseOptions)_compilation.SyntaxTrees[0].Options));

    /// <summary>Opens the same project anew: other objects, the same contents.</summary>
    public void Clone()
    {
        _compilation = _compilation.Clone();
        foreach (TestDictionary dictionary in _files.Select(f => f.Dictionary).ToList())
        {
            EditDictionary(dictionary.Path, _files.Find(f => f.Dictionary == dictionary).Text.GetText()!.ToString());
        }
    }

    public void EditDictionary(string path, string text)
    {
        int index = _files.FindIndex(f => f.Dictionary.Path == path);
        (TestDictionary dictionary, AdditionalText before) = _files[index];
        _files[index] = (dictionary, new FileText(path, text));
        _driver = _driver.ReplaceAdditionalText(before, _files[index].Text).WithUpdatedAnalyzerConfigOptions(new Options(_files, _rootNamespace));
    }

    /// <summary>Why each of the generator's own steps ran, and why its sources were made.</summary>
    public static IReadOnlyList<(string Step, IncrementalStepRunReason Reason)> Reasons(GeneratorRunResult result) =>
    [
        .. new[] { RadiusDictionaryGenerator.ItemStep, RadiusDictionaryGenerator.IncludeStep, RadiusDictionaryGenerator.CompileStep, RadiusDictionaryGenerator.CollisionStep }
            .SelectMany(step => Reasons(result, step).Select(reason => (step, reason))),
        .. result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => ("output", o.Reason)),
    ];

    /// <summary>Why each dictionary's step ran, in the order of the dictionaries.</summary>
    public static IReadOnlyList<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        [.. result.TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason)];

    private sealed class FileText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Options(IEnumerable<(TestDictionary Dictionary, AdditionalText Text)> files, string? rootNamespace) : AnalyzerConfigOptionsProvider
    {
        private readonly Dictionary<AdditionalText, TestDictionary> _files = files.ToDictionary(f => f.Text, f => f.Dictionary);

        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(new() { ["build_property.RootNamespace"] = rootNamespace });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => _files[textFile] is { IsRadiusDictionary: true } dictionary
            ? new Values(new()
            {
                ["build_metadata.AdditionalFiles.SallyportRadiusDictionary"] = dictionary.IsPart ? "part" : "true",
                ["build_metadata.AdditionalFiles.Namespace"] = dictionary.Namespace,
                ["build_metadata.AdditionalFiles.ClassName"] = dictionary.ClassName,
                ["build_metadata.AdditionalFiles.Public"] = dictionary.Public,
            })
            : new Values([]);
    }

    private sealed class Values(Dictionary<string, string?> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value) && value is not null;
    }
}
