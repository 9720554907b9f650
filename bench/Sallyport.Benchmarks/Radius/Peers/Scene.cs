namespace Sallyport.Benchmarks.Radius.Peers;

/// <summary>What the servers under measurement have in common: a folder that goes with it, certificates, and the home server behind proxies.</summary>
internal sealed class Scene : IDisposable
{
    public const string Secret = "testing123";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sallyport-bench-");
    private readonly ServerProcess? _home;

    /// <param name="isTls">Whether requests come over RADIUS/TLS.</param>
    /// <param name="hasHome">Whether there is a home server behind.</param>
    public Scene(bool isTls, bool hasHome)
    {
        IsTls = isTls;
        Certificates = new BenchCertificates(_folder.FullName);
        if (hasHome)
        {
            HomePort = ServerProcess.FreePort();
            _home = ServerProcess.StartVerb("sink", "--port", $"{HomePort}", "--secret", Secret);
        }
    }

    public bool IsTls { get; }

    public int HomePort { get; }

    public BenchCertificates Certificates { get; }

    /// <summary>The options of a verb that has RADIUS/TLS in front.</summary>
    public string[] TlsOptions => IsTls ? ["--certificate", Certificates.ServerCertificate, "--key", Certificates.ServerKey, "--ca", Certificates.Authority] : [];

    /// <summary>An empty folder.</summary>
    public string FolderFor(string name) => _folder.CreateSubdirectory(name).FullName;

    public void Dispose()
    {
        _home?.Dispose();
        _folder.Delete(true);
    }
}
