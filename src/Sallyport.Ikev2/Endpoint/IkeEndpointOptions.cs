using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Endpoint;

/// <summary>How an endpoint behaves.</summary>
public sealed class IkeEndpointOptions
{
    /// <summary>The gateway role; without it requests of strangers are dropped.</summary>
    public IkeResponderOptions? Responder { get; init; }

    /// <summary>Whether NAT detection claims a NAT, so that ESP always runs in UDP. Needed where ESP is not sent as an IP protocol of its own.</summary>
    public bool ForceUdpEncapsulation { get; init; } = true;

    /// <summary>Where random octets come from.</summary>
    public IkeRandom Random { get; init; } = RandomNumberGenerator.Fill;
}
