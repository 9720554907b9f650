using System.CommandLine;
using System.Net;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary><c>serve</c>: the server that is measured, composed of the packages' public API.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<int> port = new("--port") { Description = "Where it listens on 127.0.0.1.", DefaultValueFactory = _ => 1812 };
        Option<string> secret = new("--secret") { Description = "The shared secret.", DefaultValueFactory = _ => "testing123" };
        Option<int> users = new("--users") { Description = "How many people it knows.", DefaultValueFactory = _ => 10_000 };
        Option<int> readers = new("--readers") { Description = "How many sockets and threads read the port; 0 for one a processor." };
        Command command = new("serve", "Serve PAP, CHAP, MS-CHAPv2, EAP MD5-Challenge and accounting for user00000 with pass00000 and so on.") { port, secret, users, readers };
        command.SetAction(result => Run(result.GetValue(port), result.GetValue(secret)!, result.GetValue(users), result.GetValue(readers)));
        return command;
    }

    private static int Run(int port, string secret, int users, int readers)
    {
        LoginHandler handler = new(new BenchUsers(users));
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, port), RadiusRoles.Authentication | RadiusRoles.Accounting) { Readers = readers }],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.1", new RadiusSecret(secret))]),

            // All that a retransmission can ask for within half a second at the highest rate, in 8 MB.
            Limits = new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(5), Requests = 32_768, ReplyBytes = 4 << 20 },
        };
        RadiusHandler handle = (request, _) => handler.Handle(request).AsTask();
        RadiusServer server = new(options, new RadiusHandlers { Access = handle, Accounting = handle });
        server.Start();

        // From here on nothing is allocated: what starting has left behind would stay.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return ServerLife.Run(server.EndPoints[0].ToString(), () => $"shed {server.Dropped(RadiusDropReason.Overload) + server.SystemDrops}");
    }
}
