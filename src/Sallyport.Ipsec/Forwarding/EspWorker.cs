using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sallyport.Esp;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>
/// What is the same for every packet, whichever way it comes and goes: opened or sealed, held to the selectors, counted, its peer followed.
/// Belongs to one thread at a time. Between <see cref="Begin"/> and <see cref="End"/> lies a batch; what was counted in it is told at its end.
/// Allocates nothing per packet, unless a debug log asks for words.
/// </summary>
internal sealed class EspWorker : IDisposable
{
    private readonly IpsecEndpoint _endpoint;
    private readonly UdpPort _port;
    private readonly TunnelTable _tunnels;
    private readonly ILogger _logger;
    private readonly Quiescence.Reader _reader;
    private readonly DropBatch _drops;
    private readonly MessageBudget _messages = new();
    private Run _in;
    private Run _out;
    private bool _trace;

    public EspWorker(ForwardingParts parts)
    {
        _endpoint = parts.Endpoint;
        _port = parts.Port;
        _tunnels = parts.Tunnels;
        _logger = parts.Logger;
        _drops = new DropBatch(parts.Drops);
        _reader = parts.Tunnels.Readers.Register();
    }

    /// <summary>Begins a batch: tunnels that are found from here on may be used until its end.</summary>
    public void Begin()
    {
        _trace = _logger.IsEnabled(LogLevel.Debug);
        _reader.Enter();
    }

    /// <summary>Ends a batch.</summary>
    public void End()
    {
        try
        {
            SettleIn();
            SettleOut();
            _drops.Settle();
        }
        finally
        {
            _reader.Leave();
        }
    }

    /// <summary>Opens an ESP packet in place and holds what is inside to the selectors. What fails is dropped and counted.</summary>
    /// <param name="datagram">The packet.</param>
    /// <param name="from">Its sender, a struct sockaddr.</param>
    /// <param name="trafficClass">DSCP and ECN of its outer header; zero where they are not known.</param>
    /// <param name="inner">The inner packet, within the datagram.</param>
    /// <param name="tunnel">Whose it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryOpen(Span<byte> datagram, ReadOnlySpan<byte> from, byte trafficClass, out Span<byte> inner, out EspTunnel tunnel)
    {
        inner = default;
        tunnel = null!;
        if (!EspPacket.TryParse(datagram, out EspPacket packet, out _))
        {
            _drops.Add(IpsecDropReason.EspMalformed, from);
            return false;
        }

        if (!_tunnels.TryGetInbound(packet.Spi, out EspPair pair))
        {
            _drops.Add(IpsecDropReason.EspUnknownSpi, from);
            return false;
        }

        tunnel = pair.Tunnel;
        Span<byte> text = datagram[Math.Min(datagram.Length, pair.TextOffset)..];
        if (!pair.Inbound.TryOpen(datagram, text, out int length, out EspError error))
        {
            if (error != EspError.Dummy)
            {
                DropIn(tunnel, Reason(error), from);
            }

            return false;
        }

        Follow(pair, packet.Sequence, from);
        if (!InnerPacket.TryParse(text[..length], out InnerPacket ip) || !tunnel.Filter.AllowsInbound(ip))
        {
            DropIn(tunnel, IpsecDropReason.SelectorsIn, from);
            return false;
        }

        inner = text[..ip.Span.Length];
        if (IsMarked(trafficClass) && InnerHeader.Decapsulate(inner, trafficClass) == EcnOutcome.Drop)
        {
            DropIn(tunnel, IpsecDropReason.Congestion, from);
            return false;
        }

        return true;
    }

    /// <summary>Finds the tunnel that an inner packet goes into. What has none is dropped and counted.</summary>
    /// <param name="inner">The packet.</param>
    /// <param name="packets">How many it stands for.</param>
    /// <param name="tunnel">The tunnel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRoute(ReadOnlySpan<byte> inner, int packets, out EspTunnel tunnel)
    {
        tunnel = null!;
        if (!InnerPacket.TryParse(inner, out InnerPacket ip))
        {
            _drops.Add(IpsecDropReason.NotIp, packets);
            return false;
        }

        if (!_tunnels.TryGetOutbound(ip.Destination, out tunnel))
        {
            _drops.Add(IpsecDropReason.NoTunnel, packets);
            return false;
        }

        if (!tunnel.Filter.AllowsOutbound(ip))
        {
            DropOut(tunnel, IpsecDropReason.SelectorsOut, packets);
            return false;
        }

        return true;
    }

    /// <summary>Decides what becomes of a packet on the path to its peer. One that the path does not take is dropped and counted.</summary>
    /// <param name="packet">The packet, or a super-packet.</param>
    /// <param name="length">Its octets, or those of its longest part.</param>
    /// <param name="packets">How many it stands for.</param>
    /// <param name="pair">Under what it would be sealed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PacketFit Fit(ReadOnlySpan<byte> packet, int length, int packets, EspPair pair)
    {
        PacketFit fit = PacketFit.Of(packet, length, pair.LargestInner);
        if (fit.Action == PacketFitAction.Refuse)
        {
            DropOut(pair.Tunnel, IpsecDropReason.PacketTooBig, packets);
        }

        return fit;
    }

    /// <summary>Writes what tells a packet's sender how long packets may be: not about each, and not too often.</summary>
    /// <param name="packet">The packet that was refused.</param>
    /// <param name="mtu">How long it may be.</param>
    /// <param name="message">At least <see cref="PacketTooBig.LargestSize"/> octets.</param>
    /// <param name="length">The message's length.</param>
    public bool TryExplain(ReadOnlySpan<byte> packet, int mtu, Span<byte> message, out int length) =>
        PacketTooBig.TryWrite(packet, mtu, message, out length) && _messages.TryTake(_endpoint.Now.Ticks);

    /// <summary>Finds out anew how long the packets are that the path to a tunnel's peer carries.</summary>
    public void MeasurePath(EspTunnel tunnel) => tunnel.PathMtu = _port.PathMtuTo(tunnel.RemoteEndPoint);

    /// <summary>Logs a sealed packet that is about to be sent, where that is wanted.</summary>
    public void Trace(EspTunnel tunnel, ReadOnlySpan<byte> packet)
    {
        if (_trace)
        {
            IPEndPoint local = _port.LocalFor(tunnel.RemoteEndPoint);
            uint spi = BinaryPrimitives.ReadUInt32BigEndian(packet);
            uint sequence = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
            string summary = string.Create(CultureInfo.InvariantCulture, $"spi 0x{spi:x8} seq {sequence}, {packet.Length} octets");
            IpsecLog.MessageSent(_logger, "ESP", local, tunnel.RemoteEndPoint, summary);
        }
    }

    /// <summary>Counts what was opened and delivered.</summary>
    public void CountIn(EspTunnel tunnel, int packets, long octets)
    {
        if (_in.Tunnel != tunnel)
        {
            SettleIn();
            _in.Tunnel = tunnel;
        }

        _in.Packets += packets;
        _in.Octets += octets;
    }

    /// <summary>Counts what was sealed and sent.</summary>
    public void CountOut(EspTunnel tunnel, int packets, long octets)
    {
        if (_out.Tunnel != tunnel)
        {
            SettleOut();
            _out.Tunnel = tunnel;
        }

        _out.Packets += packets;
        _out.Octets += octets;
    }

    /// <summary>Counts a datagram that is dropped.</summary>
    public void Drop(IpsecDropReason reason, ReadOnlySpan<byte> from) => _drops.Add(reason, from);

    /// <summary>Counts packets of this host that are dropped.</summary>
    public void Drop(IpsecDropReason reason, int packets) => _drops.Add(reason, packets);

    /// <summary>Counts a packet of a tunnel that is dropped on the way in.</summary>
    public void DropIn(EspTunnel tunnel, IpsecDropReason reason, ReadOnlySpan<byte> from)
    {
        tunnel.CountDropsIn(1);
        _drops.Add(reason, from);
    }

    /// <summary>Counts packets of a tunnel that are dropped on the way out.</summary>
    public void DropOut(EspTunnel tunnel, IpsecDropReason reason, int packets)
    {
        tunnel.CountDropsOut(packets);
        _drops.Add(reason, packets, tunnel.Remote.Buffer.Span[..tunnel.Remote.Size]);
    }

    /// <summary>Takes back the counts of packets that the device did not take in the end: of the tunnel that leads to their source.</summary>
    /// <param name="header">Their IP header.</param>
    /// <param name="packets">How many.</param>
    /// <param name="octets">Their octets.</param>
    public void Undelivered(ReadOnlySpan<byte> header, int packets, int octets)
    {
        SettleIn();
        if (_tunnels.TryGetOutbound(InnerPacket.SourceOf(header), out EspTunnel tunnel))
        {
            tunnel.CountIn(-packets, -octets);
            tunnel.CountDropsIn(packets);
        }

        _drops.Add(IpsecDropReason.Device, packets);
    }

    /// <summary>Reads no more.</summary>
    public void Dispose() => _tunnels.Readers.Unregister(_reader);

    private void SettleIn()
    {
        if (_in.Tunnel is { } tunnel)
        {
            tunnel.CountIn(_in.Packets, _in.Octets);
            IpsecMetrics.Opened(_in.Packets, _in.Octets);
            if (tunnel.ShouldNoteIn(_endpoint.Now.Ticks))
            {
                _endpoint.Post(tunnel.Session.NoteInbound);
            }

            _in = default;
        }
    }

    private void SettleOut()
    {
        if (_out.Tunnel is { } tunnel)
        {
            tunnel.CountOut(_out.Packets, _out.Octets);
            IpsecMetrics.Sealed(_out.Packets, _out.Octets);
            long now = _endpoint.Now.Ticks;
            tunnel.LastSent = now;
            if (tunnel.ShouldNoteOut(now))
            {
                NoteOutbound(tunnel);
            }

            _out = default;
        }
    }

    // On its own, so that the closure is made once a second and not once a batch; and so below.
    private void NoteOutbound(EspTunnel tunnel) => _endpoint.Post(now =>
    {
        tunnel.Session.NoteOutbound(now);
        MeasurePath(tunnel);
    });

    // RFC 7296 §2.23: the peer behind a NAT is where its last genuine packet came from. A replayed one never gets here; one that was overtaken, or held
    // back, tells where the peer was. With MOBIKE it is asked first whether it is there, since whoever is on the way can change where a packet comes
    // from (RFC 4555 §3.7, §3.8).
    private void Follow(EspPair pair, uint sequence, ReadOnlySpan<byte> from)
    {
        EspTunnel tunnel = pair.Tunnel;
        SocketAddress remote = tunnel.Remote;
        if (!from.SequenceEqual(remote.Buffer.Span[..remote.Size]) && IsNewest(pair, sequence) && tunnel.Session.Ike.IsRemoteBehindNat)
        {
            if (!tunnel.Session.Ike.IsMobikeAgreed)
            {
                Move(tunnel, UdpPort.ToEndPoint(from));
            }
            else if (tunnel.ShouldSuspect(_endpoint.Now.Ticks))
            {
                Tell(tunnel, UdpPort.ToEndPoint(from));
            }
        }

        if (pair.IsNews())
        {
            Use(pair);
        }
    }

    // On its own, so that the closure is made only then; and so below. RFC 7296 §2.8: a peer that sends under a new SA can receive under its other half.
    private void Use(EspPair pair) => _endpoint.Post(_ => pair.Tunnel.Use(pair));

    private static bool IsNewest(EspPair pair, uint sequence) => !pair.IsRetired && (uint)pair.Inbound.Newest == sequence;

    // At once, so that the answer to this very packet finds its way; IKE follows when its loop gets to it, and measures the path. However often a
    // peer moves until then, its loop has one thing more to do.
    private void Move(EspTunnel tunnel, IPEndPoint remote)
    {
        if (tunnel.MoveAhead(remote))
        {
            _endpoint.Post(now => Note(tunnel, tunnel.TakeMove(), now));
        }
    }

    private void Tell(EspTunnel tunnel, IPEndPoint remote) => _endpoint.Post(now => Note(tunnel, remote, now));

    private void Note(EspTunnel tunnel, IPEndPoint remote, TimeSpan now) =>
        tunnel.Session.Ike.NotePath(new IkePath(_port.LocalFor(remote), remote, NatTraversal: true), now);

    // RFC 6040 §4.2: an outer header without ECN leaves the inner one as it is.
    private static bool IsMarked(byte trafficClass) => (trafficClass & 3) != 0;

    private static IpsecDropReason Reason(EspError error) => error switch
    {
        EspError.Length or EspError.ReservedSpi or EspError.Destination => IpsecDropReason.EspMalformed,
        EspError.OtherSpi => IpsecDropReason.EspUnknownSpi,
        EspError.Replay => IpsecDropReason.EspReplay,
        EspError.IntegrityCheck => IpsecDropReason.EspIntegrityCheck,
        _ => IpsecDropReason.EspContent,
    };

    private struct Run
    {
        public EspTunnel? Tunnel;
        public int Packets;
        public long Octets;
    }
}
