using System.Net;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;

namespace Sallyport.Radius.Server;

/// <summary>A network device that may ask, or a network of them.</summary>
/// <param name="Name">Its name, for logs.</param>
/// <param name="Address">Its address, or the network's first.</param>
/// <param name="PrefixLength">How many bits of the address count: 32 or 128 for one device.</param>
/// <param name="Secret">The shared secret.</param>
/// <param name="RequireMessageAuthenticator">Whether its Access-Requests must carry a Message-Authenticator. Turning it off leaves the device
/// open to forged replies (CVE-2024-3596).</param>
public sealed record RadiusPeer(string Name, IPAddress Address, int PrefixLength, RadiusSecret Secret, bool RequireMessageAuthenticator = true);

/// <summary>The devices that may ask, found by address; the longest prefix wins.</summary>
public sealed class RadiusPeers
{
    private readonly List<(byte[] Address, RadiusPeer Peer)> _peers = [];

    /// <summary>Builds the table.</summary>
    /// <exception cref="ArgumentException">A prefix length does not fit its address.</exception>
    public RadiusPeers(IEnumerable<RadiusPeer> peers)
    {
        Guard.NotNull(peers);
        foreach (RadiusPeer peer in peers)
        {
            byte[] address = Plain(peer.Address);
            if (peer.PrefixLength < 0 || peer.PrefixLength > address.Length * 8)
            {
                throw new ArgumentException($"{peer.Name}: no address of {address.Length * 8} bits has a prefix of {peer.PrefixLength}", nameof(peers));
            }

            _peers.Add((address, peer));
        }

        _peers.Sort((a, b) => b.Peer.PrefixLength.CompareTo(a.Peer.PrefixLength));
    }

    /// <summary>All of them.</summary>
    public IEnumerable<RadiusPeer> All => _peers.Select(p => p.Peer);

    /// <summary>The device with an address, or <see langword="null"/>.</summary>
    public RadiusPeer? Find(IPAddress address)
    {
        Guard.NotNull(address);
        byte[] octets = Plain(address);
        foreach ((byte[] candidate, RadiusPeer peer) in _peers)
        {
            if (candidate.Length == octets.Length && SamePrefix(candidate, octets, peer.PrefixLength))
            {
                return peer;
            }
        }

        return null;
    }

    private static byte[] Plain(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();

    private static bool SamePrefix(byte[] left, byte[] right, int bits)
    {
        int whole = bits / 8;
        int rest = bits % 8;
        return left.AsSpan(0, whole).SequenceEqual(right.AsSpan(0, whole))
            && (rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0);
    }
}
