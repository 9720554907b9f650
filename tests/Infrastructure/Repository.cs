namespace Sallyport.Tests.Infrastructure;

/// <summary>The checkout that the tests were built from. Found from where they run: compiled-in paths are not real ones in a deterministic build.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A file or folder of it.</summary>
    public static string At(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Sdk.sln")) ? folder
        : Path.GetDirectoryName(folder) is { } above ? Find(above)
        : throw new InvalidOperationException("Sdk.sln stands in no folder above the tests");
}
