namespace Sallyport.Ipsec.Forwarding;

/// <summary>What the offloading data path asks the kernel for. What the kernel lacks is done without.</summary>
[Flags]
internal enum DataPathFeatures
{
    /// <summary>Batches of single datagrams and single packets.</summary>
    None = 0,

    /// <summary>UDP_SEGMENT: the kernel cuts what is sent into datagrams.</summary>
    UdpSegmentation = 1,

    /// <summary>UDP_GRO: the kernel joins datagrams that are received.</summary>
    UdpCoalescing = 2,

    /// <summary>TUNSETOFFLOAD: super-packets and packets without checksums through the TUN device.</summary>
    TunOffload = 4,

    /// <summary>All of it.</summary>
    All = UdpSegmentation | UdpCoalescing | TunOffload,
}
