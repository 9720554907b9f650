using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>Handles a request.</summary>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">Cancelled when the server stops.</param>
/// <returns>The reply, made by <see cref="RadiusRequest.CreateReply"/>; empty for none.</returns>
public delegate ValueTask<ReadOnlyMemory<byte>> RadiusHandler(RadiusRequest request, CancellationToken cancellationToken);

/// <summary>How a server listens.</summary>
public sealed class RadiusUdpServerOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>The devices that may ask.</summary>
    public required RadiusPeers Peers { get; init; }

    /// <summary>How many requests are kept, pending and answered; further ones are dropped.</summary>
    public int Capacity { get; init; } = 65536;

    /// <summary>How long a reply is kept for retransmissions.</summary>
    public TimeSpan ReplyLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often at most a kind of drop is logged for one sender.</summary>
    public TimeSpan DropLogInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The socket's receive buffer in octets; the usual default loses part of a burst.</summary>
    public int ReceiveBufferSize { get; init; } = 4 << 20;

    /// <summary>Called with each retransmission that is absorbed or answered again; for logs.</summary>
    public Action<IPEndPoint, byte, RadiusRequestKind>? OnDuplicate { get; init; }

    /// <summary>The code that answers Status-Server (RFC 5997 §4.2): Access-Accept, or Accounting-Response where the port is for accounting.</summary>
    public RadiusCode StatusServerReply { get; init; } = RadiusCode.AccessAccept;
}

/// <summary>
/// A RADIUS server over UDP: what reaches the handler is well formed, from a known device and genuine, and reaches it once; a retransmission
/// gets the same octets again. Status-Server (RFC 5997) is answered here.
/// </summary>
public sealed class RadiusUdpServer : IAsyncDisposable
{
    private readonly RadiusUdpServerOptions _options;
    private readonly RadiusHandler _handler;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly RadiusDropLog _drops;
    private readonly RadiusReplyCache _cache;
    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private int _disposed;

    /// <summary>Binds the socket; <see cref="Start"/> begins to serve.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public RadiusUdpServer(RadiusUdpServerOptions options, RadiusHandler handler, ILogger<RadiusUdpServer>? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _handler = handler;
        _logger = logger ?? NullLogger<RadiusUdpServer>.Instance;
        _time = timeProvider ?? TimeProvider.System;
        _started = _time.GetTimestamp();
        _drops = new RadiusDropLog(_logger, _time, RadiusMetrics.ServerDrops, options.DropLogInterval);
        _cache = new RadiusReplyCache(options.Capacity, options.ReplyLifetime);
        _socket = new Socket(options.EndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = options.ReceiveBufferSize };
        try
        {
            _socket.Bind(options.EndPoint);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        foreach (RadiusPeer peer in options.Peers.All.Where(p => !p.RequireMessageAuthenticator))
        {
            RadiusLog.MessageAuthenticatorNotRequired(_logger, peer.Name);
        }
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long Dropped(RadiusDropReason reason) => _drops.Total(reason);

    /// <summary>Begins to serve.</summary>
    public void Start() => _loop = Task.Run(() => ReceiveAsync(_stop.Token));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize + 1];
        IPEndPoint any = new(_options.EndPoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, cancellationToken).ConfigureAwait(false);
                Handle(buffer.AsSpan(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint, cancellationToken);
            }
            catch (SocketException e)
            {
                RadiusLog.SocketError(_logger, e.SocketErrorCode);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Handle(ReadOnlySpan<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
    {
        RadiusPeer? peer = _options.Peers.Find(remote.Address);
        if (peer is null)
        {
            _drops.Add(remote.Address, RadiusDropReason.UnknownPeer);
            return;
        }

        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _))
        {
            _drops.Add(remote.Address, RadiusDropReason.Malformed);
            return;
        }

        if (Check(packet, peer) is { } reason)
        {
            _drops.Add(remote.Address, reason);
            return;
        }

        RadiusRequestKind kind;
        ReadOnlyMemory<byte> reply;
        lock (_gate)
        {
            kind = _cache.Begin(remote, packet, Now, out reply);
        }

        switch (kind)
        {
            case RadiusRequestKind.New:
                RadiusMetrics.ServerRequests.Add(1);
                RadiusRequest request = new(packet.Span.ToArray(), remote, LocalEndPoint, peer);
                _ = HandleAsync(request, cancellationToken);
                return;
            case RadiusRequestKind.Answered:
                TellDuplicate(remote, packet.Identifier, kind);
                _ = SendAsync(reply, remote);
                return;
            case RadiusRequestKind.Pending:
                TellDuplicate(remote, packet.Identifier, kind);
                _drops.Add(remote.Address, RadiusDropReason.Pending);
                return;
            default:
                _drops.Add(remote.Address, RadiusDropReason.Overload);
                return;
        }
    }

    private void TellDuplicate(IPEndPoint remote, byte identifier, RadiusRequestKind kind)
    {
        try
        {
            _options.OnDuplicate?.Invoke(remote, identifier, kind);
        }
#pragma warning disable CA1031 // The host's callback runs on the receive loop, which nothing may end.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RadiusLog.CallbackFailed(_logger, e, remote);
        }
    }

    private static RadiusDropReason? Check(RadiusPacket packet, RadiusPeer peer)
    {
        if (packet.Code is not (RadiusCode.AccessRequest or RadiusCode.AccountingRequest or RadiusCode.StatusServer))
        {
            return RadiusDropReason.UnexpectedCode;
        }

        return RadiusAuthenticators.VerifyRequest(packet, peer.Secret, peer.RequireMessageAuthenticator) switch
        {
            RadiusVerification.Genuine => null,
            RadiusVerification.MessageAuthenticator => RadiusDropReason.MessageAuthenticator,
            RadiusVerification.MissingMessageAuthenticator => RadiusDropReason.MissingMessageAuthenticator,
            RadiusVerification.MixedCredentials => RadiusDropReason.MixedCredentials,
            _ => RadiusDropReason.Authenticator,
        };
    }

    private async Task HandleAsync(RadiusRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        ReadOnlyMemory<byte> reply = default;
        try
        {
            reply = request.Packet.Code == RadiusCode.StatusServer
                ? request.CreateReply(_options.StatusServerReply)
                : await _handler(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // One request's failure, of whatever kind, must not end the service of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RadiusLog.HandlerFailed(_logger, e, request.Remote);
        }

        lock (_gate)
        {
            if (reply.IsEmpty)
            {
                _cache.Abandon(request.Remote, request.Packet);
            }
            else
            {
                _cache.Complete(request.Remote, request.Packet, reply, Now);
            }
        }

        if (!reply.IsEmpty)
        {
            await SendAsync(reply, request.Remote).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> reply, IPEndPoint remote)
    {
        try
        {
            RadiusMetrics.ServerReplies.Add(1);
            if (_logger.IsEnabled(LogLevel.Debug) && RadiusPacket.TryParse(reply.Span, out RadiusPacket packet, out _))
            {
                RadiusLog.MessageSent(_logger, "RADIUS", LocalEndPoint, remote, RadiusDescribe.Packet(packet));
            }

            await _socket.SendToAsync(reply, SocketFlags.None, remote).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            RadiusLog.SocketError(_logger, e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // The server stops; whoever asked will ask another one.
        }
    }
}
