using System.Runtime.Versioning;

namespace Sallyport.Ipsec.Tests.Devices;

[SupportedOSPlatform("linux")]
public class NetworkNamespaceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public void Threads_of_the_pool_that_work_for_a_namespace_stay_in_that_of_the_process()
    {
        const int AtOnce = NetworkNamespace.PoolThreads / 2;
        string process = Here();
        NetworkNamespace.Run(() =>
        {
            Assert.NotEqual(process, Here());
            CountdownEvent working = new(AtOnce);
            Task<string>[] tasks = [.. Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() =>
            {
                working.Signal();
                Assert.True(working.Wait(Patience));
                return Here();
            }))];
            Assert.All(tasks, task => Assert.Equal(process, task.Result));
        });
    }

    private static string Here() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!;
}
