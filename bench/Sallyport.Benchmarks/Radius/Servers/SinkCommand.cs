using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Servers;

/// <summary>
/// <c>sink</c>: accepts everything that is genuine, on one thread, without users, duplicates or log: what stands behind a proxy under
/// measurement, and what a server could cost at least.
/// </summary>
internal static class SinkCommand
{
    public static Command Create()
    {
        Option<int> port = new("--port") { Description = "Where it listens on 127.0.0.1.", DefaultValueFactory = _ => 1812 };
        Option<string> secret = new("--secret") { Description = "The shared secret.", DefaultValueFactory = _ => "testing123" };
        Command command = new("sink", "Accept everything that is genuine: the server behind a proxy under measurement.") { port, secret };
        command.SetAction(result => Run(result.GetValue(port), result.GetValue(secret)!));
        return command;
    }

    private static int Run(int port, string secret)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, SendBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        long answered = 0;
        new Thread(() => Serve(socket, new RadiusSecret(secret), ref answered)) { IsBackground = true }.Start();
        return ServerLife.Run(socket.LocalEndPoint!.ToString()!, () => $"answered {Interlocked.Read(ref answered)}");
    }

    private static void Serve(Socket socket, RadiusSecret secret, ref long answered)
    {
        byte[] received = new byte[RadiusPacket.LargestSize + 1];
        byte[] reply = new byte[RadiusPacket.LargestSize];
        SocketAddress remote = new(AddressFamily.InterNetwork);
        while (true)
        {
            int length = socket.ReceiveFrom(received, SocketFlags.None, remote);
            if (Answer(received.AsSpan(0, length), secret, reply) is var size and > 0)
            {
                socket.SendTo(reply.AsSpan(0, size), SocketFlags.None, remote);
                answered++;
            }
        }
    }

    private static int Answer(ReadOnlySpan<byte> datagram, RadiusSecret secret, Span<byte> reply)
    {
        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _)
            || RadiusAuthenticators.VerifyRequest(packet, secret, RadiusMessageAuthenticatorPolicy.Require) != RadiusVerification.Genuine)
        {
            return 0;
        }

        RadiusPacketWriter writer = new(reply, packet.Code == RadiusCode.AccountingRequest ? RadiusCode.AccountingResponse : RadiusCode.AccessAccept, packet.Identifier, packet.Authenticator);
        foreach (ReadOnlySpan<byte> state in packet.GetAll(Rfc2865.ProxyState))
        {
            writer.Add(Rfc2865.ProxyState, state);
        }

        return writer.TryComplete(secret, out int length) ? length : 0;
    }
}
