namespace Sallyport.Packages.Tests.Infrastructure;

/// <summary>What packages are made of.</summary>
internal static class PackageSources
{
    public static IReadOnlyList<string> Packages { get; } = [.. Directory.EnumerateDirectories(Repository.At("src"), "Sallyport.*").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Copies them, and nothing that builds have left behind.</summary>
    public static void CopyTo(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Repository.Root).Where(f => Path.GetExtension(f) is ".props" or ".targets" or ".json" or ".sln" || Path.GetFileName(f) is "LICENSE" or ".editorconfig"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (string part in new[] { "src", "generators", "dictionaries" })
        {
            CopyFolder(Repository.At(part), Path.Combine(folder, part));
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
}
