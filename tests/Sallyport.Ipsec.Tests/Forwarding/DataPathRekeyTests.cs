using System.Net.Sockets;
using System.Runtime.Versioning;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Forwarding;

/// <summary>New keys while the kernel's TCP sends both ways as fast as it can, and by suites whose packets are built otherwise than AES-GCM's.</summary>
[SupportedOSPlatform("linux")]
public class DataPathRekeyTests
{
    public static TheoryData<EncryptionAlgorithm, int, IntegrityAlgorithm, bool> Suites => new()
    {
        { EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None, false },
        { EncryptionAlgorithm.ChaCha20Poly1305, 256, IntegrityAlgorithm.None, true },
        { EncryptionAlgorithm.AesCbc, 256, IntegrityAlgorithm.HmacSha512Trunc256, false },
    };

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public void New_keys_under_full_load_lose_no_packet(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity, bool extended)
    {
        TunLabSide side = new(EspOffers: [new EspOffer(new IkeCipher(cipher, bits), integrity, extended)]);
        using TunLab lab = new(side, side);
        IpsecSession gateway = Assert.Single(lab.Gateway.Endpoint.Sessions);
        IpsecSession client = lab.Client.Session;
        HashSet<uint> spis = [];
        (Socket up, Socket down) = lab.Connect();
        using (up)
        using (down)
        {
            using CancellationTokenSource enough = new();
            Task[] busy = [.. new[] { up, down }.SelectMany(s => (Task[])[Task.Run(() => Send(s, enough.Token)), Task.Run(() => Receive(s))])];
            for (int i = 0; i < 12; i++)
            {
                uint before = client.InboundSpi;
                long carried = gateway.Counts.OctetsIn;
                long next = 0;
                Eventually.Is(
                    () =>
                    {
                        if (client.InboundSpi == before && Environment.TickCount64 >= next)
                        {
                            // Asked again where the other side was still busy with the keys before.
                            (i % 2 == 0 ? client : gateway).RekeyChild();
                            next = Environment.TickCount64 + 200;
                        }

                        return client.InboundSpi != before && gateway.Counts.OctetsIn > carried + Transfer.Megabyte;
                    },
                    lab);
                spis.Add(client.InboundSpi);
            }

            enough.Cancel();
            Task.WaitAll(busy, TimeSpan.FromSeconds(20));
        }

        Assert.Equal(12, spis.Count);
        Assert.True(gateway.Counts.OctetsIn > 1 << 20 && client.Counts.OctetsIn > 1 << 20, $"{gateway.Counts} {client.Counts}");
        foreach (IpsecEndpoint endpoint in (IpsecEndpoint[])[lab.Gateway.Endpoint, lab.Client.Endpoint])
        {
            Assert.Equal("", string.Join(", ", Enum.GetValues<IpsecDropReason>().Where(r => r.ToString().StartsWith("Esp", StringComparison.Ordinal) || r == IpsecDropReason.NotSealed)
                .Where(r => endpoint.Dropped(r) > 0).Select(r => $"{r} {endpoint.Dropped(r)}")));
        }
    }

    private static void Send(Socket socket, CancellationToken enough)
    {
        byte[] buffer = new byte[65536];
        while (!enough.IsCancellationRequested)
        {
            socket.Send(buffer);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static void Receive(Socket socket)
    {
        byte[] buffer = new byte[65536];
        socket.ReceiveTimeout = 20_000;
        while (socket.Receive(buffer) > 0)
        {
        }
    }
}
