using System.Security.Cryptography;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public void Both_sides_agree()
    {
        // <snippet>
        using EapPassword password = EapPassword.FromText("open sesame");
        EapPeer peer = new(new EapPeerOptions { Identity = "alice", Password = password, Random = RandomNumberGenerator.Fill });
        EapAuthenticator authenticator = new(new EapAuthenticatorOptions
        {
            Random = RandomNumberGenerator.Fill,
            Methods = identity =>
            [
                new(EapMethodType.MsChapV2, () => new MsChapV2ServerMethod(identity == "alice" ? password : null, RandomNumberGenerator.Fill)),
            ],
        });

        // Requests go one way and responses the other, over whatever carries them.
        byte[] request = new byte[1020];    // No method here needs more than the least MTU that EAP counts on (RFC 3748 §3.1).
        byte[] response = new byte[1020];
        EapAuthenticatorOutcome outcome = authenticator.Start(request, out int length);
        while (outcome == EapAuthenticatorOutcome.Request
            && peer.Handle(request.AsSpan(0, length), response, out int responseLength) == EapPeerOutcome.Respond)
        {
            outcome = authenticator.Handle(response.AsSpan(0, responseLength), request, out length);
        }

        EapPeerOutcome result = peer.Handle(request.AsSpan(0, length), response, out _);
        Console.WriteLine($"{authenticator.Identity}: {outcome}, and the peer says {result}");
        // </snippet>
        Assert.Equal((EapAuthenticatorOutcome.Success, EapPeerOutcome.Success), (outcome, result));
    }
}
