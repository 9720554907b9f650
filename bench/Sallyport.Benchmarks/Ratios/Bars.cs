using System.Security.Cryptography;
using Sallyport.Benchmarks.Esp;
using Sallyport.Benchmarks.Radius;
using Sallyport.Benchmarks.Radius.Peers;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>The bars, a line each.</summary>
internal static class Bars
{
    // Whole builds, which take a minute: measured by name only.
    private const string Slow = "dictionary";

    // Made when they are measured: a server that is a verb of this program must not carry what bars need.
    private static readonly Dictionary<string, Func<IEnumerable<IBar>>> ByGroup = new() { ["radius"] = Radius, ["eap"] = Eap, ["ike"] = Ike, ["esp"] = EspBars.All, [Slow] = () => [new BuildBar("dictionary.debian.build-seconds", 5)] };

    /// <summary>The groups.</summary>
    public static IEnumerable<string> Groups => ByGroup.Keys;

    /// <summary>The bars of a group, or of all that take little time.</summary>
    public static IEnumerable<IBar> Of(string? group) => group is null ? ByGroup.Where(g => g.Key != Slow).SelectMany(g => g.Value()) : ByGroup[group]();

    private static IEnumerable<IBar> Radius()
    {
        byte[] request = RadiusWorkloads.AccessRequest;
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        void Decode() => RadiusWorkloads.Decode(request);
        void Build() => RadiusWorkloads.Build(buffer);

        yield return new Bar("radius.decode/hashes", 1.4, Decode, RadiusWorkloads.DecodeHashes);
        yield return new Bar("radius.build/hashes", 1.4, Build, RadiusWorkloads.BuildHashes);

        // 2.5 times as fast as the same job with the platform's hashes: its reading and its hashing, without joining what it hashes.
        yield return new Bar("radius.decode/platform", 1 / 2.5, Decode, () =>
        {
            RadiusWorkloads.Read(request);
            RadiusWorkloads.PlatformDecodeHashes();
        });
        yield return new Bar("radius.build/platform", 1 / 2.5, Build, RadiusWorkloads.PlatformBuildHashes);
        yield return new Bar("radius.decode.allocated", 0, Decode, null);
        yield return new Bar("radius.build.allocated", 0, Build, null);

        Contestant server = new("ours", null, 1, (_, port) => ServerProcess.StartVerb("serve", "--port", $"{port}", "--secret", Scene.Secret, "--users", $"{Rivals.Users}"));
        yield return new LiveBar("radius.pap", false, false, server, [new Contestant("freeradius", "freeradius", 1 / 3.0, Rivals.FreeRadiusPap)], MemoryLimit: 60);

        Contestant proxy = new("ours", null, 1, (scene, port) => ServerProcess.StartVerb(
            ["forward", "--port", $"{port}", "--home", $"{scene.HomePort}", "--secret", Scene.Secret, .. scene.TlsOptions]));
        Contestant[] proxies = [new("freeradius", "freeradius", 1 / 3.0, Rivals.FreeRadiusProxy), new("radsecproxy", "radsecproxy", 1 / 2.0, Rivals.RadsecProxy)];
        yield return new LiveBar("radius.forward.udp", false, true, proxy, proxies);
        yield return new LiveBar("radius.forward.tls", true, true, proxy, proxies);
    }

    private static IEnumerable<IBar> Eap()
    {
        byte[] packet = Workloads.EapRequest;
        byte[] hash = new byte[16];
        yield return new Bar("eap.parse/md5", 0.1, () => Workloads.ParseEap(packet), () => MD5.HashData(packet, hash));
        yield return new Bar("eap.parse.allocated", 0, () => Workloads.ParseEap(packet), null);
    }

    private static IEnumerable<IBar> Ike()
    {
        byte[] message = Workloads.IkeSaInit;
        byte[] hash = new byte[48];
        yield return new Bar("ike.parse/hmac-sha384", 0.5, () => Workloads.ParseIke(message), () => HMACSHA384.HashData(Workloads.EspKey, message, hash));
        yield return new Bar("ike.parse.allocated", 0, () => Workloads.ParseIke(message), null);
    }
}
