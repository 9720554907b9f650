using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Devices.Linux;

namespace Sallyport.Ipsec.Tests.Devices.Linux;

[SupportedOSPlatform("linux")]
public class UdpSendBatchTests
{
    private static readonly int[] Lengths = [100, 100, 100, 50, 100, 120, 120];

    [SkippableTheory]
    [InlineData(true, 3)]
    [InlineData(false, 7)]
    public void Datagrams_arrive_as_they_were_written_whoever_cuts_them(bool segmenting, int groups)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sendmmsg is Linux's");
        using Socket receiver = Bound();
        using Socket sender = Bound();
        using UdpSendBatch batch = new((int)sender.SafeHandle.DangerousGetHandle(), segmenting);
        Write(batch, receiver);

        // A shorter one ends its group, and a longer one cannot join.
        Assert.Equal(groups, batch.Count);
        Assert.Equal(groups, batch.Send(0));
        Arrives(receiver);

        // What a device that cannot cut is for.
        for (int group = 0; group < groups; group++)
        {
            Assert.Equal(0, batch.SendSingly(group));
        }

        Arrives(receiver);
        batch.Clear();
        batch.StopSegmenting();
        Write(batch, receiver);
        Assert.Equal(Lengths.Length, batch.Count);
    }

    private static void Write(UdpSendBatch batch, Socket receiver)
    {
        SocketAddress to = receiver.LocalEndPoint!.Serialize();
        for (int i = 0; i < Lengths.Length; i++)
        {
            batch.Free[..Lengths[i]].Fill((byte)i);
            if (!batch.TryAppend(Lengths[i]))
            {
                batch.Begin(Lengths[i], to.Buffer.Span[..to.Size], trafficClass: 0, alone: false);
            }
        }
    }

    private static void Arrives(Socket receiver)
    {
        byte[] datagram = new byte[1000];
        for (int i = 0; i < Lengths.Length; i++)
        {
            int length = receiver.Receive(datagram);
            Assert.Equal(Enumerable.Repeat((byte)i, Lengths[i]), datagram[..length]);
        }
    }

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
