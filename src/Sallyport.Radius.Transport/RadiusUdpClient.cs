using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>A server to ask.</summary>
/// <param name="EndPoint">Its address and port.</param>
/// <param name="Secret">The shared secret.</param>
public sealed record RadiusUpstream(IPEndPoint EndPoint, RadiusSecret Secret)
{
    /// <summary>When an unanswered request is sent again.</summary>
    public RadiusRetransmission Retransmission { get; init; } = RadiusRetransmission.Default;

    /// <summary>Whether replies to Access-Requests must carry a Message-Authenticator. Turning it off leaves logins open to forged replies (CVE-2024-3596).</summary>
    public bool RequireMessageAuthenticator { get; init; } = true;
}

/// <summary>A genuine reply.</summary>
/// <param name="Octets">The reply.</param>
/// <param name="RequestOctets">The request that it answers, whose authenticator hidden attributes are revealed with.</param>
public sealed record RadiusReply(ReadOnlyMemory<byte> Octets, ReadOnlyMemory<byte> RequestOctets)
{
    /// <summary>The reply.</summary>
    public RadiusPacket Packet => RadiusPacket.TryParse(Octets.Span, out RadiusPacket packet, out _) ? packet : default;

    /// <summary>The request's authenticator, 16 octets.</summary>
    public ReadOnlySpan<byte> RequestAuthenticator => RequestOctets.Span.Slice(4, RadiusAuthenticators.Size);
}

/// <summary>
/// A RADIUS client over UDP. A source port has 256 identifiers; once they are all in use another port is opened, so that any number of
/// requests can be under way. Only genuine replies count; what else arrives is dropped and counted. Safe for concurrent use.
/// </summary>
public sealed class RadiusUdpClient : IAsyncDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private readonly ConcurrentDictionary<IPEndPoint, List<Port>> _ports = new();
    private readonly ConcurrentDictionary<IPEndPoint, bool> _warned = new();
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly int _mostPorts;
    private readonly RadiusDropLog _drops;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private bool _disposed;

    /// <summary>Creates a client.</summary>
    /// <param name="logger">Where it logs.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="mostPorts">How many source ports it opens to one server; each carries 256 requests at once.</param>
    public RadiusUdpClient(ILogger<RadiusUdpClient>? logger = null, TimeProvider? timeProvider = null, int mostPorts = 64)
    {
        _logger = logger ?? NullLogger<RadiusUdpClient>.Instance;
        _time = timeProvider ?? TimeProvider.System;
        _started = _time.GetTimestamp();
        _mostPorts = mostPorts;
        _stopping = _stop.Token;
        _drops = new RadiusDropLog(_logger, _time, RadiusMetrics.ClientDrops, TimeSpan.FromMinutes(1));
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long Dropped(RadiusDropReason reason) => _drops.Total(reason);

    /// <summary>Asks a server.</summary>
    /// <param name="upstream">The server.</param>
    /// <param name="code">The request's code.</param>
    /// <param name="write">Adds the request's attributes.</param>
    /// <param name="onSending">Told the source address and the identifier just before the request is first sent; for logs.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <returns>The reply, or <see langword="null"/> where none came in all tries.</returns>
    /// <exception cref="InvalidOperationException">The attributes do not fit a packet, or too many requests are under way.</exception>
    /// <exception cref="OperationCanceledException">The caller gave the request up, or the client was disposed of.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of before.</exception>
    public async Task<RadiusReply?> SendAsync(
        RadiusUpstream upstream, RadiusCode code, RadiusAttributeWriter write, Action<IPEndPoint, byte>? onSending = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(write);
        cancellationToken.ThrowIfCancellationRequested();
        if (!upstream.RequireMessageAuthenticator && _warned.TryAdd(upstream.EndPoint, true))
        {
            RadiusLog.MessageAuthenticatorNotRequired(_logger, upstream.EndPoint.ToString());
        }

        TaskCompletionSource<RadiusReply?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (Port port, RadiusExchange exchange) = Begin(upstream, code, write, done);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.Register(() => done.TrySetCanceled(cancellationToken));
            onSending?.Invoke(port.Local, exchange.Identifier);
            await SendAsync(port, exchange).ConfigureAwait(false);
            while (true)
            {
                try
                {
                    return await done.Task.WaitAsync(Wait(exchange), _time, _stopping).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    await TickAsync(port).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            // However it ended, nobody waits any more: the identifier is free. Where it was answered or timed out, it already is.
            lock (_gate)
            {
                port.Core.Cancel(exchange);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Port[] ports;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            ports = [.. _ports.Values.SelectMany(p => p)];
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (Port port in ports)
        {
            port.Socket.Dispose();
            await port.Loop.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    // A timer may fire a little before its time; then there is a little left to wait, not another whole interval.
    private TimeSpan Wait(RadiusExchange exchange)
    {
        lock (_gate)
        {
            TimeSpan left = exchange.Deadline - Now;
            return left > ShortestWait ? left : ShortestWait;
        }
    }

    private (Port Port, RadiusExchange Exchange) Begin(RadiusUpstream upstream, RadiusCode code, RadiusAttributeWriter write, TaskCompletionSource<RadiusReply?> done)
    {
        int Build(byte identifier, Span<byte> buffer)
        {
            Span<byte> authenticator = stackalloc byte[RadiusAuthenticators.Size];
            RandomNumberGenerator.Fill(authenticator);
            RadiusPacketWriter writer = new(buffer, code, identifier, authenticator);
            write(ref writer);
            return writer.TryComplete(upstream.Secret, out int length) ? length : 0;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            List<Port> ports = _ports.GetOrAdd(upstream.EndPoint, _ => []);
            Port? port = ports.Find(p => !p.Core.IsFull);
            if (port is null)
            {
                if (ports.Count >= _mostPorts)
                {
                    throw new InvalidOperationException($"{ports.Count * 256} requests are under way to {upstream.EndPoint}");
                }

                ports.Add(port = Open(upstream.EndPoint));
            }

            return (port, port.Core.TryBegin(Build, upstream.Secret, upstream.Retransmission, upstream.RequireMessageAuthenticator, Now, done)!);
        }
    }

    private Port Open(IPEndPoint remote)
    {
        Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Connect(remote);
        Port port = new(socket, remote);
        port.Loop = Task.Run(() => ReceiveAsync(port));
        return port;
    }

    private async Task ReceiveAsync(Port port)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize + 1];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                int length = await port.Socket.ReceiveAsync(buffer, SocketFlags.None, _stopping).ConfigureAwait(false);
                Handle(port, buffer.AsSpan(0, length));
            }
            catch (SocketException e)
            {
                // Such as "port unreachable": the server may come up before the last try.
                RadiusLog.SocketError(_logger, e.SocketErrorCode);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Handle(Port port, ReadOnlySpan<byte> datagram)
    {
        RadiusExchange? exchange;
        RadiusReplyDrop drop;
        lock (_gate)
        {
            exchange = port.Core.Handle(datagram, out drop);
        }

        if (exchange?.Tag is TaskCompletionSource<RadiusReply?> done)
        {
            done.TrySetResult(new RadiusReply(exchange.Reply, exchange.Request));
        }
        else
        {
            _drops.Add(port.Remote.Address, drop switch
            {
                RadiusReplyDrop.Malformed => RadiusDropReason.Malformed,
                RadiusReplyDrop.Code => RadiusDropReason.UnexpectedCode,
                RadiusReplyDrop.Authenticator => RadiusDropReason.Authenticator,
                RadiusReplyDrop.MessageAuthenticator => RadiusDropReason.MessageAuthenticator,
                _ => RadiusDropReason.UnexpectedReply,
            });
        }
    }

    private async Task TickAsync(Port port)
    {
        List<RadiusExchange> resend = [];
        List<RadiusExchange> timedOut = [];
        lock (_gate)
        {
            port.Core.HandleTimeout(Now, resend, timedOut);
        }

        foreach (RadiusExchange exchange in timedOut)
        {
            ((TaskCompletionSource<RadiusReply?>)exchange.Tag!).TrySetResult(null);
        }

        foreach (RadiusExchange exchange in resend)
        {
            await SendAsync(port, exchange).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(Port port, RadiusExchange exchange)
    {
        try
        {
            RadiusMetrics.ClientRequests.Add(1);
            if (_logger.IsEnabled(LogLevel.Debug) && RadiusPacket.TryParse(exchange.Request.Span, out RadiusPacket packet, out _))
            {
                RadiusLog.MessageSent(_logger, "RADIUS", port.Local, port.Remote, RadiusDescribe.Packet(packet) + (exchange.Sent > 1 ? " again" : ""));
            }

            await port.Socket.SendAsync(exchange.Request, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A try that cannot be sent is a try that is not answered.
            SocketError error = e is SocketException socketError ? socketError.SocketErrorCode : SocketError.Shutdown;
            RadiusLog.SocketError(_logger, error);
        }
    }

    private sealed class Port(Socket socket, IPEndPoint remote)
    {
        public Socket Socket { get; } = socket;

        public IPEndPoint Remote { get; } = remote;

        public IPEndPoint Local { get; } = (IPEndPoint)socket.LocalEndPoint!;

        public RadiusClientPort Core { get; } = new();

        public Task Loop { get; set; } = Task.CompletedTask;
    }
}
