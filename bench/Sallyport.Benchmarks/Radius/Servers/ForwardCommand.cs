using System.CommandLine;
using System.Net;
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
        Command command = new("forward", "Forward everything to one home server.") { port, home, secret, readers };
        command.SetAction(result => Run(result.GetValue(port), result.GetValue(home), result.GetValue(secret)!, result.GetValue(readers)));
        return command;
    }

    private static int Run(int port, int home, string secret, int readers)
    {
        RadiusUpstream upstream = new(new IPEndPoint(IPAddress.Loopback, home), new RadiusSecret(secret));
        RadiusClient client = new(new RadiusClientOptions { Servers = [upstream] });
        RadiusHandler handle = new RadiusForwarder(client).HandleAsync;
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, port), RadiusRoles.Authentication | RadiusRoles.Accounting) { Readers = readers }],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.1", new RadiusSecret(secret))]),
            Limits = new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(5) },
        };
        RadiusServer server = new(options, new RadiusHandlers { Access = handle, Accounting = handle });
        server.Start();
        return ServerLife.Run(server.EndPoints[0].ToString(), () => $"shed {server.Dropped(RadiusDropReason.Overload) + server.SystemDrops}");
    }
}
