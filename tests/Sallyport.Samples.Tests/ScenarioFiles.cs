namespace Sallyport.Samples.Tests;

/// <summary>The scenario's configuration files, as its administrator has them.</summary>
internal static class ScenarioFiles
{
    public static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenario", name)).ReplaceLineEndings("\n");
}
