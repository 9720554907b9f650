using System.Net;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Ipsec.Tests.Devices;

public class InsideHostTests
{
    private static readonly IPNetwork Inside = IPNetwork.Parse("192.168.11.0/24");
    private static readonly CancellationToken Soon = new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(1372)]
    public async Task An_echo_request_to_an_address_inside_comes_back_as_its_reply(int size)
    {
        await using InsideHost host = new([Inside]);
        byte[] request = Packets.Echo("192.168.13.1", "192.168.11.10", size: size);

        Assert.True(host.TryWrite(request));
        byte[] reply = await ReadAsync(host);

        Assert.Equal(request.Length, reply.Length);
        Assert.Equal(0, Packets.Sum(reply.AsSpan(0, 20)));
        Assert.Equal(0, Packets.Sum(reply.AsSpan(20)));
        Assert.Equal(request[12..16], reply[16..20]);
        Assert.Equal(request[16..20], reply[12..16]);
        Assert.Equal(0, reply[20]);
        Assert.Equal(request[24..], reply[24..]);
        Assert.Equal(1, host.Answered);
    }

    [Fact]
    public async Task An_address_outside_its_networks_gets_no_answer()
    {
        await using InsideHost host = new([Inside]);

        Assert.False(host.TryWrite(Packets.Echo("192.168.13.1", "192.168.12.10")));
        Assert.Equal((0, 1), (host.Answered, host.Dropped));
    }

    [Fact]
    public async Task Every_truncation_and_every_flipped_bit_is_dropped()
    {
        await using InsideHost host = new([IPNetwork.Parse("0.0.0.0/0")], capacity: 4096);
        byte[] request = Packets.Echo("192.168.13.1", "192.168.11.10", size: 8);
        for (int length = 0; length < request.Length; length++)
        {
            Assert.False(host.TryWrite(request.AsSpan(0, length)));
        }

        for (int bit = 0; bit < request.Length * 8; bit++)
        {
            byte[] damaged = (byte[])request.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(host.TryWrite(damaged), $"bit {bit}");
        }
    }

    [Fact]
    public async Task A_full_queue_drops_instead_of_growing()
    {
        await using InsideHost host = new([Inside], capacity: 2);
        byte[] request = Packets.Echo("192.168.13.1", "192.168.11.10");

        Assert.True(host.TryWrite(request));
        Assert.True(host.TryWrite(request));
        Assert.False(host.TryWrite(request));
    }

    [Fact]
    public async Task A_ping_is_answered_by_the_host_at_the_other_end()
    {
        await using InsideHost near = new([IPNetwork.Parse("192.168.13.1/32")]);
        await using InsideHost far = new([Inside]);
        Task<TimeSpan?> ping = near.PingAsync(IPAddress.Parse("192.168.13.1"), IPAddress.Parse("192.168.11.10"), TimeSpan.FromSeconds(10));

        Assert.True(far.TryWrite(await ReadAsync(near)));
        Assert.True(near.TryWrite(await ReadAsync(far)));

        Assert.NotNull(await ping);
    }

    [Fact]
    public async Task A_ping_is_never_longer_than_the_network_carries()
    {
        await using InsideHost near = new([IPNetwork.Parse("192.168.13.1/32")], mtu: 68);
        await using InsideHost far = new([Inside], mtu: 68);
        Task<TimeSpan?> ping = near.PingAsync(IPAddress.Parse("192.168.13.1"), IPAddress.Parse("192.168.11.10"), TimeSpan.FromSeconds(10));

        Assert.True(far.TryWrite(await ReadAsync(near)));
        Assert.True(near.TryWrite(await ReadAsync(far)));

        Assert.NotNull(await ping);
    }

    [Fact]
    public async Task A_ping_without_answer_ends_in_time_and_an_answer_nobody_asked_for_is_dropped()
    {
        await using InsideHost host = new([]);

        Assert.Null(await host.PingAsync(IPAddress.Parse("192.168.13.1"), IPAddress.Parse("192.168.11.10"), TimeSpan.FromMilliseconds(20)));
        Assert.False(host.TryWrite(Packets.Echo("192.168.11.10", "192.168.13.1", type: 0)));
    }

    [Fact]
    public async Task Reading_ends_with_zero_once_the_host_is_gone()
    {
        InsideHost host = new([Inside]);
        ValueTask<int> read = host.ReadAsync(new byte[host.Mtu], Soon);
        await host.DisposeAsync();

        Assert.Equal(0, await read);
    }

    private static async Task<byte[]> ReadAsync(InsideHost host)
    {
        byte[] buffer = new byte[host.Mtu];
        int length = await host.ReadAsync(buffer, Soon);
        return buffer[..length];
    }
}
