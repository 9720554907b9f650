using Sallyport.Ipsec.Offload;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>A TUN device's queues in the hands of those who forward.</summary>
/// <param name="All">The queues.</param>
/// <param name="Offloads">What the kernel leaves to whoever reads them, and takes from whoever writes them.</param>
/// <param name="Recall">Asks for them back; done once nobody uses them any more.</param>
internal sealed record TunQueues(IReadOnlyList<TunQueue> All, TunOffloads Offloads, Func<Task> Recall);
