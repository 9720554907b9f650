using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary><c>forward</c>: the proxy that is measured, composed of the packages' public API.</summary>
internal static class ForwardCommand
{
    public static Command Create()
    {
        Option<int> port = new("--port") { Description = "Where it listens on 127.0.0.1.", DefaultValueFactory = _ => 1812 };
        Option<int> home = new("--home") { Description = "The home server's port on 127.0.0.1.", Required = true };
        Option<string> secret = new("--secret") { Description = "The secret shared with both sides.", DefaultValueFactory = _ => "testing123" };
        Command command = new("forward", "Forward everything to one home server.") { port, home, secret };
        command.SetAction(result => Run(result.GetValue(port), result.GetValue(home), result.GetValue(secret)!));
        return command;
    }

    private static int Run(int port, int home, string secret)
    {
        RadiusUpstream upstream = new(new IPEndPoint(IPAddress.Loopback, home), new RadiusSecret(secret));
        RadiusClient client = new(new RadiusClientOptions { Servers = [upstream] });
        RadiusHandler handle = (request, cancellation) => HandleAsync(client, request, cancellation);
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, port), RadiusRoles.Authentication | RadiusRoles.Accounting)],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.1", new RadiusSecret(secret))]),
            Limits = new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(5) },
        };
        RadiusServer server = new(options, new RadiusHandlers { Access = handle, Accounting = handle });
        server.Start();
        return ServerLife.Run(server.EndPoints[0].ToString(), () => $"shed {server.Dropped(RadiusDropReason.Overload) + server.SystemDrops}");
    }

    private static async ValueTask<RadiusResponse> HandleAsync(RadiusClient client, RadiusRequest request, CancellationToken cancellation)
    {
        RadiusReply? reply = await client.SendAsync(request.Packet.Code, (ref RadiusPacketWriter writer, RadiusHop hop) =>
        {
            RadiusPacket packet = request.Packet;
            Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
            foreach (RadiusRawItem item in packet.Attributes)
            {
                if (item.Type == Rfc2865.UserPassword.Id.Type)
                {
                    packet.TryDecrypt(Rfc2865.UserPassword, request.Peer.Secret, packet.Authenticator, password, out int length);
                    writer.Add(Rfc2865.UserPassword, password[..length], hop.Secret);
                }
                else if (item.Type != 80)
                {
                    writer.Add(item);
                }
            }

            writer.Add(Rfc2865.ProxyState, (ReadOnlySpan<byte>)[1, 2, 3, 4]);
            CryptographicOperations.ZeroMemory(password);
        }, cancellationToken: cancellation).ConfigureAwait(false);
        if (reply is null)
        {
            return RadiusResponse.None;
        }

        return request.CreateReply(reply.Packet.Code, reply, static (ref RadiusPacketWriter writer, RadiusReply r) =>
        {
            foreach (RadiusRawItem item in r.Packet.Attributes)
            {
                if (item.Type != 80 && item.Type != Rfc2865.ProxyState.Id.Type)
                {
                    writer.Add(item);
                }
            }
        });
    }
}
