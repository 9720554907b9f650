using System.Xml.Linq;
using Sallyport.Packages.Tests.Infrastructure;

namespace Sallyport.Packages.Tests;

/// <summary>What lies in the packages.</summary>
[Collection(nameof(PackedPackages))]
public class PackageContentTests(PackedPackages packed)
{
    // Which of ours a package may bring along.
    private static readonly Dictionary<string, string[]> Brings = new()
    {
        ["Sallyport.Radius"] = [],
        ["Sallyport.Radius.Transport"] = ["Sallyport.Radius"],
        ["Sallyport.Eap"] = [],
        ["Sallyport.Ikev2"] = ["Sallyport.Eap"],
        ["Sallyport.Esp"] = [],
        ["Sallyport.Ipsec"] = ["Sallyport.Eap", "Sallyport.Esp", "Sallyport.Ikev2"],
        ["Sallyport.Duo"] = [],
    };

    public static TheoryData<string> Packages => [.. PackageSources.Packages];

    [SkippableTheory]
    [MemberData(nameof(Packages))]
    public void A_package_has_its_README_licence_and_description(string package)
    {
        XElement metadata = packed.Metadata(package);

        Assert.Equal(("MIT", "expression"), (Value(metadata, "license"), metadata.Elements().Single(e => e.Name.LocalName == "license").Attribute("type")!.Value));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md")), packed.Text(package, "README.md"));
        Assert.NotEqual("Package Description", Value(metadata, "description"));
        Assert.NotEmpty(Value(metadata, "tags"));
    }

    [SkippableTheory]
    [MemberData(nameof(Packages))]
    public void A_package_has_library_and_documentation_and_its_symbols_apart(string package)
    {
        string[] frameworks = package == "Sallyport.Radius" ? ["net10.0", "netstandard2.0"] : ["net10.0"];

        Assert.Equal(frameworks.SelectMany(f => new[] { $"lib/{f}/{package}.dll", $"lib/{f}/{package}.xml" }), packed.Files(package).Where(f => f.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(frameworks.Select(f => $"lib/{f}/{package}.pdb"), packed.Files(package, "snupkg").Where(f => f.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(frameworks, f => Assert.Contains("<summary>", packed.Text(package, $"lib/{f}/{package}.xml"), StringComparison.Ordinal));
    }

    [SkippableTheory]
    [MemberData(nameof(Packages))]
    public void A_package_brings_only_those_of_ours_that_it_is_built_on(string package)
    {
        IEnumerable<string> dependencies = packed.Metadata(package).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value);

        Assert.Equal([], dependencies.Where(d => d.StartsWith("Sallyport", StringComparison.Ordinal)).Except(Brings[package]));
        Assert.DoesNotContain("PolySharp", dependencies);
    }

    [SkippableFact]
    public void The_generator_comes_with_the_attributes_it_makes_keys_for()
    {
        IReadOnlyList<string> files = packed.Files("Sallyport.Radius");

        Assert.Equal(
            ["analyzers/dotnet/cs/Sallyport.Radius.Dictionary.dll", "analyzers/dotnet/cs/Sallyport.Radius.Generators.dll"],
            files.Where(f => f.StartsWith("analyzers/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("build/Sallyport.Radius.targets", files);
        Assert.Contains("buildTransitive/Sallyport.Radius.targets", files);
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
}
