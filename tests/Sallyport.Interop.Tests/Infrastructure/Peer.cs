using System.Runtime.InteropServices;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>What a test needs of the machine. Where it is missing the test is skipped with the reason, or fails where <c>SALLYPORT_REQUIRE_INTEROP=1</c>.</summary>
internal static partial class Peer
{
    // Servers are where the path of whoever is not root does not lead.
    static Peer() => Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin");

    /// <summary>Asks for root, which network namespaces need.</summary>
    public static void RequireRoot() => Require(GetEffectiveUserId() == 0, "root is needed for network namespaces");

    /// <summary>Asks for programs, each by its name or path.</summary>
    public static void RequirePrograms(params string[] programs)
    {
        foreach (string program in programs)
        {
            Require(Exists(program), $"{program} is not installed");
        }
    }

    /// <summary>Asks for anything else.</summary>
    public static void Require(bool present, string reason)
    {
        if (!present && Environment.GetEnvironmentVariable("SALLYPORT_REQUIRE_INTEROP") == "1")
        {
            throw new InvalidOperationException($"{reason}, and SALLYPORT_REQUIRE_INTEROP=1 makes it wanted");
        }

        Skip.IfNot(present, reason);
    }

    private static bool Exists(string program) => Path.IsPathRooted(program)
        ? File.Exists(program)
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
