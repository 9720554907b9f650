using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Tunnel;

public class TunnelTableTests
{
    private uint _spi = 1000;

    [Fact]
    public void The_narrowest_match_wins()
    {
        TunnelTable table = new();
        EspTunnel everything = Add(table, IkeTrafficSelector.AnyIPv4);
        EspTunnel network = Add(table, IkeTrafficSelector.Network(IPNetwork.Parse("10.1.0.0/16")));
        EspTunnel host = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("10.1.2.3")));

        Assert.Same(host, Find(table, "10.1.2.3"));
        Assert.Same(network, Find(table, "10.1.2.4"));
        Assert.Same(everything, Find(table, "10.2.0.0"));
        Assert.Null(Find(table, "2001:db8::1"));

        table.Remove(host);
        Assert.Same(network, Find(table, "10.1.2.3"));
        table.Remove(network);
        table.Remove(everything);
        Assert.Null(Find(table, "10.1.2.3"));
    }

    [Fact]
    public void A_tunnel_for_all_of_one_version_of_IP_leads_nowhere_in_the_other()
    {
        TunnelTable table = new();
        EspTunnel six = Add(table, IkeTrafficSelector.AnyIPv6);

        // An address of IPv6 that stands for one of IPv4 is not that one.
        EspTunnel mapped = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.Same(six, Find(table, "2001:db8::1"));
        Assert.Null(Find(table, "10.1.2.3"));
        table.Remove(mapped);

        EspTunnel four = Add(table, IkeTrafficSelector.AnyIPv4);
        table.Remove(six);
        Assert.Same(four, Find(table, "10.1.2.3"));
        Assert.Null(Find(table, "2001:db8::1"));
        table.Remove(four);
    }

    [Fact]
    public void A_client_that_has_come_back_keeps_its_address_when_its_old_session_goes()
    {
        TunnelTable table = new();
        EspTunnel old = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1")));
        EspTunnel fresh = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1")));

        table.Remove(old);

        Assert.Same(fresh, Find(table, "192.168.13.1"));
        Assert.False(table.TryGetInbound(old.Current.Inbound.Spi, out _));
        Assert.True(table.TryGetInbound(fresh.Current.Inbound.Spi, out _));
    }

    [Fact]
    public void While_keys_are_exchanged_packets_are_taken_in_under_both_and_sent_under_one()
    {
        TunnelTable table = new();
        EspTunnel tunnel = Add(table, IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1")));
        EspPair first = tunnel.Current;
        EspPair second = table.Add(tunnel, Child(IkeTrafficSelector.Host(IPAddress.Parse("192.168.13.1"))));
        Assert.Equal([true, true], new[] { first, second }.Select(p => table.TryGetInbound(p.Inbound.Spi, out EspPair found) && found == p));
        Assert.Same(first, tunnel.Current);

        Assert.True(second.IsNews());
        Assert.False(second.IsNews());
        tunnel.Use(second);
        Assert.Same(second, tunnel.Current);
        tunnel.Use(first);
        Assert.Same(second, tunnel.Current);

        table.Remove(second);
        Assert.Same(first, tunnel.Current);
        tunnel.Use(second);
        Assert.Same(first, tunnel.Current);
        Assert.False(table.TryGetInbound(second.Inbound.Spi, out _));
        Assert.True(tunnel.TrySeal(Packets.Echo("192.168.13.1", "192.168.11.10"), new byte[200], out _));
        table.Remove(tunnel);
        Assert.False(tunnel.TrySeal(Packets.Echo("192.168.13.1", "192.168.11.10"), new byte[200], out _));
        Assert.Empty(tunnel.Pairs);
    }

    [Fact]
    public async Task Keys_are_cleared_only_once_every_reader_that_may_hold_them_has_moved_on()
    {
        FakeTimeProvider time = new();
        Quiescence readers = new(time);
        Quiescence.Reader early = readers.Register();
        Quiescence.Reader idle = readers.Register();
        Assert.True(readers.PassedAsync().IsCompletedSuccessfully);

        early.Enter();
        Task passed = readers.PassedAsync();
        idle.Enter();
        for (int look = 0; look < 100; look++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.False(passed.IsCompleted);
        }

        // Who came later is not waited for, and neither is the next batch of who was there.
        early.Leave();
        early.Enter();
        await Eventually.IsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return passed.IsCompletedSuccessfully;
        });
        idle.Leave();
        readers.Unregister(early);
        Assert.True(readers.PassedAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public void Finding_takes_as_many_comparisons_among_ten_thousand_as_among_a_hundred()
    {
        Assert.InRange(Comparisons(10_000), 1, 2.5);
        Assert.InRange(Comparisons(100), 1, 2.5);
    }

    private static double Comparisons(int tunnels)
    {
        Counting<uint> spis = new();
        Counting<UInt128> addresses = new();
        TunnelTable table = new(spis, addresses);
        Random random = new(tunnels);
        EspTunnel[] all = new EspTunnel[tunnels];
        for (int i = 0; i < tunnels; i++)
        {
            IkeTrafficSelector host = IkeTrafficSelector.Host(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]));
            IkeChildSa child = new((uint)random.Next(256, int.MaxValue), 1000, new IkeChildSuite(EncryptionAlgorithm.AesGcm16, 128), new byte[20], new byte[20], [IkeTrafficSelector.AnyIPv4], [host]);
            all[i] = new EspTunnel(null!, child, new IPEndPoint(IPAddress.Loopback, 4500), new EspPairOptions(64, AesGcmProvider.Platform));
            table.Add(all[i]);
        }

        spis.Count = addresses.Count = 0;
        foreach (EspTunnel tunnel in all)
        {
            Assert.True(table.TryGetInbound(tunnel.Current.Inbound.Spi, out EspPair pair) && pair == tunnel.Current);
            Assert.True(table.TryGetOutbound(tunnel.Filter.Remote[0].Start, out EspTunnel found) && found == tunnel);
        }

        double comparisons = Math.Max(spis.Count, addresses.Count) / (double)tunnels;
        foreach (EspTunnel tunnel in all)
        {
            table.Remove(tunnel);
        }

        return comparisons;
    }

    private sealed class Counting<T> : IEqualityComparer<T>
    {
        public int Count { get; set; }

        public bool Equals(T? x, T? y)
        {
            Count++;
            return EqualityComparer<T>.Default.Equals(x, y);
        }

        public int GetHashCode(T obj) => EqualityComparer<T>.Default.GetHashCode(obj!);
    }

    private EspTunnel Add(TunnelTable table, IkeTrafficSelector remote)
    {
        EspTunnel tunnel = new(null!, Child(remote), new IPEndPoint(IPAddress.Loopback, 4500), new EspPairOptions(64));
        table.Add(tunnel);
        return tunnel;
    }

    private IkeChildSa Child(IkeTrafficSelector remote) => new(++_spi, ++_spi, new IkeChildSuite(EncryptionAlgorithm.AesGcm16, 128), new byte[20], new byte[20], [IkeTrafficSelector.AnyIPv4], [remote]);

    private static EspTunnel? Find(TunnelTable table, string address) =>
        table.TryGetOutbound(InnerPacket.Address(IPAddress.Parse(address).GetAddressBytes()), out EspTunnel tunnel) ? tunnel : null;
}
