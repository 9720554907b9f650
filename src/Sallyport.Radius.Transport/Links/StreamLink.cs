using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;

namespace Sallyport.Radius.Transport.Links;

/// <summary>
/// The connections to one server. The first is made when it is needed, a further one where all identifiers of all are in use; after a failure
/// the next try waits, twice as long each time.
/// </summary>
internal sealed class StreamLink(RadiusUpstream server, LinkContext context) : RadiusLink(server, context)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private readonly Lock _gate = new();
    private readonly List<StreamChannel> _channels = [];
    private Task<bool>? _connecting;
    private TimeSpan _notBefore;
    private int _failures;
    private bool _disposed;

    public override void GiveUp()
    {
        foreach (StreamChannel channel in Snapshot())
        {
            channel.GiveUp();
        }
    }

    /// <summary>A connection ended.</summary>
    /// <param name="channel">The connection.</param>
    /// <param name="lost">Whether that was not wanted. One that was lost before anything came over it counts as one that could not be made:
    /// in TLS 1.3 a server refuses a certificate after the client has finished.</param>
    public void Remove(StreamChannel channel, bool lost)
    {
        lock (_gate)
        {
            _channels.Remove(channel);
        }

        if (lost && !channel.WasHeard)
        {
            Fail("the server closed the connection before it said anything");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Task? connecting;
        lock (_gate)
        {
            _disposed = true;
            connecting = _connecting;
        }

        if (connecting is not null)
        {
            await connecting.ConfigureAwait(false);
        }

        foreach (StreamChannel channel in Snapshot())
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected override bool TryReserve(LinkRequest request, TimeSpan now)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RadiusClient));
            foreach (StreamChannel channel in _channels)
            {
                if (channel.TryReserve(request))
                {
                    return true;
                }
            }

            return false;
        }
    }

    protected override async ValueTask<bool> ReserveAsync(LinkRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<bool> connecting;
            lock (_gate)
            {
                TimeSpan now = Context.Now;
                if (TryReserve(request, now))
                {
                    return true;
                }

                if (_channels.Count >= Context.Options.MostConnections)
                {
                    throw new InvalidOperationException($"too many requests are under way to {Server}");
                }

                if (_connecting is null && now < _notBefore)
                {
                    return false;
                }

                connecting = _connecting ??= Task.Run(ConnectAsync, CancellationToken.None);
            }

            if (!await connecting.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    private async Task<bool> ConnectAsync()
    {
        Socket? socket = null;
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping);
            limit.CancelAfter(Server.Tls?.HandshakeTimeout ?? Context.Options.ConnectTimeout);
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(Server.EndPoint, limit.Token).ConfigureAwait(false);
            StreamChannel channel = await OpenAsync(socket, limit.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _channels.Add(channel);
                _connecting = null;
            }

            OnConnected?.Invoke();
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException or CryptographicException)
        {
            socket?.Dispose();
            if (!Context.Stopping.IsCancellationRequested)
            {
                Fail(e is OperationCanceledException ? "it took too long" : (e.InnerException ?? e).Message);
            }

            lock (_gate)
            {
                _connecting = null;
            }

            return false;
        }
    }

    private async Task<StreamChannel> OpenAsync(Socket socket, CancellationToken cancellationToken)
    {
        IPEndPoint local = (IPEndPoint)socket.LocalEndPoint!;
        IPEndPoint remote = Plain((IPEndPoint)socket.RemoteEndPoint!);
        NetworkStream stream = new(socket, ownsSocket: true);
        if (Server.Tls is not { } options)
        {
            RadiusClientLog.Connected(Context.Logger, Server, "TCP");
            return new StreamChannel(this, Context, stream, RadiusPortKind.Stream, Server.Secret, Plain(local), remote);
        }

        PacketTlsStream tls = new(stream);
        try
        {
            string name = options.ServerName ?? (Server.EndPoint is DnsEndPoint dns ? dns.Host : remote.Address.ToString());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ClientCertificateContext = TlsProtocol.Context(options),
                    CertificateChainPolicy = TlsProtocol.ChainPolicy(options, ServerAuthentication),
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsServer(certificate as X509Certificate2, errors, name),
                    ApplicationProtocols = TlsProtocol.Alpn(options.Versions),
                    EnabledSslProtocols = TlsProtocol.Protocols(options.Versions),
                    AllowRenegotiation = false,

                    // Radsecproxy 1.9 asks for a certificate but names no context for its sessions, and ends whoever would resume one.
                    // Connections last for hours: what a resumed session would save is not worth servers that refuse it.
                    AllowTlsResume = false,
                },
                cancellationToken).ConfigureAwait(false);
            RadiusVersions version = await TlsProtocol.NegotiatedAsync(tls, options.Versions, cancellationToken).ConfigureAwait(false);
            RadiusClientLog.Connected(Context.Logger, Server, TlsProtocol.Describe(tls, version));
            return version == RadiusVersions.V11
                ? new StreamChannel(this, Context, tls, RadiusPortKind.Tokens, RadiusSecret.None, Plain(local), remote)
                : new StreamChannel(this, Context, tls, RadiusPortKind.Stream, Server.Secret, Plain(local), remote);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // RFC 6614 §2.3: the chain, and then the name, in subjectAltName alone.
    private static bool IsServer(X509Certificate2? certificate, SslPolicyErrors errors, string name) =>
        certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false);

    private static IPEndPoint Plain(IPEndPoint endPoint) => endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private void Fail(string reason)
    {
        TimeSpan wait;
        lock (_gate)
        {
            double ticks = FirstWait.Ticks * Math.Pow(2, Math.Min(_failures++, 20)) * (0.9 + (0.2 * LinkContext.Random()));
            wait = TimeSpan.FromTicks((long)Math.Min(ticks, Context.Options.LongestReconnectWait.Ticks));
            _notBefore = Context.Now + wait;
        }

        RadiusClientLog.Unreachable(Context.Logger, Server, reason, wait);
        OnUnreachable?.Invoke();
    }

    private StreamChannel[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _channels];
        }
    }
}
