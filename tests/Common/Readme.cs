using System.Runtime.CompilerServices;

namespace Sallyport.Tests;

/// <summary>Compares a package's README with the snippet that a test compiles and runs.</summary>
internal static class Readme
{
    /// <summary>Fails unless the README's first C# block is the text between the caller's snippet markers, but for indentation.</summary>
    public static void Check(string package, [CallerFilePath] string source = "")
    {
        DirectoryInfo? root = new FileInfo(source).Directory;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Sdk.sln")))
        {
            root = root.Parent;
        }

        string readme = File.ReadAllText(Path.Combine(root!.FullName, "src", package, "README.md"));
        Assert.Equal(Between(File.ReadAllText(source), "// <snippet>", "// </snippet>"), Between(readme, "```csharp", "```"));
    }

    private static string Between(string text, string begin, string end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int to = text.IndexOf(end, from, StringComparison.Ordinal);
        string[] lines = text[from..to].ReplaceLineEndings("\n").Trim('\n').Split('\n');
        int indent = lines.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length >= indent ? l[indent..].TrimEnd() : "")).Trim();
    }
}
