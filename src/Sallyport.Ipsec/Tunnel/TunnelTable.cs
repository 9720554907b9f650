using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>
/// Which tunnel a packet belongs to: inbound by SPI, outbound by the longest match of the inner destination. Reading takes no lock and
/// allocates nothing, and takes the same time for any number of SPIs and of tunnels to single hosts, as a gateway's clients are. Whoever
/// reads does so as a reader of <see cref="Readers"/>: keys of SAs that have left the table are cleared once all readers have moved on.
/// </summary>
internal sealed class TunnelTable
{
    private readonly ConcurrentDictionary<uint, EspPair> _bySpi;
    private readonly ConcurrentDictionary<UInt128, EspTunnel> _hosts;
    private readonly Lock _gate = new();
    private (TrafficFilter.Range Range, EspTunnel Tunnel)[] _networks = [];

    public TunnelTable()
        : this(null, null)
    {
    }

    /// <summary>With comparers of the keys, for whoever wants to count comparisons.</summary>
    internal TunnelTable(IEqualityComparer<uint>? spis, IEqualityComparer<UInt128>? addresses)
    {
        _bySpi = new(spis);
        _hosts = new(addresses);
    }

    /// <summary>Who reads the table.</summary>
    public Quiescence Readers { get; } = new();

    /// <summary>Adds a tunnel. An address that another tunnel had is the new one's from now on: its client has come back.</summary>
    public void Add(EspTunnel tunnel)
    {
        foreach (EspPair pair in tunnel.Pairs)
        {
            _bySpi[pair.Inbound.Spi] = pair;
        }

        lock (_gate)
        {
            foreach (ref readonly TrafficFilter.Range range in tunnel.Filter.Remote)
            {
                if (range.IsHost)
                {
                    _hosts[range.Start] = tunnel;
                }
                else
                {
                    _networks = [.. _networks.Prepend((range, tunnel)).OrderBy(n => n.Item1.End - n.Item1.Start)];
                }
            }
        }
    }

    /// <summary>
    /// Adds a pair of SAs to a tunnel, under which packets are taken in from now on. Sent they are under the one before until
    /// <see cref="EspTunnel.Use"/>, which the first packet that comes in under the new one calls for too: its peer has it.
    /// </summary>
    public EspPair Add(EspTunnel tunnel, IkeChildSa child)
    {
        EspPair pair = tunnel.Add(child);
        _bySpi[pair.Inbound.Spi] = pair;
        return pair;
    }

    /// <summary>Ends a tunnel with all its pairs.</summary>
    public void Remove(EspTunnel tunnel)
    {
        lock (_gate)
        {
            foreach (ref readonly TrafficFilter.Range range in tunnel.Filter.Remote)
            {
                _hosts.TryRemove(new(range.Start, tunnel));
            }

            _networks = [.. _networks.Where(n => n.Tunnel != tunnel)];
        }

        foreach (EspPair pair in tunnel.Pairs)
        {
            Remove(pair);
        }
    }

    /// <summary>Ends a pair: it takes nothing in any more, and its keys are cleared as soon as nobody uses them.</summary>
    public void Remove(EspPair pair)
    {
        _bySpi.TryRemove(new(pair.Inbound.Spi, pair));
        pair.Tunnel.Remove(pair);
        _ = EndAsync(pair);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryGetInbound(uint spi, out EspPair pair) => _bySpi.TryGetValue(spi, out pair!);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryGetOutbound(UInt128 destination, out EspTunnel tunnel)
    {
        if (_hosts.TryGetValue(destination, out tunnel!))
        {
            return true;
        }

        foreach (ref readonly (TrafficFilter.Range Range, EspTunnel Tunnel) network in Volatile.Read(ref _networks).AsSpan())
        {
            if (network.Range.Contains(destination))
            {
                tunnel = network.Tunnel;
                return true;
            }
        }

        return false;
    }

    private async Task EndAsync(EspPair pair)
    {
        await Readers.PassedAsync().ConfigureAwait(false);
        pair.Dispose();
    }
}
