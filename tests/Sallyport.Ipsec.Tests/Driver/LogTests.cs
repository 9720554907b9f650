using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests.Driver;

public class LogTests
{
    private static readonly IPEndPoint Peer = new(IPAddress.Loopback, 500);

    [Fact]
    public void A_reason_for_drops_is_logged_once_in_an_interval_and_counted_every_time()
    {
        FakeTimeProvider time = new();
        Lines lines = new();
        DropCounter drops = new(lines, time, TimeSpan.FromSeconds(10));
        for (int i = 0; i < 1000; i++)
        {
            drops.Add(IpsecDropReason.EspReplay, Peer);
        }

        drops.Add(IpsecDropReason.EspIntegrityCheck, Peer);
        time.Advance(TimeSpan.FromSeconds(10));
        drops.Add(IpsecDropReason.EspReplay, Peer);

        Assert.Equal(1001, drops[IpsecDropReason.EspReplay]);
        Assert.Equal(
            [
                "Dropped: EspReplay, the last one by 127.0.0.1:500; 1 since the last report, 1 in all",
                "Dropped: EspIntegrityCheck, the last one by 127.0.0.1:500; 1 since the last report, 1 in all",
                "Dropped: EspReplay, the last one by 127.0.0.1:500; 1000 since the last report, 1001 in all",
            ],
            lines.Select(l => l.Text));
    }

    [Fact]
    public async Task Every_message_sent_is_one_line_without_secrets()
    {
        Lines lines = new();
        await using TestGateway gateway = new();
        IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions(), lines);
        await using InsideHost inside = new([new IPNetwork(client.Configuration.Address!, 32)]);
        client.Attach(inside);
        Assert.NotNull(await inside.PingAsync(client.Configuration.Address!, TestGateway.InsideAddress, TimeSpan.FromSeconds(10)));
        string from = $"{client.Endpoint.NatTraversalEndPoint} -> {gateway.Endpoint.NatTraversalEndPoint}: ";
        uint spi = client.Session.OutboundSpi;
        await client.DisposeAsync();

        string[] sent = [.. lines.Where(l => l.Event.Name == "MessageSent" && l.Event.Id == 9000).Select(l => l.Text)];
        Assert.StartsWith($"IKEv2 {client.Endpoint.IkeEndPoint} -> {gateway.Endpoint.IkeEndPoint}: IKE_SA_INIT request 0 {{SA, KE, Nonce", sent[0], StringComparison.Ordinal);
        Assert.Contains($"IKEv2 {from}IKE_AUTH request 2 {{EAP Response/Identity}}", sent);
        Assert.Contains(sent, s => s.StartsWith($"ESP {from}spi 0x{spi:x8} seq 1, ", StringComparison.Ordinal));
        Assert.Contains(sent, s => s.StartsWith($"IKEv2 {from}INFORMATIONAL request ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Text.Contains("open sesame", StringComparison.Ordinal));
    }

    [Fact]
    public void Drops_are_told_to_the_systems_metrics_by_reason()
    {
        ConcurrentBag<(long Count, object? Reason)> seen = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument is { Meter.Name: IpsecMetrics.MeterName, Name: "sallyport.ipsec.drops" })
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => seen.Add((count, tags[0].Value)));
        listener.Start();

        new DropCounter(new Lines(), TimeProvider.System, TimeSpan.Zero).Add(IpsecDropReason.NotSealed, Peer, 1234);

        Assert.Contains((1234, "NotSealed"), seen);
    }
}
