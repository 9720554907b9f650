using Microsoft.Extensions.Logging;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>What every way of forwarding works with.</summary>
/// <param name="Endpoint">Whose packets they are.</param>
/// <param name="Port">The port that IKE and ESP share.</param>
/// <param name="Tunnels">Where packets belong.</param>
/// <param name="Drops">Where drops are counted.</param>
/// <param name="Logger">Where logs go.</param>
internal sealed record ForwardingParts(IpsecEndpoint Endpoint, UdpPort Port, TunnelTable Tunnels, DropCounter Drops, ILogger Logger);
