using System.Text;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>Makes the answers that a NAS gets, out of the primary's or on the proxy's own account.</summary>
internal static class Answers
{
    // The result of the authentication itself; it reaches the NAS whatever pass_through says.
    private static readonly HashSet<RadiusAttributeId> Result =
    [
        Rfc3579.EapMessage.Id, Rfc2865.UserName.Id, Rfc2865.ReplyMessage.Id, MicrosoftVsa.MsChap2Success.Id, MicrosoftVsa.MsChapDomain.Id, MicrosoftVsa.MsChapError.Id,
        MicrosoftVsa.MsMppeSendKey.Id, MicrosoftVsa.MsMppeRecvKey.Id, MicrosoftVsa.MsMppeEncryptionPolicy.Id, MicrosoftVsa.MsMppeEncryptionTypes.Id,
    ];

    private static readonly RadiusForwarding Forwarding = new(RadiusForwarding.Standard);

    /// <summary>The primary's challenge, unchanged: State and EAP round are between it and the client.</summary>
    public static LoginAnswer Challenge(RadiusRequest request, RadiusReply reply)
    {
        RadiusSecret nasSecret = request.Peer.Secret;
        return new LoginAnswer(RadiusCode.AccessChallenge, (ref RadiusPacketWriter writer) => Forward(ref writer, reply, nasSecret, null));
    }

    /// <summary>The primary's Accept, its keys hidden anew for the NAS.</summary>
    /// <param name="request">The NAS's request.</param>
    /// <param name="reply">The primary's Accept.</param>
    /// <param name="passes">Which attributes besides the result itself pass.</param>
    /// <param name="message">Duo's text for the person, or null.</param>
    public static LoginAnswer Accept(RadiusRequest request, RadiusReply reply, Func<RadiusAttributeId, bool> passes, string? message)
    {
        bool eap = reply.Packet.Contains(Rfc3579.EapMessage.Id);
        RadiusSecret nasSecret = request.Peer.Secret;
        return new LoginAnswer(RadiusCode.AccessAccept, (ref RadiusPacketWriter writer) =>
        {
            // State ends with the conversation.
            Forward(ref writer, reply, nasSecret, id => id != Rfc2865.State.Id && (Result.Contains(id) || passes(id)) && !(eap && id == Rfc2865.ReplyMessage.Id));

            // RFC 3579 §2.6.5: no Reply-Message beside an EAP-Message.
            if (!eap && message is { Length: > 0 })
            {
                writer.Add(Rfc2865.ReplyMessage, Cut(message));
            }
        });
    }

    /// <summary>A Reject, with EAP-Failure where the client speaks EAP, and with a text where it does not.</summary>
    /// <param name="request">The NAS's request.</param>
    /// <param name="message">The text.</param>
    /// <param name="reply">The primary's Reject, whose EAP-Message and MS-CHAP-Error are kept, or null.</param>
    public static LoginAnswer Reject(RadiusRequest request, string message, RadiusReply? reply = null)
    {
        byte[] eap = new byte[4096];
        int eapLength = 0;
        bool speaksEap = request.Packet.TryGet(Rfc3579.EapMessage, eap, out int requestLength);
        byte identifier = speaksEap && requestLength > 1 ? eap[1] : (byte)0;
        bool msChap = request.Packet.Contains(MicrosoftVsa.MsChap2Response.Id);
        byte[] failure = reply is not null && reply.Packet.TryGet(Rfc3579.EapMessage, eap, out eapLength)
            ? eap.AsSpan(0, eapLength).ToArray()
            : EapPacket.Result(EapCode.Failure, identifier);
        byte[] error = reply is not null && reply.Packet.TryGetRaw(MicrosoftVsa.MsChapError.Id, out ReadOnlySpan<byte> told) ? told.ToArray() : [0, .. "E=691 R=0 V=3"u8];
        return new LoginAnswer(RadiusCode.AccessReject, (ref RadiusPacketWriter writer) =>
        {
            if (speaksEap)
            {
                writer.Add(Rfc3579.EapMessage, failure);
                return;
            }

            if (msChap)
            {
                writer.AddRaw(MicrosoftVsa.MsChapError.Id, error);
            }

            writer.Add(Rfc2865.ReplyMessage, Cut(message));
        });
    }

    private static void Forward(ref RadiusPacketWriter writer, RadiusReply reply, RadiusSecret nasSecret, Func<RadiusAttributeId, bool>? passes) => Forwarding.WriteReply(
        ref writer, reply.Packet, new RadiusHopSecret(reply.Hop.Secret, reply.RequestAuthenticator), nasSecret, RadiusRequest.CreateSalt(), passes);

    private static byte[] Cut(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        return octets.Length <= 253 ? octets : octets[..253];
    }
}
