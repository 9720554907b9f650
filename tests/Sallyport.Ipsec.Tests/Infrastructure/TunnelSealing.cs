using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>Makes packets as a tunnel's peer does.</summary>
internal static class TunnelSealing
{
    /// <summary>Seals under the current pair; not once the tunnel has ended.</summary>
    public static bool TrySeal(this EspTunnel tunnel, ReadOnlySpan<byte> inner, Span<byte> packet, out int length)
    {
        length = 0;
        return tunnel.TryGetCurrent(out EspPair pair) && pair.Outbound.TrySeal(inner, packet, out length);
    }
}
