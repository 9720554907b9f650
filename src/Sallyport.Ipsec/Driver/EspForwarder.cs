using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Sallyport.Esp;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Driver;

/// <summary>
/// The data path: ESP from the socket to the device, inner packets from the device to the socket. Allocates nothing per packet, unless a
/// debug log asks for words.
/// </summary>
internal sealed class EspForwarder(IpsecEndpoint endpoint, UdpPort port, TunnelTable tunnels, DropCounter drops, ILogger logger)
{
    private static readonly int InnerOffset = EspSuite.AesGcm16.TextOffset;
    private IPacketDevice? _device;

    /// <summary>Where opened packets go.</summary>
    public IPacketDevice? Device
    {
        get => Volatile.Read(ref _device);
        set => Volatile.Write(ref _device, value);
    }

    /// <summary>Takes in an ESP packet, which is opened in place.</summary>
    public void Receive(Span<byte> datagram, SocketAddress from)
    {
        if (!EspPacket.TryParse(datagram, out EspPacket packet, out _))
        {
            drops.Add(IpsecDropReason.EspMalformed, from);
            return;
        }

        if (!tunnels.TryGetInbound(packet.Spi, out EspTunnel tunnel))
        {
            drops.Add(IpsecDropReason.EspUnknownSpi, from);
            return;
        }

        Span<byte> inner = datagram[InnerOffset..];
        if (!tunnel.TryOpen(datagram, inner, out int length, out EspError error))
        {
            if (error != EspError.Dummy)
            {
                tunnel.CountDropIn();
                drops.Add(Reason(error), from);
            }

            return;
        }

        Follow(tunnel, from);
        if (!InnerPacket.TryParse(inner[..length], out InnerPacket ip) || !tunnel.Filter.AllowsInbound(ip))
        {
            tunnel.CountDropIn();
            drops.Add(IpsecDropReason.SelectorsIn, from);
            return;
        }

        if (Device is not { } device || !device.TryWrite(ip.Span))
        {
            tunnel.CountDropIn();
            drops.Add(IpsecDropReason.Device, from);
            return;
        }

        tunnel.CountIn(ip.Span.Length);
        IpsecMetrics.Opened(ip.Span.Length);
        if (tunnel.ShouldNoteIn(endpoint.Now.Ticks))
        {
            endpoint.Post(tunnel.Session.Ike.NoteInbound);
        }
    }

    /// <summary>Sends what comes from a device until it ends.</summary>
    public async Task ForwardAsync(IPacketDevice device, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[EspSuite.AesGcm16.SealedSize(device.Mtu)];
        Memory<byte> inner = buffer.AsMemory(InnerOffset, device.Mtu);
        int length;
        while ((length = await device.ReadAsync(inner, cancellationToken).ConfigureAwait(false)) > 0)
        {
            Send(buffer, length);
        }
    }

    private void Send(byte[] buffer, int innerLength)
    {
        if (!InnerPacket.TryParse(buffer.AsSpan(InnerOffset, innerLength), out InnerPacket ip))
        {
            drops.Add(IpsecDropReason.NotIp);
            return;
        }

        if (!tunnels.TryGetOutbound(ip.Destination, out EspTunnel tunnel))
        {
            drops.Add(IpsecDropReason.NoTunnel);
            return;
        }

        if (!tunnel.Filter.AllowsOutbound(ip))
        {
            Drop(tunnel, IpsecDropReason.SelectorsOut);
            return;
        }

        if (!tunnel.TrySeal(ip.Span, buffer, out int length))
        {
            Drop(tunnel, IpsecDropReason.NotSealed);
            return;
        }

        Trace(tunnel, buffer.AsSpan(0, length));
        if (!port.TrySend(buffer.AsSpan(0, length), tunnel.Remote))
        {
            Drop(tunnel, IpsecDropReason.NotSent);
            return;
        }

        // Sealing in place has put ciphertext where the inner packet was; its length is what is left of it.
        tunnel.CountOut(innerLength);
        IpsecMetrics.Sealed(innerLength);
        long now = endpoint.Now.Ticks;
        tunnel.LastSent = now;
        if (tunnel.ShouldNoteOut(now))
        {
            NoteOutbound(tunnel);
        }
    }

    // On its own, so that the closure is made once a second and not once a packet.
    private void NoteOutbound(EspTunnel tunnel) => endpoint.Post(_ => tunnel.Session.Ike.NoteOutbound());

    private void Drop(EspTunnel tunnel, IpsecDropReason reason)
    {
        tunnel.CountDropOut();
        drops.Add(reason, tunnel.RemoteEndPoint);
    }

    // RFC 7296 §2.23: the peer behind a NAT is where its last genuine packet came from. A replayed one never gets here.
    private void Follow(EspTunnel tunnel, SocketAddress from)
    {
        if (!from.Equals(tunnel.Remote) && tunnel.Session.Ike.IsRemoteBehindNat)
        {
            Move(tunnel, UdpPort.ToEndPoint(from));
        }
    }

    // At once, so that the answer to this very packet finds its way; IKE follows when its loop gets to it.
    private void Move(EspTunnel tunnel, IPEndPoint remote)
    {
        tunnel.MoveTo(remote);
        IkePath path = new(port.LocalFor(remote), remote, NatTraversal: true);
        endpoint.Post(_ => tunnel.Session.Ike.NotePath(path));
    }

    private void Trace(EspTunnel tunnel, ReadOnlySpan<byte> packet)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            IPEndPoint local = port.LocalFor(tunnel.RemoteEndPoint);
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
            string summary = string.Create(CultureInfo.InvariantCulture, $"spi 0x{tunnel.OutboundSpi:x8} seq {sequence}, {packet.Length} octets");
            IpsecLog.MessageSent(logger, "ESP", local, tunnel.RemoteEndPoint, summary);
        }
    }

    private static IpsecDropReason Reason(EspError error) => error switch
    {
        EspError.Length or EspError.ReservedSpi or EspError.Destination => IpsecDropReason.EspMalformed,
        EspError.OtherSpi => IpsecDropReason.EspUnknownSpi,
        EspError.Replay => IpsecDropReason.EspReplay,
        EspError.IntegrityCheck => IpsecDropReason.EspIntegrityCheck,
        _ => IpsecDropReason.EspContent,
    };
}
