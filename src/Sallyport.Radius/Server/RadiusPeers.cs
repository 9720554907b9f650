using System.Net;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Server;

/// <summary>
/// The devices that may ask, found by address; the longest prefix wins. A lookup costs one hash table for each length of prefix in use,
/// however many devices there are, and allocates nothing. It never changes and may be used from several threads.
/// </summary>
public sealed class RadiusPeers
{
    private readonly Prefixes[] _ipv4;
    private readonly Prefixes[] _ipv6;
    private readonly RadiusPeer[] _all;

    /// <summary>Builds the table.</summary>
    /// <exception cref="ArgumentException">Two have the same network, one has no secret, or one of a network is to be learnt about by its first packet.</exception>
    public RadiusPeers(IEnumerable<RadiusPeer> peers)
    {
        Guard.NotNull(peers);
        _all = peers.ToArray();
        SortedDictionary<int, Prefixes> ipv4 = [];
        SortedDictionary<int, Prefixes> ipv6 = [];
        foreach (RadiusPeer peer in _all)
        {
            if (peer is { IsNetwork: true, LimitProxyState: RadiusProxyStateLimit.Auto })
            {
                throw new ArgumentException($"{peer}: the first packet of one device says nothing of a network's others; its Proxy-State limit should be Yes or No", nameof(peers));
            }

            if (peer.Secret.IsNone)
            {
                throw new ArgumentException($"{peer} has no secret, which would let in whoever has its address; RADIUS/1.1 is for TLS connections, whose peers are known by certificate", nameof(peers));
            }

            // An IPv4 prefix is one of 96 bits more, of the address that it maps to; the longest come first.
            (ulong high, ulong low) = RadiusRemote.Split(peer.Address);
            bool isIPv4 = RadiusRemote.IsMapped(high, low);
            int bits = peer.PrefixLength + (isIPv4 ? 96 : 0);
            SortedDictionary<int, Prefixes> family = isIPv4 ? ipv4 : ipv6;
            if (!family.TryGetValue(-bits, out Prefixes? prefixes))
            {
                family.Add(-bits, prefixes = new Prefixes(bits));
            }

            if (prefixes.Find(high, low) is { } other)
            {
                throw new ArgumentException($"{other} and {peer} have the same addresses; one of them should go", nameof(peers));
            }

            prefixes.Add(high, low, peer);
        }

        _ipv4 = ipv4.Values.ToArray();
        _ipv6 = ipv6.Values.ToArray();
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<RadiusPeer> All => _all;

    /// <summary>The device with an address, or <see langword="null"/>.</summary>
    public RadiusPeer? Find(IPAddress address)
    {
        Guard.NotNull(address);
        (ulong high, ulong low) = RadiusRemote.Split(address);
        return Find(high, low);
    }

    /// <summary>The device that sends from an address, or <see langword="null"/>.</summary>
    public RadiusPeer? Find(in RadiusRemote remote) => Find(remote.High, remote.Low);

    private RadiusPeer? Find(ulong high, ulong low)
    {
        foreach (Prefixes prefixes in RadiusRemote.IsMapped(high, low) ? _ipv4 : _ipv6)
        {
            if (prefixes.Find(high, low) is { } peer)
            {
                return peer;
            }
        }

        return null;
    }

    // The networks whose prefixes are equally long.
    private sealed class Prefixes(int bits)
    {
        private readonly Dictionary<Network, RadiusPeer> _peers = [];
        private readonly ulong _highMask = Mask(bits);
        private readonly ulong _lowMask = Mask(bits - 64);

        public RadiusPeer? Find(ulong high, ulong low) => _peers.TryGetValue(new Network(high & _highMask, low & _lowMask), out RadiusPeer? peer) ? peer : null;

        public void Add(ulong high, ulong low, RadiusPeer peer) => _peers.Add(new Network(high & _highMask, low & _lowMask), peer);

        private static ulong Mask(int bits) => bits <= 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - bits);
    }

    private readonly struct Network(ulong high, ulong low) : IEquatable<Network>
    {
        private readonly ulong _high = high;
        private readonly ulong _low = low;

        public bool Equals(Network other) => _low == other._low && _high == other._high;

        public override bool Equals(object? obj) => obj is Network other && Equals(other);

        public override int GetHashCode()
        {
            ulong mixed = (_high ^ (_low * 0x9E37_79B9_7F4A_7C15)) * 0xC2B2_AE3D_27D4_EB4F;
            return (int)(mixed >> 32);
        }
    }
}
