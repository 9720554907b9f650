using System.Net;
using Sallyport.Samples.Headend.Addresses;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Tests.Headend;

public class AddressPoolTests
{
    private static AddressPool Pool(params string[] ranges) =>
        new(RouterConfiguration.Parse(string.Concat(ranges.Select(r => $"ip local pool P {r}\n")), "router.cfg").Pools["P"]);

    [Fact]
    public void Ten_addresses_serve_ten_sessions_and_not_eleven()
    {
        AddressPool pool = Pool("192.168.13.1 192.168.13.10");

        List<IPAddress?> leases = [.. Enumerable.Range(0, 11).Select(_ => pool.Lease())];

        Assert.Equal(10, pool.Size);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => IPAddress.Parse($"192.168.13.{i}")), leases.Take(10));
        Assert.Null(leases[10]);
        Assert.Equal(10, pool.Leased);
    }

    [Fact]
    public void An_address_given_back_is_leased_again_last()
    {
        AddressPool pool = Pool("10.0.0.1 10.0.0.2", "10.0.1.9");
        IPAddress first = pool.Lease()!;
        pool.Release(first);

        Assert.Equal("10.0.0.2", pool.Lease()!.ToString());
        Assert.Equal("10.0.1.9", pool.Lease()!.ToString());
        Assert.Equal("10.0.0.1", pool.Lease()!.ToString());
        Assert.Null(pool.Lease());
    }

    [Fact]
    public void An_address_given_by_name_is_not_leased_twice()
    {
        AddressPool pool = Pool("10.0.0.1 10.0.0.2");

        Assert.True(pool.TryLease(IPAddress.Parse("10.0.0.1")));
        Assert.False(pool.TryLease(IPAddress.Parse("10.0.0.1")));
        Assert.Equal("10.0.0.2", pool.Lease()!.ToString());
        Assert.Null(pool.Lease());
        pool.Release(IPAddress.Parse("10.0.0.1"));
        pool.Release(IPAddress.Parse("10.0.0.1"));
        Assert.Equal("10.0.0.1", pool.Lease()!.ToString());
        Assert.Null(pool.Lease());
    }

    [Fact]
    public void The_last_address_of_all_is_in_reach()
    {
        AddressPool pool = Pool("255.255.255.254 255.255.255.255");

        Assert.Equal("255.255.255.254", pool.Lease()!.ToString());
        Assert.Equal("255.255.255.255", pool.Lease()!.ToString());
        Assert.Null(pool.Lease());
    }
}
