using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Samples.DuoProxy.Proxy;

namespace Sallyport.Samples.Tests.DuoProxy;

public class TableTests
{
    private readonly FakeTimeProvider _time = new();

    private static Fingerprint Key(int n)
    {
        using Fingerprint.Builder builder = new();
        return builder.Add(BitConverter.GetBytes(n)).Finish();
    }

    [Fact]
    public void A_fingerprint_tells_the_same_octets_in_other_parts_apart()
    {
        using Fingerprint.Builder builder = new();

        Fingerprint one = builder.Add([1, 2]).Add([3]).Finish();
        Fingerprint other = builder.Add([1]).Add([2, 3]).Finish();
        Fingerprint again = builder.Add([1, 2]).Add([3]).Finish();

        Assert.NotEqual(one, other);
        Assert.Equal(one, again);
        Assert.NotEqual(builder.Add(IPAddress.Loopback).Finish(), builder.Add(IPAddress.IPv6Loopback).Finish());
    }

    [Fact]
    public async Task Requests_that_are_the_same_share_one_run_and_its_answer()
    {
        LoginTable<string> table = new(_time, TimeSpan.FromSeconds(30), 100);
        TaskCompletionSource<string> push = new();
        int runs = 0;
        Func<Task<string>> login = () =>
        {
            runs++;
            return push.Task;
        };

        Task<string> first = table.JoinOrStart(Key(1), login, out bool firstJoined);
        Task<string> second = table.JoinOrStart(Key(1), login, out bool secondJoined);
        _time.Advance(TimeSpan.FromHours(1));
        Task<string> late = table.JoinOrStart(Key(1), login, out bool lateJoined);
        push.SetResult("accept");

        Assert.Equal((false, true, true), (firstJoined, secondJoined, lateJoined));
        Assert.Equal(["accept", "accept", "accept"], await Task.WhenAll(first, second, late));
        Assert.Equal("accept", await table.JoinOrStart(Key(1), login, out _));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_finished_login_is_forgotten_in_time()
    {
        LoginTable<string> table = new(_time, TimeSpan.FromSeconds(30), 100);
        await table.JoinOrStart(Key(1), () => Task.FromResult("first"), out _);

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("second", await table.JoinOrStart(Key(1), () => Task.FromResult("second"), out bool joined));
        Assert.False(joined);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public async Task Finished_logins_are_bounded_and_a_running_one_is_never_dropped()
    {
        LoginTable<string> table = new(_time, TimeSpan.FromSeconds(30), 10);
        TaskCompletionSource<string> push = new();
        Task<string> pending = table.JoinOrStart(Key(-1), () => push.Task, out _);
        for (int i = 0; i < 100; i++)
        {
            await table.JoinOrStart(Key(i), () => Task.FromResult("x"), out _);
        }

        Assert.InRange(table.Count, 1, 13);
        Task<string> again = table.JoinOrStart(Key(-1), () => Task.FromResult("never"), out bool joined);
        push.SetResult("late");
        Assert.True(joined);
        Assert.Equal(["late", "late"], await Task.WhenAll(pending, again));
    }

    [Fact]
    public async Task A_login_that_broke_off_can_be_tried_again()
    {
        LoginTable<string> table = new(_time, TimeSpan.FromSeconds(30), 10);

        await Assert.ThrowsAsync<IOException>(() => table.JoinOrStart(Key(1), () => Task.FromException<string>(new IOException()), out _));

        Assert.Equal("good", await table.JoinOrStart(Key(1), () => Task.FromResult("good"), out _));
    }
}
