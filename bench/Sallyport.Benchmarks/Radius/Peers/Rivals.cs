using System.Globalization;
using System.Reflection;
using Sallyport.Benchmarks.Radius.Servers;

namespace Sallyport.Benchmarks.Radius.Peers;

/// <summary>The other implementations, each started from a configuration of its own in <c>Configurations/</c>.</summary>
internal static class Rivals
{
    public const int Users = 10_000;

    /// <summary>FreeRADIUS that answers PAP from a file of people.</summary>
    public static ServerProcess FreeRadiusPap(Scene scene, int port)
    {
        string folder = scene.FolderFor("freeradius-pap");
        using (StreamWriter users = File.CreateText(Path.Combine(folder, "users")))
        {
            BenchUsers.WriteFreeRadius(users, Users);
        }

        return FreeRadius(scene, folder, "freeradius-pap", port);
    }

    /// <summary>FreeRADIUS as a proxy: UDP or RADIUS/TLS in front, UDP behind.</summary>
    public static ServerProcess FreeRadiusProxy(Scene scene, int port)
    {
        string role = scene.IsTls ? "freeradius-tls" : "freeradius-udp";
        return FreeRadius(scene, scene.FolderFor(role), role, port);
    }

    /// <summary>radsecproxy: UDP or RADIUS/TLS in front, UDP behind.</summary>
    public static ServerProcess RadsecProxy(Scene scene, int port)
    {
        string role = scene.IsTls ? "radsecproxy-tls" : "radsecproxy-udp";
        string folder = scene.FolderFor(role);
        Write(scene, folder, role, role, port);
        return ServerProcess.Start(Find("radsecproxy")!, "-f", "-c", Path.Combine(folder, role + ".conf"));
    }

    /// <summary>Where a program is installed, or <see langword="null"/>.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    private static ServerProcess FreeRadius(Scene scene, string folder, string role, int port)
    {
        Write(scene, folder, "freeradius", role, port);
        File.Move(Path.Combine(folder, "freeradius.conf"), Path.Combine(folder, "radiusd.conf"));
        Write(scene, folder, role, role, port);
        return ServerProcess.Start(Find("freeradius")!, "-f", "-n", "radiusd", "-d", folder);
    }

    private static void Write(Scene scene, string folder, string name, string role, int port)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".conf") ?? throw new InvalidOperationException(name);
        using StreamReader reader = new(resource);
        string text = reader.ReadToEnd()
            .Replace("@FOLDER@", folder, StringComparison.Ordinal)
            .Replace("@ROLE@", role, StringComparison.Ordinal)
            .Replace("@PORT@", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@HOME@", scene.HomePort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@SECRET@", Scene.Secret, StringComparison.Ordinal)
            .Replace("@AUTHORITY@", scene.Certificates.Authority, StringComparison.Ordinal)
            .Replace("@CERTIFICATE@", scene.Certificates.ServerCertificate, StringComparison.Ordinal)
            .Replace("@KEY@", scene.Certificates.ServerKey, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, name + ".conf"), text);
    }
}
