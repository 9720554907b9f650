namespace Sallyport.Architecture.Tests;

/// <summary>The source files of the checkout, without what builds leave behind.</summary>
internal static class Sources
{
    public static IEnumerable<string> Under(params string[] folders) => folders
        .SelectMany(f => Directory.EnumerateFiles(Repository.At(f), "*.cs", SearchOption.AllDirectories))
        .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
}
