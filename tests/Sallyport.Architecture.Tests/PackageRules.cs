using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sallyport.Architecture.Tests;

/// <summary>Which package may know which: Radius, Eap, Esp and Duo know nobody; Ikev2 knows Eap; Ipsec knows Ikev2 and Esp.</summary>
public class PackageRules
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Sallyport.Radius"] = [],
        ["Sallyport.Radius.Transport"] = ["Sallyport.Radius"],
        ["Sallyport.Eap"] = [],
        ["Sallyport.Ikev2"] = ["Sallyport.Eap"],
        ["Sallyport.Esp"] = [],
        ["Sallyport.Ipsec"] = ["Sallyport.Ikev2", "Sallyport.Esp", "Sallyport.Eap"],
        ["Sallyport.Duo"] = [],
    };

    private static readonly string[] Samples = ["DuoCloud", "DuoProxy", "Headend", "RadiusServer", "VpnClient", "Walkthrough"];

    public static TheoryData<string> Packages => [.. Allowed.Keys];

    public static TheoryData<string> SampleNames => [.. Samples];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_knows_only_the_packages_below_it(string package)
    {
        IEnumerable<string> known = Assembly.Load(package).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Sallyport", StringComparison.Ordinal));

        Assert.Empty(known.Except(Allowed[package]));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void No_sample_sees_the_inside_of_a_package(string package)
    {
        IEnumerable<string> friends = Assembly.Load(package).GetCustomAttributes<InternalsVisibleToAttribute>().Select(a => a.AssemblyName);

        Assert.DoesNotContain(friends, f => Samples.Any(s => f.StartsWith(s, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Only_the_proxy_knows_RADIUS_and_Duo_and_only_the_headend_RADIUS_and_IKE(string sample)
    {
        HashSet<string> known = [.. Assembly.Load(sample).GetReferencedAssemblies().Select(a => a.Name!)];

        Assert.False(known.Contains("Sallyport.Radius") && known.Contains("Sallyport.Duo") && sample is not "DuoProxy");
        Assert.False(known.Contains("Sallyport.Radius") && known.Contains("Sallyport.Ikev2") && sample is not "Headend");
    }
}
