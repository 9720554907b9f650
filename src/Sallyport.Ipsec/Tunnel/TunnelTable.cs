using System.Collections.Concurrent;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>
/// Which tunnel a packet belongs to: inbound by SPI, outbound by the longest match of the inner destination. Reading takes no lock and
/// allocates nothing; a gateway's clients have one address each, so that finding them does not depend on their number.
/// </summary>
internal sealed class TunnelTable
{
    private readonly ConcurrentDictionary<uint, EspTunnel> _bySpi = new();
    private readonly ConcurrentDictionary<UInt128, EspTunnel> _hosts = new();
    private readonly Lock _gate = new();
    private (UInt128 Start, UInt128 End, EspTunnel Tunnel)[] _networks = [];

    /// <summary>Adds a tunnel. An address that another tunnel had is the new one's from now on: its client has come back.</summary>
    public void Add(EspTunnel tunnel)
    {
        _bySpi[tunnel.InboundSpi] = tunnel;
        lock (_gate)
        {
            foreach (ref readonly TrafficFilter.Range range in tunnel.Filter.Remote)
            {
                if (range.Start == range.End)
                {
                    _hosts[range.Start] = tunnel;
                }
                else
                {
                    _networks = [.. _networks.Prepend((range.Start, range.End, tunnel)).OrderBy(n => n.Item2 - n.Item1)];
                }
            }
        }
    }

    public void Remove(EspTunnel tunnel)
    {
        _bySpi.TryRemove(new(tunnel.InboundSpi, tunnel));
        lock (_gate)
        {
            foreach (ref readonly TrafficFilter.Range range in tunnel.Filter.Remote)
            {
                _hosts.TryRemove(new(range.Start, tunnel));
            }

            _networks = [.. _networks.Where(n => n.Tunnel != tunnel)];
        }
    }

    public bool TryGetInbound(uint spi, out EspTunnel tunnel) => _bySpi.TryGetValue(spi, out tunnel!);

    public bool TryGetOutbound(UInt128 destination, out EspTunnel tunnel)
    {
        if (_hosts.TryGetValue(destination, out tunnel!))
        {
            return true;
        }

        foreach ((UInt128 start, UInt128 end, EspTunnel candidate) in Volatile.Read(ref _networks))
        {
            if (destination >= start && destination <= end)
            {
                tunnel = candidate;
                return true;
            }
        }

        return false;
    }
}
