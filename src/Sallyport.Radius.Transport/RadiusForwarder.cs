using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport.Links;
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
/// <remarks>
/// With several servers a request that has the State of one goes to that one alone, however servers are chosen. Where it is silent nobody else
/// can go on for it: to another server the State means nothing, so that the request ends as <paramref name="silence"/> has it, and the
/// device begins anew, with a server that answers. A State that is not known here, or not any more, goes where any request goes.
/// </remarks>
/// <param name="client">Asks the servers.</param>
/// <param name="silence">What becomes of a request that nobody answers.</param>
/// <param name="hidden">The attributes that are hidden; <see cref="RadiusForwarding.Standard"/> where null.</param>
/// <param name="conversations">Which server a State is of; one of the forwarder's own where null.</param>
public sealed class RadiusForwarder(
    RadiusClient client, RadiusSilence silence = RadiusSilence.Discard, IEnumerable<EncryptedKey>? hidden = null, RadiusConversations? conversations = null) : IRadiusHandler
{
    private static readonly OctetsKey EapMessage = new(79);
    private readonly RadiusForwarding _forwarding = new(hidden ?? RadiusForwarding.Standard);

    // With one server there is no other that a State could be of.
    private readonly RadiusConversations? _conversations = client.Servers.Count > 1 ? conversations ?? new RadiusConversations() : null;

    /// <inheritdoc/>
    public async ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RadiusReply? reply = await client.SendInlineAsync(
            new ForwardedRequest(_forwarding, request), _conversations?.Find(request) is { } server ? new RadiusSendOptions { Server = server } : null, cancellationToken).ConfigureAwait(false);
        if (reply is null)
        {
            return silence == RadiusSilence.Reject && request.Packet.Code == RadiusCode.AccessRequest ? request.CreateReply(RadiusCode.AccessReject, request, Refuse) : RadiusResponse.None;
        }

        _conversations?.Remember(request, reply);
        return request.CreateReply(reply.Packet.Code, (Forwarder: this, Reply: reply, To: request.Peer.Secret), static (ref RadiusPacketWriter writer, (RadiusForwarder Forwarder, RadiusReply Reply, RadiusSecret To) of) =>
            of.Forwarder._forwarding.WriteReply(
                ref writer, of.Reply.Packet, new RadiusHopSecret(of.Reply.Hop.Secret, of.Reply.RequestAuthenticator), of.To, RadiusRequest.CreateSalt()));
    }

    // RFC 3579 §2.6.3: a device passes on what EAP packet it is given; without EAP-Failure the person waits for a round that never comes.
    private static void Refuse(ref RadiusPacketWriter writer, RadiusRequest request)
    {
        const byte Failure = 4;
        if (request.Packet.TryGetRaw(EapMessage.Id, out ReadOnlySpan<byte> eap) && eap.Length > 1)
        {
            writer.Add(EapMessage, [Failure, eap[1], 0, 4]);
        }
    }

    private sealed class ForwardedRequest(RadiusForwarding forwarding, RadiusRequest request) : LinkRequest(request.Packet.Code)
    {
        protected override void Write(ref RadiusPacketWriter writer, RadiusHop hop)
        {
            RadiusPacket packet = request.Packet;
            forwarding.WriteRequest(ref writer, packet, new RadiusHopSecret(request.Peer.Secret, packet.Authenticator), hop.Secret, RadiusRequest.CreateSalt());
        }
    }
}
