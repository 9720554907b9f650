using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Eap.Authenticator;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec;
using Sallyport.Ipsec.Devices;
using Sallyport.Radius.Transport;
using Sallyport.Samples.Headend.Addresses;
using Sallyport.Samples.Headend.Configuration;
using Sallyport.Samples.Headend.Login;
using Sallyport.Samples.Headend.Pki;
using Sallyport.Samples.Headend.Show;

namespace Sallyport.Samples.Headend;

/// <summary>The headend: what the router's configuration asks for, done by the packages.</summary>
public sealed class HeadendService : IHostedService, IIpsecGatewayHandler, IAsyncDisposable
{
    // A push to a phone takes a minute; RADIUS may be given twice that. The client is not dropped before they have answered.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly HeadendOptions _options;
    private readonly HeadendPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ILoggerFactory _loggers;
    private readonly AddressPool _pool;
    private readonly RadiusClient _radius;
    private readonly RadiusRelay _relay;
    private readonly X509Certificate2 _certificate;
    private readonly IReadOnlyList<X509Certificate2> _intermediates;
    private readonly CancellationTokenSource _stop = new();
    private IpsecEndpoint? _endpoint;
    private IPacketDevice? _device;
    private ControlSocket? _control;
    private Task _controlLoop = Task.CompletedTask;

    /// <summary>Takes the plan; <see cref="StartAsync"/> begins to serve.</summary>
    /// <exception cref="Common.ConfigurationException">The trustpoint's files cannot be used.</exception>
    public HeadendService(HeadendOptions options, HeadendPlan plan, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plan);
        _options = options;
        _plan = plan;
        _time = timeProvider;
        _loggers = loggerFactory;
        _logger = loggerFactory.CreateLogger<HeadendService>();
        _pool = new AddressPool(plan.Pool);
        _radius = new RadiusClient(RadiusRelay.Options(plan), loggerFactory.CreateLogger<RadiusClient>(), timeProvider);
        _relay = new RadiusRelay(plan, _radius, _logger);
        (_certificate, _intermediates) = new TrustpointStore(options.PkiDirectory).Load(plan.Trustpoint, plan.Profile.Local);
    }

    /// <summary>The pool that clients' addresses come from.</summary>
    public AddressPool Pool => _pool;

    /// <summary>The IKE and ESP endpoint, once started.</summary>
    public IpsecEndpoint Endpoint => _endpoint ?? throw new InvalidOperationException("the headend has not started");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string note in _plan.Configuration.Notes)
        {
            HeadendLog.Note(_logger, note);
        }

        _device = _options.UseTun ? OpenTun() : new InsideHost(_plan.Routes.Count > 0 ? _plan.Routes : [new IPNetwork(IPAddress.Any, 0)]);
        _endpoint = IpsecEndpoint.Start(
            new IpsecEndpointOptions
            {
                Address = _options.Listen ?? _plan.OuterAddress,
                IkePort = _options.IkePort,
                NatTraversalPort = _options.NatTraversalPort,
                Responder = Responder(),
                GatewayHandler = this,
                Device = _device,
            },
            _loggers,
            _time);
        if (_options.ControlPath.Length > 0)
        {
            _control = new ControlSocket(_options.ControlPath, Answer);
            _controlLoop = Task.Run(() => _control.ServeAsync(_stop.Token), CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        try
        {
            await _controlLoop;
        }
        catch (OperationCanceledException)
        {
            // It served until it was told to stop.
        }

        _control?.Dispose();
        _control = null;
        if (_endpoint is not null)
        {
            await _endpoint.DisposeAsync();
        }

        if (_device is not null)
        {
            await _device.DisposeAsync();
        }
    }

    /// <summary>What <c>show crypto ikev2 sa detailed</c> and <c>show crypto session detail</c> tell of.</summary>
    public async Task<IReadOnlyList<SessionReport>> ReportAsync()
    {
        IpsecEndpoint endpoint = Endpoint;
        return await endpoint.InvokeAsync(() => (IReadOnlyList<SessionReport>)[.. endpoint.Sessions.Select(s => SessionReports.Create(s, _plan, endpoint.Now))]);
    }

    /// <inheritdoc/>
    public async ValueTask<EapServerAnswer> OnEapRoundAsync(IpsecSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        IkeIdentity identity = session.Ike.RemoteIdentity!;
        LoginState login = (LoginState)(session.Tag ??= new LoginState(_plan.Profile.QueryIdentity, identity.ToString()));
        byte[] next = new byte[EapPacketSize];
        if (packet.IsEmpty && !IdentityMatcher.Matches(_plan.Profile.Matches, identity))
        {
            HeadendLog.NoMatch(_logger, LoginState.Printable(identity.ToString()), session.Remote, _plan.Profile.Name);
            return EapServerAnswer.Failure(Eap.Wire.EapPacket.Result(Eap.Wire.EapCode.Failure, 0));
        }

        int length;
        EapAuthenticatorOutcome outcome = packet.IsEmpty ? login.Eap.Start(next, out length) : login.Eap.Handle(packet.Span, next, out length);
        return outcome switch
        {
            EapAuthenticatorOutcome.Request => EapServerAnswer.Request(next.AsMemory(0, length)),
            EapAuthenticatorOutcome.Pending => await _relay.AskAsync(session, login, packet, cancellationToken),
            _ => EapServerAnswer.Failure(length > 0 ? next.AsMemory(0, length) : Eap.Wire.EapPacket.Result(Eap.Wire.EapCode.Failure, 0)),
        };
    }

    /// <inheritdoc/>
    public ValueTask<AuthorizationAnswer> OnAuthorizeAsync(IpsecSession session, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(request);
        LoginState login = (LoginState)session.Tag!;
        if (login.FramedAddress is not null && !_pool.TryLease(login.FramedAddress))
        {
            HeadendLog.AddressTaken(_logger, login.User, session.Remote, login.FramedAddress);
            return ValueTask.FromResult(AuthorizationAnswer.Refuse(IkeNotifyType.InternalAddressFailure));
        }

        login.Leased = login.FramedAddress ?? _pool.Lease();
        if (login.Leased is null)
        {
            HeadendLog.PoolExhausted(_logger, login.User, session.Remote, _pool.Name, _pool.Size);
            return ValueTask.FromResult(AuthorizationAnswer.Refuse(IkeNotifyType.InternalAddressFailure));
        }

        // A client of Cisco's is given everything and told the routes; another one routes what the selectors say (RFC 7296 §2.9).
        IReadOnlyList<IkeTrafficSelector> selectors = request.IsCiscoClient || _plan.Routes.Count == 0
            ? [IkeTrafficSelector.AnyIPv4]
            : [.. _plan.Routes.Select(IkeTrafficSelector.Network)];
        return ValueTask.FromResult(AuthorizationAnswer.Grant(
            new IkeConfiguration
            {
                Address = login.Leased,
                Netmask = _plan.Policy.Netmask ?? IPAddress.Broadcast,
                Dns = _plan.Policy.Dns,
                Subnets = _plan.Routes,
                DefaultDomain = _plan.Policy.DefaultDomain,
                Banner = _plan.Policy.Banner,
                ApplicationVersion = "Sallyport",
            },
            selectors));
    }

    /// <inheritdoc/>
    public void OnEstablished(IpsecSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        LoginState login = (LoginState)session.Tag!;
        login.Since = _time.GetUtcNow();
        HeadendLog.LoggedIn(_logger, login.User, session.Remote, login.Leased!, _pool.Name, _pool.Leased, _pool.Size);
        TimeSpan lifetime = login.SessionTimeout is { } limit && limit < _plan.Profile.Lifetime ? limit : _plan.Profile.Lifetime;
        _ = EndAfterAsync(session, lifetime);
    }

    /// <inheritdoc/>
    public void OnMoved(IpsecSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        LoginState login = (LoginState)session.Tag!;
        HeadendLog.Moved(_logger, login.User, session.Remote, login.Leased!);
    }

    /// <inheritdoc/>
    public void OnClosed(IpsecSession session, IkeCloseReason reason, string detail)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Tag is not LoginState login)
        {
            return;
        }

        if (login.Leased is not null)
        {
            _pool.Release(login.Leased);
        }

        HeadendLog.LoggedOut(_logger, login.User, session.Remote, reason.ToString(), detail);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _radius.DisposeAsync();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private const int EapPacketSize = 1020;

    private IkeResponderOptions Responder() => new()
    {
        Certificate = _certificate,
        Intermediates = _intermediates,
        Identity = _plan.Trustpoint.Fqdn is { } name ? IkeIdentity.Fqdn(name) : IkeIdentity.Address(_plan.OuterAddress),
        IkeOffers = [.. _plan.Proposals.Select(CryptoKeywords.ToOffer)],
        EspOffers = _plan.EspOffers,
        ChildLifetime = _plan.ChildLifetime,
        DeadPeerDetection = _plan.Profile.DpdInterval is { } interval ? new IkeDeadPeerDetection(interval, _plan.Profile.DpdRetry, _plan.Profile.DpdOnDemand) : null,
        DecisionTimeout = Patience,
        Fragmentation = _plan.Configuration.Fragmentation,
    };

    private TunDevice OpenTun()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new IOException("--tun works on Linux only");
        }

        TunDevice tun = TunDevice.Open();
        foreach (IPNetwork network in _pool.Networks)
        {
            tun.AddRoute(network);
        }

        if (File.Exists("/proc/sys/net/ipv4/ip_forward") && File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim() == "0")
        {
            HeadendLog.NoForwarding(_logger);
        }

        return tun;
    }

    private async Task EndAfterAsync(IpsecSession session, TimeSpan lifetime)
    {
        try
        {
            await Task.Delay(lifetime, _time, session.Ended);
            session.Close();
        }
        catch (OperationCanceledException)
        {
            // It ended before.
        }
    }

    private string Answer(string command)
    {
        IReadOnlyList<SessionReport> sessions = ReportAsync().GetAwaiter().GetResult();
        return ShowCommands.Answer(command, sessions);
    }
}
