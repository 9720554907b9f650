using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>What a proxy tells whoever asked when no server has answered.</summary>
public enum RadiusSilence
{
    /// <summary>Nothing: the device asks another proxy, as RFC 2865 §2.3 has it.</summary>
    Discard,

    /// <summary>Access-Reject to an Access-Request; nothing to anything else.</summary>
    Reject,
}

/// <summary>
/// A handler that forwards requests to other servers (RFC 2865 §2.3): identifier, Request Authenticator and signature are the proxy's own, hidden
/// attributes are hidden anew for each hop, everything else passes octet for octet. The reply gets the Proxy-State of the request it answers.
/// </summary>
/// <param name="client">Asks the servers; more than one of them should be in <see cref="Sallyport.Radius.Client.RadiusBalance.InOrder"/>, so
/// that the requests of an EAP conversation reach the same one.</param>
/// <param name="silence">What becomes of a request that nobody answers.</param>
/// <param name="hidden">The attributes that are hidden; <see cref="RadiusForwarding.Standard"/> where null.</param>
public sealed class RadiusForwarder(RadiusClient client, RadiusSilence silence = RadiusSilence.Discard, IEnumerable<EncryptedKey>? hidden = null) : IRadiusHandler
{
    private readonly RadiusForwarding _forwarding = new(hidden ?? RadiusForwarding.Standard);

    /// <inheritdoc/>
    public async ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RadiusReply? reply = await client.SendInlineAsync(
            request.Packet.Code,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                RadiusPacket packet = request.Packet;
                _forwarding.WriteRequest(ref writer, packet, new RadiusHopSecret(request.Peer.Secret, packet.Authenticator), hop.Secret, RadiusRequest.CreateSalt());
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (reply is null)
        {
            return silence == RadiusSilence.Reject && request.Packet.Code == RadiusCode.AccessRequest ? request.CreateReply(RadiusCode.AccessReject) : RadiusResponse.None;
        }

        return request.CreateReply(reply.Packet.Code, (Forwarder: this, Reply: reply, To: request.Peer.Secret), static (ref RadiusPacketWriter writer, (RadiusForwarder Forwarder, RadiusReply Reply, RadiusSecret To) of) =>
            of.Forwarder._forwarding.WriteReply(
                ref writer, of.Reply.Packet, new RadiusHopSecret(of.Reply.Hop.Secret, of.Reply.RequestAuthenticator), of.To, RadiusRequest.CreateSalt()));
    }
}
