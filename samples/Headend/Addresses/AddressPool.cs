using System.Net;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend.Addresses;

/// <summary>Leases the addresses of an <c>ip local pool</c>, one to a session, the longest unused first. Safe for concurrent use.</summary>
public sealed class AddressPool
{
    private readonly Lock _gate = new();
    private readonly Queue<uint> _free = new();
    private readonly HashSet<uint> _leased = [];
    private readonly List<(uint First, uint Last)> _ranges;
    private int _range;
    private uint _next;

    /// <summary>Creates the pool with every address free.</summary>
    public AddressPool(LocalPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        Name = pool.Name;
        _ranges = [.. pool.Ranges.Select(r => (IosValues.ToUInt32(r.First), IosValues.ToUInt32(r.Last)))];
        _next = _ranges[0].First;
        Size = _ranges.Sum(r => (long)r.Last - r.First + 1);
    }

    /// <summary>The pool's name.</summary>
    public string Name { get; }

    /// <summary>How many addresses it has.</summary>
    public long Size { get; }

    /// <summary>How many of them are in use.</summary>
    public int Leased
    {
        get
        {
            lock (_gate)
            {
                return _leased.Count;
            }
        }
    }

    /// <summary>The networks that together are the pool, for routes.</summary>
    public IEnumerable<IPNetwork> Networks
    {
        get
        {
            foreach ((uint first, uint last) in _ranges)
            {
                for (ulong next = first; next <= last;)
                {
                    int bits = next == 0 ? 32 : System.Numerics.BitOperations.TrailingZeroCount((uint)next);
                    while (next + (1UL << bits) - 1 > last)
                    {
                        bits--;
                    }

                    yield return new IPNetwork(IosValues.FromUInt32((uint)next), 32 - bits);
                    next += 1UL << bits;
                }
            }
        }
    }

    /// <summary>Leases an address, or <see langword="null"/> where all are in use.</summary>
    public IPAddress? Lease()
    {
        lock (_gate)
        {
            while (TryNext(out uint candidate))
            {
                if (_leased.Add(candidate))
                {
                    return IosValues.FromUInt32(candidate);
                }
            }

            return null;
        }
    }

    /// <summary>Leases one address in particular, in the pool or not, such as one that the RADIUS server gave the user.</summary>
    /// <returns>Whether it was free.</returns>
    public bool TryLease(IPAddress address)
    {
        lock (_gate)
        {
            return _leased.Add(IosValues.ToUInt32(address));
        }
    }

    /// <summary>Gives an address back.</summary>
    public void Release(IPAddress address)
    {
        uint value = IosValues.ToUInt32(address);
        lock (_gate)
        {
            if (_leased.Remove(value) && _ranges.Any(r => value >= r.First && value <= r.Last))
            {
                _free.Enqueue(value);
            }
        }
    }

    // Fresh addresses come first, so that one just given back rests as long as possible.
    private bool TryNext(out uint candidate)
    {
        while (_range < _ranges.Count)
        {
            (uint _, uint last) = _ranges[_range];
            candidate = _next;
            if (candidate >= last)
            {
                _range++;
                _next = _range < _ranges.Count ? _ranges[_range].First : 0;
            }
            else
            {
                _next++;
            }

            return true;
        }

        return _free.TryDequeue(out candidate);
    }
}
