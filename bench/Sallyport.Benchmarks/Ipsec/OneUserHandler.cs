using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Ikev2.Session;
using Sallyport.Ipsec;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary>A gateway's decisions where there is one user, who gets one address.</summary>
internal sealed class OneUserHandler(string user, EapPassword password, IPAddress address) : IIpsecGatewayHandler
{
    private readonly ConcurrentDictionary<IpsecSession, EapAuthenticator> _logins = new();

    public ValueTask<EapServerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        EapAuthenticator eap = _logins.GetOrAdd(session, _ => new EapAuthenticator(new EapAuthenticatorOptions { Random = RandomNumberGenerator.Fill, Methods = MethodsOf }));
        byte[] next = new byte[1020];
        int length;
        EapAuthenticatorOutcome outcome = packet.IsEmpty ? eap.Start(next, out length) : eap.Handle(packet.Span, next, out length);
        ReadOnlyMemory<byte> answer = next.AsMemory(0, length);
        return ValueTask.FromResult(outcome switch
        {
            EapAuthenticatorOutcome.Success => EapServerAnswer.Success(answer, eap.MasterSessionKey),
            EapAuthenticatorOutcome.Request => EapServerAnswer.Request(answer),
            _ => EapServerAnswer.Failure(answer),
        });
    }

    public ValueTask<AuthorizationAnswer> OnAuthorizeAsync(IpsecSession session, AuthorizationRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AuthorizationAnswer.Grant(new IkeConfiguration { Address = address, Netmask = IPAddress.Broadcast }, [IkeTrafficSelector.AnyIPv4]));

    public void OnClosed(IpsecSession session, IkeCloseReason reason, string detail) => _logins.TryRemove(session, out _);

    private List<KeyValuePair<EapMethodType, Func<IEapServerMethod>>> MethodsOf(string identity) =>
        [new(EapMethodType.Md5Challenge, () => new Md5ChallengeMethod(identity == user ? password : null, RandomNumberGenerator.Fill))];
}
