using Sallyport.Packages.Tests.Infrastructure;

namespace Sallyport.Packages.Tests;

/// <summary>Fresh projects that have nothing of ours but the packages.</summary>
[Collection(nameof(PackedPackages))]
public class ConsumerTests(PackedPackages packed)
{
    private const string Dictionary =
        """
        VENDOR        Acme        32473
        BEGIN-VENDOR  Acme
        ATTRIBUTE     Acme-Role   1    integer    # What the person may do.
        VALUE         Acme-Role   Guest     1
        VALUE         Acme-Role   Employee  2
        END-VENDOR    Acme
        """;

    [SkippableFact]
    public async Task A_console_program_with_a_dictionary_of_its_own_builds_and_runs()
    {
        string references = string.Concat(PackageSources.Packages.Select(p => $"<PackageReference Include=\"{p}\" Version=\"@VERSION@\" />"));
        string project = packed.CreateProject(
            "Console",
            ("Console.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                  </PropertyGroup>
                  <ItemGroup>
                    {references}
                    <RadiusDictionary Include="dictionary.acme" Namespace="Acme.Radius" />
                  </ItemGroup>
                </Project>
                """),
            ("dictionary.acme", Dictionary),
            ("Program.cs",
                """
                using Acme.Radius;
                using Sallyport.Radius.Dictionaries;
                using Sallyport.Radius.Security;
                using Sallyport.Radius.Wire;

                RadiusSecret secret = new("testing123");
                byte[] request = new byte[RadiusPacket.LargestSize];
                RadiusPacketWriter writer = new(request, RadiusCode.AccessRequest, 1, new byte[16]);
                writer.Add(Rfc2865.UserName, "alice");
                writer.Add(AcmeVsa.AcmeRole, AcmeRole.Employee);
                bool complete = writer.TryComplete(secret, out int length);
                bool parsed = RadiusPacket.TryParse(request.AsSpan(0, length), out RadiusPacket packet, out RadiusParseError error);
                packet.TryGet(AcmeVsa.AcmeRole, out AcmeRole role);
                Console.WriteLine($"{complete} {parsed} {error}: {packet.GetString(Rfc2865.UserName)} is {role}, vendor {AcmeVsa.VendorAcme}");

                // One type of every other package, so that each is loaded.
                Type[] types =
                [
                    typeof(Sallyport.Radius.Transport.RadiusClient), typeof(Sallyport.Eap.Wire.EapPacket), typeof(Sallyport.Ikev2.Endpoint.IkeEndpoint),
                    typeof(Sallyport.Esp.EspOutboundSa), typeof(Sallyport.Ipsec.IpsecEndpoint), typeof(Sallyport.Duo.DuoAuthClient),
                ];
                Console.WriteLine(string.Join(' ', types.Select(t => t.Assembly.GetName().Name)));
                """));

        DotNetResult result = await packed.RunAsync(project, "run");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("True True None: alice is Employee, vendor 32473", result.Output, StringComparison.Ordinal);
        Assert.Contains("Sallyport.Radius.Transport Sallyport.Eap Sallyport.Ikev2 Sallyport.Esp Sallyport.Ipsec Sallyport.Duo", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_program_and_its_library_both_opt_into_a_vendor_that_comes_with_the_package()
    {
        const string Project = """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>@TYPE@</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Sallyport.Radius" Version="@VERSION@" />
                <RadiusVendor Include="Cisco;microsoft;cisco" />
                @MORE@
              </ItemGroup>
            </Project>
            """;
        string project = packed.CreateProject(
            "Vendors",
            ("Library.csproj", Project.Replace("@TYPE@", "Library", StringComparison.Ordinal).Replace("@MORE@", """<Compile Include="Shell.cs" />""", StringComparison.Ordinal)),
            ("Program.csproj", Project.Replace("@TYPE@", "Exe", StringComparison.Ordinal).Replace("@MORE@", """<Compile Include="Program.cs" /><ProjectReference Include="Library.csproj" />""", StringComparison.Ordinal)),
            ("Directory.Build.props", """<Project><PropertyGroup><BaseIntermediateOutputPath>obj/$(MSBuildProjectName)/</BaseIntermediateOutputPath><OutputPath>bin/$(MSBuildProjectName)/</OutputPath></PropertyGroup></Project>"""),
            ("Shell.cs",
                """
                using Sallyport.Radius.Dictionaries;
                using Sallyport.Radius.Security;

                public static class Shell
                {
                    public static void Privilege(ref RadiusPacketWriter writer, int level) => writer.Add(CiscoVsa.CiscoAVPair, $"shell:priv-lvl={level}");
                }
                """),
            ("Program.cs",
                """
                using Sallyport.Radius.Dictionaries;
                using Sallyport.Radius.Security;
                using Sallyport.Radius.Wire;

                byte[] request = new byte[RadiusPacket.LargestSize];
                RadiusPacketWriter writer = new(request, RadiusCode.AccessRequest, 1, new byte[16]);
                Shell.Privilege(ref writer, 15);
                writer.TryComplete(new RadiusSecret("testing123"), out int length);
                RadiusPacket.TryParse(request.AsSpan(0, length), out RadiusPacket packet, out _);
                Console.WriteLine($"{packet.GetString(CiscoVsa.CiscoAVPair)} of {CiscoVsa.VendorCisco} and {MicrosoftVsa.VendorMicrosoft}");
                """));

        DotNetResult result = await packed.RunAsync(project, "run", "--project", "Program.csproj");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("shell:priv-lvl=15 of 9 and 311", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_vendor_that_does_not_come_with_the_package_fails_the_build_with_those_that_do()
    {
        string project = packed.CreateProject("Nobody", ("Library.csproj", Library("dictionary.acme").Replace("</ItemGroup>", """<RadiusVendor Include="Cisco;Nobody" /></ItemGroup>""", StringComparison.Ordinal)), ("dictionary.acme", Dictionary));

        DotNetResult result = await packed.RunAsync(project, "build", "-v", "quiet");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(@"Library\.csproj.*error SALR0016: .*'nobody'; there are .*cisco, .*microsoft", result.Output);
    }

    [SkippableFact]
    public async Task A_library_for_netstandard_builds_in_the_CSharp_it_has()
    {
        string project = packed.CreateProject(
            "Library",
            ("Library.csproj", Library("dictionary.acme")),
            ("dictionary.acme", Dictionary),
            ("Role.cs",
                """
                using System;
                using Sallyport.Radius.Dictionaries;
                using Sallyport.Radius.Wire;

                namespace Acme
                {
                    public static class Role
                    {
                        public static bool IsEmployee(byte[] datagram, out string user)
                        {
                            user = null;
                            if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out RadiusParseError error))
                            {
                                throw new FormatException(error.ToString());
                            }

                            user = packet.GetString(Rfc2865.UserName);
                            return packet.TryGet(Library.AcmeVsa.AcmeRole, out Library.AcmeRole role) && role == Library.AcmeRole.Employee;
                        }
                    }
                }
                """));

        DotNetResult result = await packed.RunAsync(project, "build", "-v", "quiet");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.True(File.Exists(Path.Combine(project, "bin", "Debug", "netstandard2.0", "Library.dll")));
    }

    [SkippableFact]
    public async Task A_mistake_in_a_dictionary_fails_the_build_at_its_line_and_column()
    {
        string project = packed.CreateProject(
            "Mistake",
            ("Library.csproj", Library("dictionary.acme")),
            ("dictionary.acme", Dictionary + "\nATTRIBUTE Acme-Rule 3 strng\n"));

        DotNetResult result = await packed.RunAsync(project, "build", "-v", "quiet");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("dictionary.acme(7,23): error SALR0004: 'strng' is no data type", result.Output, StringComparison.Ordinal);
    }

    private static string Library(string dictionary) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>netstandard2.0</TargetFramework>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Sallyport.Radius" Version="@VERSION@" />
            <RadiusDictionary Include="{dictionary}" />
          </ItemGroup>
        </Project>
        """;
}
