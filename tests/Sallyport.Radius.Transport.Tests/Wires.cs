using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>A log that a test reads.</summary>
internal sealed class Lines<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(LogLevel Level, string? Event, string Text)> _lines = new();

    public IEnumerable<(LogLevel Level, string? Event, string Text)> All => _lines;

    public IEnumerable<string> Of(string name) => _lines.Where(l => l.Event == name).Select(l => l.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId.Name, formatter(state, exception)));
}

/// <summary>Packets and sockets for tests of the drivers.</summary>
internal static class Wires
{
    public const string SecretText = "testing123";
    public static readonly RadiusSecret Secret = new(SecretText);
    public static readonly TextKey UserName = new(1);

    public static RadiusPeers Peers(string address = "127.0.0.1", int prefix = 32, bool required = true) =>
        new([new RadiusPeer("nas", IPAddress.Parse(address), prefix, Secret) { MessageAuthenticator = Policy(required) }]);

    public static RadiusMessageAuthenticatorPolicy Policy(bool required) =>
        required ? RadiusMessageAuthenticatorPolicy.Require : RadiusMessageAuthenticatorPolicy.IfPresent;

    /// <summary>Handlers that do the same with every request.</summary>
    public static RadiusHandlers All(RadiusHandler handler) => new() { Access = handler, Accounting = handler, Coa = handler, Disconnect = handler };

    public const RadiusRoles Everything = RadiusRoles.Authentication | RadiusRoles.Accounting | RadiusRoles.DynamicAuthorization;

    public static ValueTask<RadiusResponse> Accept(RadiusRequest request, CancellationToken cancellationToken) =>
        request.CreateReply(RadiusCode.AccessAccept).AsTask();

    public static UdpClient Connect(RadiusServer server, IPAddress? from = null)
    {
        UdpClient socket = new(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        socket.Connect(server.EndPoints[0]);
        return socket;
    }

    public static async Task<byte[]> Receive(UdpClient socket)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        return (await socket.ReceiveAsync(patience.Token)).Buffer;
    }

    public static async Task Eventually(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public static bool HasIPv6()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static byte[] Request(byte identifier, RadiusCode code = RadiusCode.AccessRequest, RadiusSecret? secret = null)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, identifier, new byte[16]);
        writer.Add(UserName, "sadks");
        Assert.True(writer.TryComplete(secret ?? Secret, out int length));
        return buffer[..length];
    }

    public static byte[] Reply(byte[] request, RadiusCode code, RadiusSecret? secret = null) => Write(request, code, secret, (ref RadiusPacketWriter _) => { });

    public static byte[] Write(byte[] request, RadiusCode code, RadiusSecret? secret, RadiusAttributeWriter write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, request[1], request.AsSpan(4, 16));
        write(ref writer);
        Assert.True(writer.TryComplete(secret ?? Secret, out int length));
        return buffer[..length];
    }
}
