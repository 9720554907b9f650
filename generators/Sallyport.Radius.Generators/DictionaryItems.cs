using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>A <c>RadiusDictionary</c> of the project.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its text.</param>
/// <param name="Namespace">The namespace to make its types in.</param>
/// <param name="ClassName">The class to make, or null for one named after the file.</param>
/// <param name="IsPublic">Whether other assemblies see its types.</param>
/// <param name="IsPart">Whether it makes none itself, and is there for others to include.</param>
internal sealed record DictionaryItem(string Path, string Text, string Namespace, string? ClassName, bool IsPublic, bool IsPart);

/// <summary>A dictionary with all that it includes: what its source depends on, and nothing else.</summary>
/// <param name="Item">The dictionary.</param>
/// <param name="Included">The files it includes, in whatever depth.</param>
internal sealed record DictionaryUnit(DictionaryItem Item, EquatableArray<DictionaryFile> Included)
{
    /// <summary>Reads it.</summary>
    public DictionaryModel Parse() => DictionaryParser.Parse(Item.Text, Item.Path, (from, name) =>
        Included.FirstOrDefault(f => DictionaryLibrary.Locate(string.Empty, f.Path) == DictionaryLibrary.Locate(from, name)));
}

/// <summary>What one dictionary became.</summary>
/// <param name="Item">The dictionary.</param>
/// <param name="Source">The C#, or null where it has no attributes.</param>
/// <param name="Types">The full names of the types it makes, the class first.</param>
/// <param name="Problems">What is wrong with it.</param>
internal sealed record CompiledDictionary(DictionaryItem Item, string? Source, EquatableArray<string> Types, EquatableArray<DictionaryProblem> Problems);

/// <summary>A dictionary whose types another one makes already.</summary>
/// <param name="Path">The dictionary that makes none for that reason.</param>
/// <param name="Problem">What to say of it.</param>
internal sealed record DictionaryCollision(string Path, DictionaryProblem Problem);
