namespace Sallyport.Fuzz;

/// <summary>The seeds and past crashes of a target, as files beside this project's sources.</summary>
public static class Corpus
{
    /// <summary>The seeds, valid inputs for the most part.</summary>
    public static IReadOnlyList<byte[]> Seeds(string target) => Read(Folder("seeds", target));

    /// <summary>Inputs that once crashed a target, or hung it.</summary>
    public static IReadOnlyList<byte[]> Crashes(string target) => Read(Folder("crashes", target));

    /// <summary>A target's folder of a kind.</summary>
    public static string Folder(string kind, string target) => Repository.At("tests", "Sallyport.Fuzz", kind, target);

    /// <summary>Keeps an input that crashed.</summary>
    /// <returns>Its file.</returns>
    public static string Keep(string target, byte[] input)
    {
        string folder = Folder("crashes", target);
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..16]);
        File.WriteAllBytes(file, input);
        return file;
    }

    /// <summary>The files of a folder, or one file.</summary>
    public static IReadOnlyList<byte[]> Read(string path) =>
        File.Exists(path) ? [File.ReadAllBytes(path)]
        : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
        : [];
}
