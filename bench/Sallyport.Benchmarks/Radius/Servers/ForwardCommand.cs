using System.CommandLine;
using System.Net;
using Sallyport.Benchmarks.Radius.Load;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary><c>forward</c>: the proxy that is measured, composed of the packages' public API.</summary>
internal static class ForwardCommand
{
    public static Command Create()
    {
        Option<int> port = new("--port") { Description = "Where it listens on 127.0.0.1.", DefaultValueFactory = _ => 1812 };
        Option<int> home = new("--home") { Description = "The home server's port on 127.0.0.1.", Required = true };
        Option<string> secret = new("--secret") { Description = "The secret shared with both sides.", DefaultValueFactory = _ => "testing123" };
        Option<int> readers = new("--readers") { Description = "How many sockets and threads read the port; 0 for one a processor." };
        Option<string?> certificate = new("--certificate") { Description = "RADIUS/TLS in front: the certificate, PEM." };
        Option<string?> key = new("--key") { Description = "RADIUS/TLS: its key, PEM." };
        Option<string?> authority = new("--ca") { Description = "RADIUS/TLS: the authority of the clients' certificates, PEM." };
        Command command = new("forward", "Forward everything to one home server over UDP.") { port, home, secret, readers, certificate, key, authority };
        command.SetAction(result => Run(
            result.GetValue(home),
            new RadiusSecret(result.GetValue(secret)!),
            Listener(
                new IPEndPoint(IPAddress.Loopback, result.GetValue(port)), result.GetValue(readers), new RadiusSecret(result.GetValue(secret)!),
                TlsIdentity.Optional(result.GetValue(certificate), result.GetValue(key), result.GetValue(authority)))));
        return command;
    }

    private static RadiusListener Listener(IPEndPoint endPoint, int readers, RadiusSecret secret, TlsIdentity? identity) => identity is null
        ? new RadiusUdpListener(endPoint) { Readers = readers }
        : new RadiusTlsListener(endPoint, new RadiusTlsServerOptions
        {
            Certificate = identity.Certificate,
            TrustAnchors = [identity.Authority],
            Clients = [new RadiusTlsClient("loopback") { Secret = secret }],
        });

    private static int Run(int home, RadiusSecret secret, RadiusListener listener)
    {
        // Nothing here ever blocks, so what has come on a connection may be handled on the thread that was told of it.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(new IPEndPoint(IPAddress.Loopback, home), secret)] });
        RadiusHandler handle = new RadiusForwarder(client).HandleAsync;
        RadiusServerOptions options = new()
        {
            Listeners = [listener],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.1", secret)]),
            Limits = new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(5) },
        };
        RadiusServer server = new(options, new RadiusHandlers { Access = handle });
        server.Start();
        return ServerLife.Run(server.EndPoints[0].ToString(), () => $"shed {server.Dropped(RadiusDropReason.Overload) + server.SystemDrops}");
    }
}
