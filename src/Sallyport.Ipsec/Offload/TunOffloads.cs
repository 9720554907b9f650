namespace Sallyport.Ipsec.Offload;

/// <summary>What a TUN device leaves to its user, and takes from it: the TUN_F flags of Linux's if_tun.h, by their values.</summary>
[Flags]
internal enum TunOffloads
{
    /// <summary>Whole packets with their checksums, one at a time.</summary>
    None = 0,

    /// <summary>Packets whose transport checksum is still to be computed.</summary>
    Checksum = 0x01,

    /// <summary>Super-packets of TCP over IPv4.</summary>
    Tcp4 = 0x02,

    /// <summary>Super-packets of TCP over IPv6.</summary>
    Tcp6 = 0x04,

    /// <summary>Super-packets of TCP whose first segment says CWR (RFC 3168 §6.1.2).</summary>
    TcpEcn = 0x08,

    /// <summary>Super-packets of UDP over IPv4: several datagrams of one flow, all but the last equally long. Linux 6.2 and later, together with <see cref="Udp6"/>.</summary>
    Udp4 = 0x20,

    /// <summary>Super-packets of UDP over IPv6.</summary>
    Udp6 = 0x40,
}
