using Sallyport.Ikev2.Crypto;

namespace Sallyport.Ikev2.Session;

/// <summary>
/// How long a Child SA is used (RFC 7296 §2.8). New keys are asked for between three quarters and nine tenths of any limit, at random so that
/// both sides seldom ask at once; the session ends where the time runs out and no new keys could be had.
/// </summary>
/// <param name="Time">How long.</param>
/// <param name="Packets">How many packets it carries, in either direction; 0 sets no limit.</param>
/// <param name="Octets">How many inner octets it carries, in either direction; 0 sets no limit.</param>
public sealed record IkeChildLifetime(TimeSpan Time, long Packets = 0, long Octets = 0)
{
    /// <summary>An hour, and four thousand million packets, since a sequence number has 32 bits (RFC 4303 §2.2).</summary>
    public static IkeChildLifetime Default { get; } = new(TimeSpan.FromHours(1), 4_000_000_000);

    /// <summary>When to try again where the peer refuses new keys: after about a fiftieth of the time, from one second to thirty.</summary>
    internal static TimeSpan Retry(TimeSpan lifetime, IkeRandom random) => TimeSpan.FromSeconds(Math.Clamp(lifetime.TotalSeconds / 50, 1, 30)) * Part(random);

    /// <summary>The part of a limit after which new keys are asked for.</summary>
    internal static double Part(IkeRandom random)
    {
        Span<byte> octet = stackalloc byte[1];
        random(octet);
        return 0.75 + (0.15 * octet[0] / byte.MaxValue);
    }
}

/// <summary>What both roles keep to once a session is established.</summary>
/// <param name="IkeOffers">What may protect IKE SAs.</param>
/// <param name="EspOffers">What may protect ESP.</param>
/// <param name="Retransmission">When unanswered requests are sent again.</param>
/// <param name="ChildLifetime">When Child SAs get new keys of our own accord.</param>
/// <param name="IkeLifetime">When the IKE SA does.</param>
/// <param name="Fragmentation">How long messages are cut, where the peer agrees.</param>
/// <param name="Mobike">How addresses may change, or <see langword="null"/> where not by MOBIKE.</param>
internal sealed record IkeSessionPolicy(
    IReadOnlyList<IkeOffer> IkeOffers, IReadOnlyList<EspOffer> EspOffers, IkeRetransmission Retransmission, IkeChildLifetime? ChildLifetime, TimeSpan? IkeLifetime,
    IkeFragmentation? Fragmentation, MobikeOptions? Mobike);
