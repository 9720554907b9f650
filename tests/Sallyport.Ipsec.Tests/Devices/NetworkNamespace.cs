using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Tests.Devices;

/// <summary>Runs a test on a thread in a network namespace of its own, which vanishes with the thread and what it opened.</summary>
internal static class NetworkNamespace
{
    private const int NewNetworkNamespace = 0x40000000;

    public static void Run(Action test)
    {
        Exception? failure = null;
        int refused = 0;
        Thread thread = new(() =>
        {
            if (unshare(NewNetworkNamespace) != 0)
            {
                refused = Marshal.GetLastPInvokeError();
                return;
            }

            try
            {
                // Else the kernel would send router solicitations into every new device at times of its own.
                File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
                test();
            }
#pragma warning disable CA1031 // Whatever the test throws is thrown again on the test's own thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Skip.If(refused != 0, $"a network namespace needs root (errno {refused})");
        Skip.IfNot(File.Exists("/dev/net/tun"), "there is no /dev/net/tun");
        if (failure is not null)
        {
            throw new InvalidOperationException($"in the namespace: {failure}", failure);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);
}
