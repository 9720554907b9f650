namespace Sallyport.Packages.Tests.Infrastructure;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static IReadOnlyList<string> Packages { get; } = [.. Directory.EnumerateDirectories(Path.Combine(Root, "src"), "Sallyport.*").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Copies what packages are made of, and nothing that builds have left behind.</summary>
    public static void CopyTo(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Root).Where(f => Path.GetExtension(f) is ".props" or ".targets" or ".json" or ".sln" || Path.GetFileName(f) is "LICENSE" or ".editorconfig"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (string part in new[] { "src", "generators", "dictionaries" })
        {
            CopyFolder(Path.Combine(Root, part), Path.Combine(folder, part));
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.EnumerateDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Sdk.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
