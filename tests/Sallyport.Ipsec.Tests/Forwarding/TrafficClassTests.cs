using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>DSCP and ECN through a tunnel (RFC 4301 §5.1.2.1, RFC 6040): what stands in packets that the kernel sends and receives.</summary>
[SupportedOSPlatform("linux")]
public class TrafficClassTests
{
    private const int Expedited = 46 << 2;
    private const int Ect0 = 2;
    private const int Ce = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [SkippableTheory]
    [InlineData(IpsecDataPath.Offload, false)]
    [InlineData(IpsecDataPath.Offload, true)]
    [InlineData(IpsecDataPath.Plain, false)]
    [InlineData(IpsecDataPath.Plain, true)]
    public void Marks_go_outside_with_each_packet_and_congestion_comes_back_inside(IpsecDataPath receiver, bool v6)
    {
        using TunLab lab = new(new(receiver), meddling: true, v6: v6);
        using Listener listener = new(lab);
        ConcurrentBag<int> outside = [];
        lab.Wire!.Meddle = packet =>
        {
            if (IsEsp(packet))
            {
                outside.Add(TrafficClass(packet));
                Mark(packet, onlyCapable: true);
            }

            return [packet];
        };
        int[] sent = [0, Expedited | Ect0, Ect0, Expedited, 1, Ce];
        foreach (int trafficClass in sent.SelectMany(c => Enumerable.Repeat(c, 20)))
        {
            listener.Send(trafficClass);
        }

        Assert.Equal(sent.SelectMany(c => Enumerable.Repeat((c & 3) is 1 or 2 ? c | Ce : c, 20)), listener.Receive(20 * sent.Length));
        Assert.Equal(sent.Order(), outside.Distinct().Order());
        Assert.Equal(0, lab.Drops(IpsecDropReason.Congestion));
    }

    /// <summary>RFC 6040 §4.1, compatibility mode: where marks go outside with no packet, no router has anything to mark, and drops as ever.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_packet_at_a_time_nothing_goes_outside_that_could_be_marked_and_what_is_inside_stays(bool v6)
    {
        using TunLab lab = new(client: new(IpsecDataPath.Plain), meddling: true, v6: v6);
        using Listener listener = new(lab);
        ConcurrentBag<int> outside = [];
        lab.Wire!.Meddle = packet =>
        {
            if (IsEsp(packet))
            {
                outside.Add(TrafficClass(packet));
                Mark(packet, onlyCapable: true);
            }

            return [packet];
        };
        int[] sent = [0, Expedited | Ect0, Ect0, Expedited, 1, Ce];
        foreach (int trafficClass in sent)
        {
            listener.Send(trafficClass);
        }

        Assert.Equal(sent, listener.Receive(sent.Length));
        Assert.Equal([0], outside.Distinct());
    }

    [SkippableFact]
    public void A_packet_that_met_congestion_and_cannot_tell_its_transport_is_dropped()
    {
        using TunLab lab = new(meddling: true);
        using Listener listener = new(lab);
        lab.Wire!.Meddle = packet =>
        {
            if (IsEsp(packet) && TrafficClass(packet) == Expedited)
            {
                Mark(packet, onlyCapable: false);
            }

            return [packet];
        };
        listener.Send(Expedited);
        listener.Send(0);

        Assert.Equal([0], listener.Receive(1));
        Eventually.Is(() => lab.Gateway.Endpoint.Dropped(IpsecDropReason.Congestion) == 1, lab);
    }

    private static bool IsEsp(byte[] packet)
    {
        int header = packet[0] >> 4 == 4 ? 20 : 40;
        return packet.Length > header + 12 && packet[packet[0] >> 4 == 4 ? 9 : 6] == 17 && packet.AsSpan(header + 8, 4).ContainsAnyExcept((byte)0);
    }

    private static int TrafficClass(byte[] packet) => packet[0] >> 4 == 4 ? packet[1] : ((packet[0] << 4) | (packet[1] >> 4)) & 0xFF;

    // As a router does that is about to drop packets (RFC 3168 §5).
    private static void Mark(byte[] packet, bool onlyCapable)
    {
        if (onlyCapable && (TrafficClass(packet) & 3) == 0)
        {
            return;
        }

        if (packet[0] >> 4 == 6)
        {
            packet[1] |= Ce << 4;
            return;
        }

        packet[1] |= Ce;
        (packet[10], packet[11]) = (0, 0);
        ushort checksum = Packets.Sum(packet.AsSpan(0, 20));
        (packet[10], packet[11]) = ((byte)(checksum >> 8), (byte)checksum);
    }

    /// <summary>A sender at the client, and at the gateway a socket that sees the IP headers of what comes out of the tunnel.</summary>
    private sealed class Listener : IDisposable
    {
        private const int Size = 100;
        private readonly Socket _raw;
        private readonly Socket _receiver;
        private readonly Socket _sender;

        public Listener(TunLab lab)
        {
            _receiver = lab.GatewayNetwork.Do(() => Bound(TunLab.GatewayInside));
            _sender = lab.ClientNetwork.Do(() => Bound(TunLab.ClientInside));
            _raw = lab.GatewayNetwork.Do(() =>
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
                socket.Bind(new IPEndPoint(TunLab.GatewayInside, 0));
                return socket;
            });
        }

        public void Send(int trafficClass)
        {
            _sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, trafficClass);
            _sender.SendTo(new byte[Size], _receiver.LocalEndPoint!);
        }

        public List<int> Receive(int count)
        {
            List<int> received = [];
            byte[] packet = new byte[65535];
            while (received.Count < count)
            {
                // Several in one, where the kernel has not cut them yet.
                int datagrams = (_raw.Receive(packet) - 28) / Size;
                received.AddRange(Enumerable.Repeat(TrafficClass(packet), datagrams));
            }

            return received;
        }

        public void Dispose()
        {
            _raw.Dispose();
            _receiver.Dispose();
            _sender.Dispose();
        }

        private static Socket Bound(IPAddress address)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return socket;
        }
    }
}
