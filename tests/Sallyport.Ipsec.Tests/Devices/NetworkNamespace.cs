using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Tests.Devices;

/// <summary>A thread in a network namespace of its own, which vanishes with the thread and what was opened there.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    /// <summary>So many threads of the pool may work at once without one being made.</summary>
    public const int PoolThreads = 64;
    private const int NewNetworkNamespace = 0x40000000;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private int _threadId;

    // A thread of the pool is made by the thread that has work for it, and begins in that one's namespace, where the next test's sockets would then be.
    // So there are enough of them, for good (see the project file), before there is any namespace.
    static NetworkNamespace()
    {
        ThreadPool.SetMinThreads(2 * PoolThreads, 2 * PoolThreads);
        CountdownEvent there = new(PoolThreads);
        for (int i = 0; i < PoolThreads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    there.Signal();
                    there.Wait();
                },
                null);
        }

        there.Wait();
    }

    private NetworkNamespace()
    {
        using ManualResetEventSlim ready = new();
        int refused = 0;
        _thread = new Thread(() =>
        {
            _threadId = gettid();
            refused = unshare(NewNetworkNamespace) == 0 ? 0 : Marshal.GetLastPInvokeError();
            ready.Set();
            foreach (Action work in _work.GetConsumingEnumerable())
            {
                work();
            }
        });
        _thread.Start();
        ready.Wait();
        if (refused != 0)
        {
            Dispose();
        }

        Skip.If(refused != 0, $"a network namespace needs root (errno {refused})");
        if (!File.Exists("/dev/net/tun"))
        {
            Dispose();
            Skip.If(true, "there is no /dev/net/tun");
        }
    }

    /// <summary>Runs a test in a namespace.</summary>
    public static void Run(Action test)
    {
        using NetworkNamespace network = Make();
        network.Do(test);
    }

    /// <summary>Makes a namespace.</summary>
    /// <param name="ipv6">Whether it has IPv6: if so, the kernel sends router solicitations into every new device at times of its own.</param>
    public static NetworkNamespace Make(bool ipv6 = false)
    {
        NetworkNamespace network = new();
        network.Do(() => File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", ipv6 ? "0" : "1"));
        return network;
    }

    /// <summary>Joins two namespaces by a cable.</summary>
    public static void Link(NetworkNamespace first, string firstAddress, NetworkNamespace second, string secondAddress)
    {
        first.Ip("link add cable type veth peer name cable netns " + second._threadId.ToString(CultureInfo.InvariantCulture));
        foreach ((NetworkNamespace network, string address) in new[] { (first, firstAddress), (second, secondAddress) })
        {
            network.Ip("link set lo up");
            network.Ip($"addr add {address} dev cable nodad");
            network.Ip("link set cable up");
        }
    }

    /// <summary>Does something in the namespace: sockets and devices that it opens belong there.</summary>
    public void Do(Action work) => Do(() =>
    {
        work();
        return 0;
    });

    /// <summary>Does something in the namespace.</summary>
    public T Do<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new();
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // Whatever it throws is thrown again on the test's own thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        });
        ((IAsyncResult)done.Task).AsyncWaitHandle.WaitOne();
        if (done.Task.Exception is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
        }

        return done.Task.Result;
    }

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    public void Ip(string arguments) => Run("ip", arguments);

    /// <summary>Runs a program in the namespace and gives what it says.</summary>
    public string Run(string program, string arguments) => Do(() =>
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {arguments}: {error.Result}");
        return output;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);

    [DllImport("libc")]
    private static extern int gettid();
}
