using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sallyport.Samples.DuoCloud.Logins;
using Sallyport.Samples.DuoCloud.Tls;

namespace Sallyport.Samples.DuoCloud;

/// <summary>The running simulator, for those who started it in their own process.</summary>
public sealed class DuoCloudService(IServer server, CloudCertificates certificates, LoginDesk desk)
{
    /// <summary>The addresses served, with the ports really bound.</summary>
    public IReadOnlyList<Uri> Urls =>
    [
        .. (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(a => new UriBuilder(a) is { Host: "0.0.0.0" or "[::]" } any
            ? new UriBuilder(any.Uri) { Host = "localhost" }.Uri
            : new Uri(a)),
    ];

    /// <summary>The certificate that clients have to trust.</summary>
    public X509Certificate2 Authority => certificates.Authority;

    /// <summary>How many logins were begun: one for each auth call that was not refused. A retransmission that reaches Duo as a second push counts twice.</summary>
    public int AuthTransactions => desk.Begun;

    /// <summary>The pushes that wait for the phone page, oldest first.</summary>
    public IReadOnlyList<CloudLogin> AwaitingPhone => desk.AwaitingPhone;

    /// <summary>Ends at the next change of <see cref="AwaitingPhone"/>.</summary>
    public Task PhoneChanged => desk.Changed;

    /// <summary>Answers a push as the phone page does.</summary>
    /// <returns>Whether it was still waiting for an answer.</returns>
    public bool Answer(string pushId, bool approve) => desk.Answer(pushId, approve);
}
