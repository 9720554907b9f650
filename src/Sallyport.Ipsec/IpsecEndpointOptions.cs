using System.Net;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Forwarding;

namespace Sallyport.Ipsec;

/// <summary>How an <see cref="IpsecEndpoint"/> behaves.</summary>
public sealed class IpsecEndpointOptions
{
    /// <summary>The local address. With <see cref="IPAddress.Any"/> the address that a peer sees is found by the routing table.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>The UDP port of IKE; 0 takes any free one, as clients do.</summary>
    public int IkePort { get; init; } = 500;

    /// <summary>The UDP port that IKE and ESP share (RFC 3948); 0 takes any free one.</summary>
    public int NatTraversalPort { get; init; } = 4500;

    /// <summary>The gateway role; without it requests of strangers are dropped.</summary>
    public IkeResponderOptions? Responder { get; init; }

    /// <summary>The program's part of the gateway role; wanted where <see cref="Responder"/> is given.</summary>
    public IIpsecGatewayHandler? GatewayHandler { get; init; }

    /// <summary>Where inner packets come from and go to; may be attached later. It is disposed of by whoever made it.</summary>
    public IPacketDevice? Device { get; init; }

    /// <summary>How long a session on this side of a NAT may send nothing before a keepalive goes out (RFC 3948 §4: 20 s).</summary>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How often it is looked whether the system sends to a gateway from another address than before, where the session can move along (RFC 4555). A change
    /// of the machine's addresses is seen at once. It takes an <see cref="Address"/> that is any: a socket bound to one address stays there.
    /// </summary>
    public TimeSpan RoamingInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How far behind the newest ESP packet another may come: a multiple of 64 (RFC 4303 §3.4.3).</summary>
    public int ReplayWindow { get; init; } = Esp.ReplayWindow.DefaultSize;

    /// <summary>What computes AES-GCM in ESP.</summary>
    public AesGcmProvider EspProvider { get; init; }

    /// <summary>How packets are carried between ESP and a TUN device; all other devices are read and written one packet at a time.</summary>
    public IpsecDataPath DataPath { get; init; }

    /// <summary>How many threads carry packets between ESP and a TUN device, many at a time; 0 takes one for each processor.</summary>
    public int ForwardingLoops { get; init; }

    /// <summary>The most that a path is taken to carry, in octets with all headers. What the system finds out about a path counts where it is
    /// less; this is for paths of which nothing can be found out, as their routers send no ICMP.</summary>
    public int PathMtuLimit { get; init; } = ushort.MaxValue;

    /// <summary>How many IKE messages may wait to be handled; further ones are dropped.</summary>
    public int IkeQueueLimit { get; init; } = 4096;

    /// <summary>The sockets' receive buffers in octets, as far as the system allows.</summary>
    public int ReceiveBufferSize { get; init; } = 4 << 20;

    /// <summary>Drops for one reason are logged at most once in this time; all are counted.</summary>
    public TimeSpan DropLogInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For tests: what the kernel is asked for at most.</summary>
    internal DataPathFeatures Features { get; init; } = DataPathFeatures.All;
}

/// <summary>How packets are carried between ESP and a TUN device.</summary>
public enum IpsecDataPath
{
    /// <summary>Many at a time, by all that the kernel offers: segmentation and receive offloads of TUN and UDP, several queues, batches.</summary>
    Offload,

    /// <summary>One at a time, a call of the system for each. What is sent carries neither DSCP nor ECN outside, so that nothing on the path can mark it (RFC 6040
    /// §4.1, compatibility mode); what the path has marked of a peer's packets comes back inside on Linux.</summary>
    Plain,
}
