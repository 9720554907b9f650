using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport.Links;

/// <summary>A TCP or TLS port that is bound, and its connections.</summary>
internal sealed class StreamBinding : RadiusBinding
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");
    private readonly RadiusPipeline _pipeline;
    private readonly RadiusStreamListener _listener;
    private readonly RadiusTlsServerOptions? _tls;
    private readonly SslServerAuthenticationOptions? _handshake;
    private readonly RadiusAdmission _admission;
    private readonly Socket _socket;
    private readonly ConcurrentDictionary<StreamSource, Task> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private Task? _loop;
    private int _count;

    public StreamBinding(RadiusPipeline pipeline, RadiusStreamListener listener)
    {
        _pipeline = pipeline;
        _listener = listener;
        _tls = (listener as RadiusTlsListener)?.Tls;
        _handshake = _tls is null ? null : Options(_tls);
        _admission = new RadiusAdmission(listener.Roles);
        _stopping = _stop.Token;
        _socket = new Socket(listener.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(listener.EndPoint);
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public override IPEndPoint LocalEndPoint { get; }

    public override bool IsServing => _loop is { IsCompleted: false };

    public override void Start() => _loop = Task.Run(AcceptAsync);

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        foreach ((StreamSource connection, Task served) in _connections)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            await served.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync(_stopping).ConfigureAwait(false);
                _ = ServeAsync(socket);
            }
            catch (SocketException e)
            {
                // Such as too many open files: the next one may be let in again.
                RadiusLog.SocketError(_pipeline.Logger, e.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        IPEndPoint? remote = null;
        Interlocked.Increment(ref _count);
        try
        {
            remote = Plain((IPEndPoint)socket.RemoteEndPoint!);
            if (Volatile.Read(ref _count) > _listener.MostConnections || !MayConnect(remote.Address))
            {
                socket.Dispose();
                return;
            }

            socket.NoDelay = true;
            StreamSource? connection = await OpenAsync(new NetworkStream(socket, ownsSocket: true), remote).ConfigureAwait(false);
            if (connection is not null)
            {
                Task served = connection.ServeAsync();
                _connections[connection] = served;
                if (_stopping.IsCancellationRequested)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }

                await served.ConfigureAwait(false);
                _connections.TryRemove(connection, out _);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException or CryptographicException)
        {
            socket.Dispose();
            if (remote is not null && !_stopping.IsCancellationRequested)
            {
                _pipeline.Drop(new RadiusRemote(remote), RadiusDropReason.Handshake);
                RadiusLog.HandshakeFailed(_pipeline.Logger, remote, e is OperationCanceledException ? "it took too long" : (e.InnerException ?? e).Message);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    // Whoever has no business here costs no handshake.
    private bool MayConnect(IPAddress address)
    {
        if (_tls is null ? _pipeline.Peers.Find(address) is not null : _tls.Clients.Any(c => c.Fits(address)))
        {
            return true;
        }

        _pipeline.Drop(new RadiusRemote(new IPEndPoint(address, 0)), RadiusDropReason.UnknownPeer);
        return false;
    }

    private async Task<StreamSource?> OpenAsync(NetworkStream stream, IPEndPoint remote)
    {
        if (_tls is null)
        {
            return new StreamSource(_pipeline, _admission, _listener, LocalEndPoint, remote, stream, peer: null);
        }

        PacketTlsStream tls = new(stream);
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
            limit.CancelAfter(_tls.HandshakeTimeout);
            await tls.AuthenticateAsServerAsync(_handshake!, limit.Token).ConfigureAwait(false);
            RadiusVersions version = await TlsProtocol.NegotiatedAsync(tls, _tls.Versions, limit.Token).ConfigureAwait(false);
            X509Certificate2 certificate = (X509Certificate2)tls.RemoteCertificate!;
            if (_tls.Clients.FirstOrDefault(c => c.Fits(certificate, remote.Address)) is not { } client)
            {
                _pipeline.Drop(new RadiusRemote(remote), RadiusDropReason.UnknownPeer);
                RadiusLog.UnknownCertificate(_pipeline.Logger, remote, certificate.Subject);
                await tls.DisposeAsync().ConfigureAwait(false);
                return null;
            }

            RadiusLog.ClientConnected(_pipeline.Logger, client.Name, remote, TlsProtocol.Describe(tls, version));
            return new StreamSource(_pipeline, _admission, _listener, LocalEndPoint, remote, tls, client.ToPeer(remote.Address, version));
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SslServerAuthenticationOptions Options(RadiusTlsServerOptions options) => new()
    {
        ServerCertificateContext = TlsProtocol.Context(options),
        ClientCertificateRequired = true,
        CertificateChainPolicy = TlsProtocol.ChainPolicy(options, ClientAuthentication),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is not null && errors == SslPolicyErrors.None,
        ApplicationProtocols = TlsProtocol.Alpn(options.Versions),
        EnabledSslProtocols = TlsProtocol.Protocols(options.Versions),
        AllowRenegotiation = false,

        // A ticket carries the client's certificate but not those between it and the anchor, which the check of a resumed session would miss.
        AllowTlsResume = false,
    };

    private static IPEndPoint Plain(IPEndPoint endPoint) => endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
