using System.Globalization;
using System.Net;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;

namespace Sallyport.Radius.Server;

/// <summary>
/// What to do with Access-Requests that carry a Proxy-State and no verified Message-Authenticator: the forged replies of CVE-2024-3596 need
/// a Proxy-State to hide their padding in.
/// </summary>
public enum RadiusProxyStateLimit
{
    /// <summary>They are dropped.</summary>
    Yes,

    /// <summary>They are taken: the device is a proxy too old to sign.</summary>
    No,

    /// <summary>
    /// The first Access-Request decides, EAP left aside since that is always signed: a proxy that signs nothing is let off, and named in a
    /// warning; everyone else is limited from then on. Whoever can forge that first packet can choose. Not for a network, whose devices
    /// may differ.
    /// </summary>
    Auto,
}

/// <summary>A network device that may ask, or a network of them (a "client" in most servers' configuration). Never prints the secret.</summary>
public sealed class RadiusPeer
{
    private const int Unknown = 0;
    private const int Limited = 1;
    private const int LetOff = 2;
    private int _learned;
    private TokenBucket? _bucket;

    /// <summary>A device or a network.</summary>
    /// <param name="name">Its name, for logs.</param>
    /// <param name="address">Its address, or the network's first.</param>
    /// <param name="prefixLength">How many bits of the address count: 32 or 128 for one device.</param>
    /// <param name="secret">The shared secret.</param>
    /// <exception cref="ArgumentException">The prefix length does not fit the address.</exception>
    public RadiusPeer(string name, IPAddress address, int prefixLength, RadiusSecret secret)
    {
        Guard.NotNull(name);
        Guard.NotNull(address);
        Guard.NotNull(secret);
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        int bits = Bits(plain);
        if (prefixLength < 0 || prefixLength > bits)
        {
            throw new ArgumentException($"{name}: no address of {bits} bits has a prefix of {prefixLength}", nameof(prefixLength));
        }

        (Name, Address, PrefixLength, Secret) = (name, plain, prefixLength, secret);
        IsNetwork = prefixLength < bits;
    }

    /// <summary>A device or a network.</summary>
    /// <param name="name">Its name, for logs.</param>
    /// <param name="network">An address, or a network such as <c>192.0.2.0/24</c>.</param>
    /// <param name="secret">The shared secret.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public RadiusPeer(string name, string network, RadiusSecret secret)
        : this(name, Parse(name, network, out int prefixLength), prefixLength, secret)
    {
    }

    /// <summary>Its name, for logs.</summary>
    public string Name { get; }

    /// <summary>Its address, or an address of the network.</summary>
    public IPAddress Address { get; }

    /// <summary>How many bits of the address count.</summary>
    public int PrefixLength { get; }

    /// <summary>The shared secret.</summary>
    public RadiusSecret Secret { get; }

    /// <summary>Whether more than one device may have its address.</summary>
    public bool IsNetwork { get; }

    /// <summary>What its requests must carry. Anything but <see cref="RadiusMessageAuthenticatorPolicy.Require"/> leaves logins open to forged replies (CVE-2024-3596).</summary>
    public RadiusMessageAuthenticatorPolicy MessageAuthenticator { get; init; }

    /// <summary>What becomes of its unsigned Access-Requests with Proxy-State.</summary>
    public RadiusProxyStateLimit LimitProxyState { get; init; }

    /// <summary>How many requests it may send, or <see langword="null"/> for any number. A network has one limit for all its devices.</summary>
    public RadiusRateLimit? RateLimit
    {
        get => _bucket?.Limit;
        init => _bucket = value is null ? null : new TokenBucket(value);
    }

    /// <summary>Whether unsigned Access-Requests with Proxy-State are dropped, as far as is known by now.</summary>
    public bool IsProxyStateLimited => LimitProxyState switch
    {
        RadiusProxyStateLimit.Yes => true,
        RadiusProxyStateLimit.No => false,
        _ => Volatile.Read(ref _learned) != LetOff,
    };

    /// <summary>Its name and network, never the secret.</summary>
    public override string ToString() => $"{Name} ({Address}/{PrefixLength.ToString(CultureInfo.InvariantCulture)})";

    internal bool TryTake(TimeSpan now) => _bucket is null || _bucket.TryTake(now);

    /// <summary>Lets an Access-Request without EAP decide, where it is the first.</summary>
    internal void Learn(bool signed, bool proxyState)
    {
        if (LimitProxyState == RadiusProxyStateLimit.Auto && Volatile.Read(ref _learned) == Unknown)
        {
            Interlocked.CompareExchange(ref _learned, proxyState && !signed ? LetOff : Limited, Unknown);
        }
    }

    private static IPAddress Parse(string name, string network, out int prefixLength)
    {
        Guard.NotNull(network);
        string[] parts = network.Split('/');
        prefixLength = -1;
        if (!IPAddress.TryParse(parts[0], out IPAddress? address)
            || parts.Length > 2
            || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefixLength)))
        {
            throw new ArgumentException($"{name}: '{network}' should be an address or a network such as 192.0.2.0/24", nameof(network));
        }

        if (parts.Length == 1)
        {
            prefixLength = Bits(address);
        }

        return address;
    }

    private static int Bits(IPAddress address)
    {
        (ulong high, ulong low) = RadiusRemote.Split(address);
        return RadiusRemote.IsMapped(high, low) ? 32 : 128;
    }
}
