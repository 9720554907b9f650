using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>
/// The hosts of one [radius_client], asked in order. The request is made anew: identifier, authenticator and signature are the proxy's own,
/// the password is hidden with the primary's secret, and what the NAS says of the login is kept.
/// </summary>
internal sealed class PrimaryServers : IAsyncDisposable
{
    private static readonly RadiusForwarding Forwarding = new(RadiusForwarding.Standard);
    private readonly RadiusClientSection _section;
    private readonly ProxyCounters _counters;
    private readonly ILogger _logger;
    private readonly RadiusClient _client;

    public PrimaryServers(RadiusClientSection section, ProxyCounters counters, ILogger logger, ILogger<RadiusClient> clientLogger, TimeProvider time)
    {
        (_section, _counters, _logger) = (section, counters, logger);
        RadiusSecret secret = new(section.Secret);
        RadiusClientOptions options = new()
        {
            Servers =
            [
                .. section.Hosts.Select(h => new RadiusUpstream(EndPoint(h.Value), secret)
                {
                    Retransmission = RadiusRetransmission.Every(section.RetryWait, 1 + section.Retries),
                    RequireMessageAuthenticator = section.RequireMessageAuthenticator,
                }),
            ],
        };
        _client = new RadiusClient(options, clientLogger, time);
    }

    /// <summary>The hosts in words.</summary>
    public string Hosts => string.Join(", ", _client.Servers);

    /// <summary>Asks about a request.</summary>
    /// <param name="request">The NAS's request.</param>
    /// <param name="tag">Its place in the log.</param>
    /// <param name="host">The host that a conversation is bound to, or null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RadiusReply?> AskAsync(RadiusRequest request, RequestTag tag, RadiusUpstream? host, CancellationToken cancellationToken)
    {
        RadiusReply? reply = await _client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                _counters.CountPrimaryRequest();
                _logger.PrimaryRequest(LogText.Quoted(tag.User), LogText.Endpoint(hop.Remote), hop.Identifier);
                Write(ref writer, request, hop);
            },
            new RadiusSendOptions { Server = host, OnSilent = server => _logger.PrimarySilent(tag, Name(server)) },
            cancellationToken);
        if (reply is not null)
        {
            _logger.PrimaryResponse(reply.Packet.Identifier, LogText.Endpoint(reply.Hop.Remote), (byte)reply.Packet.Code);
        }

        return reply;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Write(ref RadiusPacketWriter writer, RadiusRequest request, RadiusHop hop)
    {
        RadiusPacket packet = request.Packet;
        IPAddress own = _section.NasAddress ?? hop.Local.Address;
        if (own.AddressFamily == AddressFamily.InterNetwork)
        {
            writer.Add(Rfc2865.NasIpAddress, own);
        }

        Forwarding.WriteRequest(
            ref writer, packet, new RadiusHopSecret(request.Peer.Secret, packet.Authenticator), hop.Secret, RadiusRequest.CreateSalt(), [Rfc2865.NasIpAddress.Id.OuterType]);
    }

    private static string Name(RadiusUpstream server) => server.EndPoint is IPEndPoint address ? LogText.Endpoint(address) : LogText.Quoted(((DnsEndPoint)server.EndPoint).Host);

    private static EndPoint EndPoint(DnsEndPoint host) => IPAddress.TryParse(host.Host, out IPAddress? address) ? new IPEndPoint(address, host.Port) : host;
}
