using System.Diagnostics;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>How many seconds the dictionaries that Debian installs for FreeRADIUS add to the build of a project, against the same build without them.</summary>
internal sealed record BuildBar(string Name, double Limit) : IBar
{
    private const string Dictionaries = "/usr/share/freeradius";
    private const int Rounds = 3;

    /// <inheritdoc/>
    public IEnumerable<BarLine> Measure()
    {
        if (!File.Exists($"{Dictionaries}/dictionary"))
        {
            return [new BarLine(Name, null, Limit, $"freeradius-common is not installed: {Dictionaries}/dictionary is missing")];
        }

        string folder = Directory.CreateTempSubdirectory("sallyport-build-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "build.csproj"), Project(Root()));
            File.WriteAllText(Path.Combine(folder, "Own.cs"), "public static class Own;\n");
            Build(folder, with: false, "build");
            Build(folder, with: true, "build", "--no-restore");

            // The compiler's server is warm now, as it is in an editor and for every build but the first.
            double[] added = new double[Rounds];
            for (int i = 0; i < Rounds; i++)
            {
                added[i] = Build(folder, with: true, "build", "--no-restore", "--no-incremental", "-p:BuildProjectReferences=false")
                    - Build(folder, with: false, "build", "--no-restore", "--no-incremental", "-p:BuildProjectReferences=false");
            }

            Array.Sort(added);
            return [new BarLine(Name, added[Rounds / 2], Limit)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Build(string folder, bool with, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [.. arguments, "-v", "quiet", "-clp:NoSummary", $"-p:With={with}"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException(output);
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sdk.sln")))
        {
            folder = folder.Parent;
        }

        return (folder ?? throw new InvalidOperationException("the sources are not around the program")).FullName + "/";
    }

    // What the root dictionary leads to, as one dictionary. The numbers that have two names are no news here.
    private static string Project(string root) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <NoWarn>$(NoWarn);SALR0012</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="{root}src/Sallyport.Radius/Sallyport.Radius.csproj" SetTargetFramework="TargetFramework=net10.0" />
          </ItemGroup>
          <ItemGroup Condition="'$(With)' == 'true'">
            <RadiusDictionary Include="{Dictionaries}/dictionary;{Dictionaries}/dictionary.*" Namespace="Debian" />
            <RadiusDictionary Remove="{string.Join(';', Outside.Select(f => $"{Dictionaries}/dictionary.{f}"))}" />
          </ItemGroup>
          <Import Project="{root}generators/RadiusDictionaries.targets" />
        </Project>
        """;

    // Files that the root does not lead to: they define again what others do, so that they go into no project together.
    private static string[] Outside =>
    [
        "alvarion.wimax.v2_2", "cisco.vpn3000", "dhcp", "freedhcp", "motorola.illegal", "nokia.conflict", "openser", "rfc5090", "starent.vsa1", "vqp", "wimax.alvarion", "wimax.wichorus",
    ];
}
