using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>A primary's answer, and which of its hosts gave it.</summary>
internal sealed record PrimaryReply(RadiusReply Reply, int Host);

/// <summary>
/// The hosts of one [radius_client], asked in order. The request is made anew: identifier, authenticator and signature are the proxy's own,
/// the password is hidden with the primary's secret, and what the NAS says of the login is kept.
/// </summary>
internal sealed class PrimaryServers(RadiusClientSection section, RadiusUdpClient client, ProxyCounters counters, ILogger logger)
{
    private readonly RadiusRetransmission _retransmission = new(section.RetryWait, 1 + section.Retries);

    /// <summary>The secret shared with every host.</summary>
    public RadiusSecret Secret { get; } = new(section.Secret);

    /// <summary>The hosts in words.</summary>
    public string Hosts => string.Join(", ", section.Hosts.Select(h => $"{h.Value.Host}:{h.Value.Port}"));

    /// <summary>Asks about a request.</summary>
    /// <param name="request">The NAS's request.</param>
    /// <param name="tag">Its place in the log.</param>
    /// <param name="host">The host that a conversation is bound to, or null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PrimaryReply?> AskAsync(RadiusRequest request, RequestTag tag, int? host, CancellationToken cancellationToken)
    {
        for (int i = host ?? 0; i < (host + 1 ?? section.Hosts.Count); i++)
        {
            IPEndPoint? endPoint = await ResolveAsync(section.Hosts[i].Value, cancellationToken);
            string name = endPoint is null ? LogText.Quoted(section.Hosts[i].Value.Host) : LogText.Endpoint(endPoint);
            RadiusReply? reply = endPoint is null ? null : await AskAsync(request, tag, endPoint, name, cancellationToken);
            if (reply is not null)
            {
                return new PrimaryReply(reply, i);
            }

            logger.PrimarySilent(tag, name);
        }

        return null;
    }

    private async Task<RadiusReply?> AskAsync(RadiusRequest request, RequestTag tag, IPEndPoint endPoint, string name, CancellationToken cancellationToken)
    {
        IPAddress own = section.NasAddress ?? LocalAddress(endPoint);
        counters.CountPrimaryRequest();
        RadiusReply? reply = await client.SendAsync(
            new RadiusUpstream(endPoint, Secret) { Retransmission = _retransmission, RequireMessageAuthenticator = section.RequireMessageAuthenticator },
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer) => Write(ref writer, request, own),
            (_, identifier) => logger.PrimaryRequest(LogText.Quoted(tag.User), name, identifier),
            cancellationToken);
        if (reply is not null)
        {
            logger.PrimaryResponse(reply.Packet.Identifier, name, (byte)reply.Packet.Code);
        }

        return reply;
    }

    private void Write(ref RadiusPacketWriter writer, RadiusRequest request, IPAddress own)
    {
        RadiusPacket packet = request.Packet;
        if (own.AddressFamily == AddressFamily.InterNetwork)
        {
            writer.Add(Rfc2865.NasIpAddress, own);
        }

        foreach (RadiusRawItem item in packet.Attributes)
        {
            RadiusAttributeId id = new(0, item.Type);
            if (id != Rfc2865.NasIpAddress.Id && id != Rfc2865.UserPassword.Id && id != Rfc2865.ProxyState.Id)
            {
                writer.Add(item);
            }
        }

        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        if (packet.TryDecrypt(Rfc2865.UserPassword, request.Peer.Secret, packet.Authenticator, password, out int length))
        {
            writer.Add(Rfc2865.UserPassword, password[..length], Secret);
            password.Clear();
        }

        // RFC 2865 §5.3: without CHAP-Challenge the authenticator is the challenge, and the authenticator changes here.
        if (packet.Contains(Rfc2865.ChapPassword.Id) && !packet.Contains(Rfc2865.ChapChallenge.Id))
        {
            writer.Add(Rfc2865.ChapChallenge, packet.Authenticator);
        }
    }

    private static async Task<IPEndPoint?> ResolveAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Host, out IPAddress? address))
        {
            return new IPEndPoint(address, host.Port);
        }

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
            return found.Length > 0 ? new IPEndPoint(found[0], host.Port) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static IPAddress LocalAddress(IPEndPoint remote)
    {
        // Connecting a UDP socket sends nothing; it only asks the routing table.
        using Socket probe = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(remote);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.IPv6None;
        }
    }
}
