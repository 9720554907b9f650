using System.Security.Cryptography;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Driver;

/// <summary>Carries the program's answers to the IKE core's events.</summary>
internal static class Decisions
{
    public static void Apply(EapServerRoundEvent round, EapServerAnswer answer, TimeSpan now)
    {
        switch (answer.Kind)
        {
            case EapAnswerKind.Continue:
                round.Request(answer.Packet.Span, now);
                break;
            case EapAnswerKind.Success:
                round.Success(answer.Packet.Span, answer.MasterSessionKey, now);
                CryptographicOperations.ZeroMemory(answer.MasterSessionKey);
                break;
            default:
                round.Failure(answer.Packet.Span, now);
                break;
        }
    }

    /// <summary>EAP-Failure for a round whose answer could not be made (RFC 3748 §4.2): code 4, the identifier of the response.</summary>
    public static EapServerAnswer Failure(EapServerRoundEvent round) =>
        EapServerAnswer.Failure(new byte[] { 4, round.Packet.Length > 1 ? round.Packet.Span[1] : (byte)0, 0, 4 });

    public static void Apply(AuthorizationEvent authorization, AuthorizationAnswer answer, TimeSpan now)
    {
        if (answer.Configuration is null)
        {
            authorization.Refuse(answer.Refusal, now);
        }
        else
        {
            authorization.Grant(answer.Configuration, answer.LocalSelectors, now);
        }
    }

    public static void Apply(PeerCertificateEvent certificate, string? problem, TimeSpan now)
    {
        if (problem is null)
        {
            certificate.Accept(now);
        }
        else
        {
            certificate.Reject(problem, now);
        }
    }

    public static void Apply(EapPeerRoundEvent round, EapPeerAnswer answer, TimeSpan now)
    {
        switch (answer.Kind)
        {
            case EapAnswerKind.Continue:
                round.Respond(answer.Packet.Span, now);
                break;
            case EapAnswerKind.Success:
                round.Complete(answer.MasterSessionKey, now);
                CryptographicOperations.ZeroMemory(answer.MasterSessionKey);
                break;
            default:
                round.Fail(answer.Reason, now);
                break;
        }
    }

    public static IpsecDropReason Map(IkeDropReason reason) => reason switch
    {
        IkeDropReason.Malformed => IpsecDropReason.IkeMalformed,
        IkeDropReason.UnknownSpi => IpsecDropReason.IkeUnknownSpi,
        IkeDropReason.IntegrityCheck => IpsecDropReason.IkeIntegrityCheck,
        IkeDropReason.MessageId => IpsecDropReason.IkeMessageId,
        IkeDropReason.UnexpectedExchange => IpsecDropReason.IkeUnexpectedExchange,
        IkeDropReason.Pending => IpsecDropReason.IkePending,
        IkeDropReason.Overload => IpsecDropReason.IkeOverload,
        IkeDropReason.UnexpectedFragment => IpsecDropReason.IkeUnexpectedFragment,
        IkeDropReason.FragmentLimit => IpsecDropReason.IkeFragmentLimit,
        _ => IpsecDropReason.IkeNotResponder,
    };
}
