using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Sallyport.Packages.Tests.Infrastructure;

/// <summary>Every package of src/, packed once from a copy of the sources: neither the tests' own build nor an older cache can help.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sallyport-packages-").FullName;

    /// <summary>The version packed, which no feed and no cache has.</summary>
    public string Version { get; } = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    private string Feed => Path.Combine(_folder, "artifacts");

    /// <summary>Why packages cannot be made here, or null where they were.</summary>
    private string? Missing { get; set; }

    public async Task InitializeAsync()
    {
        string source = Directory.CreateDirectory(Path.Combine(_folder, "source")).FullName;
        PackageSources.CopyTo(source);
        await File.WriteAllTextAsync(Path.Combine(source, "Packages.slnf"), JsonSerializer.Serialize(new
        {
            solution = new { path = "Sdk.sln", projects = PackageSources.Packages.Select(p => $"src\\{p}\\{p}.csproj") },
        }));
        DotNetResult result = await DotNet.RunAsync(source, new Dictionary<string, string>(), "pack", "Packages.slnf", "-o", Feed, "-v", "quiet", $"-p:Version={Version}");
        Missing = result.LacksForeignPackages ? $"packages that ours depend on cannot be restored:\n{result.Output}" : null;
        Assert.True(result.ExitCode == 0 || Missing is not null, result.Output);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The files in a package (<c>nupkg</c>) or in that of its symbols (<c>snupkg</c>).</summary>
    internal IReadOnlyList<string> Files(string package, string extension = "nupkg")
    {
        using ZipArchive archive = Open(package, extension);
        return [.. archive.Entries.Select(e => e.FullName)];
    }

    internal string Text(string package, string file)
    {
        using ZipArchive archive = Open(package, "nupkg");
        using StreamReader reader = new(archive.GetEntry(file)!.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    internal XElement Metadata(string package) => XElement.Parse(Text(package, $"{package}.nuspec")).Elements().Single(e => e.Name.LocalName == "metadata");

    /// <summary>A folder for a project that has nothing but the packages: a cache of its own, with the machine's behind it for what is not ours.</summary>
    internal string CreateProject(string name, params (string File, string Text)[] files)
    {
        Skip.If(Missing is not null, Missing);
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        string machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(machine);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="sallyport" value="{Feed}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """);
        foreach ((string file, string text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text.Replace("@VERSION@", Version, StringComparison.Ordinal));
        }

        return folder;
    }

    /// <summary>Runs the SDK in a project; skips the test where somebody else's packages cannot be had.</summary>
    internal async Task<DotNetResult> RunAsync(string project, params string[] arguments)
    {
        DotNetResult result = await DotNet.RunAsync(project, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder, "cache") }, arguments);
        Skip.If(result.LacksForeignPackages, $"packages that the project depends on cannot be restored:\n{result.Output}");
        return result;
    }

    private ZipArchive Open(string package, string extension)
    {
        Skip.If(Missing is not null, Missing);
        return ZipFile.OpenRead(Path.Combine(Feed, $"{package}.{Version}.{extension}"));
    }
}

/// <summary>The tests that share one packing.</summary>
[CollectionDefinition(nameof(PackedPackages))]
public sealed class PackedPackagesGroup : ICollectionFixture<PackedPackages>;
