using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Duo;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>The proxy: one socket for each address and port that the configuration names, and behind it the sections that share it.</summary>
public sealed class AuthProxyService : IHostedService, IAsyncDisposable
{
    private readonly AuthProxyConfiguration _configuration;
    private readonly ILogger _logger;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly List<PrimaryServers> _primaries = [];
    private readonly Dictionary<RadiusServerAutoSection, ServerSection> _sections = [];
    private readonly List<HttpClient> _http = [];
    private readonly List<RadiusServer> _servers = [];
    private readonly ConcurrentDictionary<(IPEndPoint, byte), RequestTag> _working = new();

    /// <summary>Prepares to serve.</summary>
    /// <exception cref="Common.ConfigurationException">The configuration names something that does not exist.</exception>
    public AuthProxyService(DuoProxyOptions options, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _configuration = options.Configuration;
        _loggers = loggers;
        _logger = loggers.CreateLogger<AuthProxyService>();
        _time = options.Time ?? TimeProvider.System;
        X509Certificate2Collection? roots = ReadRoots(_configuration.Main.CaCertificatesFile);
        Dictionary<RadiusClientSection, PrimaryServers> primaries = _configuration.Clients.ToDictionary(c => c, c => new PrimaryServers(c, Counters, _logger, loggers.CreateLogger<RadiusClient>(), _time));
        _primaries.AddRange(primaries.Values);
        foreach (RadiusServerAutoSection section in _configuration.Servers)
        {
            SecondFactor secondFactor = new(section, CreateDuo(section, roots), Counters, _logger);
            _sections.Add(section, new ServerSection(section, primaries[section.Client], secondFactor, Counters, _time, _logger));
        }
    }

    /// <summary>What has happened so far.</summary>
    public ProxyCounters Counters { get; } = new();

    /// <summary>Where it listens, once started.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => [.. _servers.SelectMany(s => s.EndPoints)];

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long Dropped(RadiusDropReason reason) => _servers.Sum(s => s.Dropped(reason));

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string warning in _configuration.Warnings)
        {
            _logger.ConfigurationWarning(warning);
        }

        try
        {
            foreach (IGrouping<IPEndPoint, RadiusServerAutoSection> socket in _configuration.Servers.GroupBy(s => new IPEndPoint(s.Interface?.Value ?? IPAddress.Any, s.Port.Value)))
            {
                Listen(socket.Key, [.. socket]);
            }

            _servers.ForEach(s => s.Start());
        }
        catch
        {
            await StopAsync(cancellationToken);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (RadiusServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (PrimaryServers primary in _primaries)
        {
            await primary.DisposeAsync();
        }

        _http.ForEach(h => h.Dispose());
    }

    private static X509Certificate2Collection? ReadRoots(Located<string>? file)
    {
        if (file is null)
        {
            return null;
        }

        X509Certificate2Collection roots = [];
        try
        {
            roots.ImportFromPemFile(file.Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw file.Error($"'http_ca_certs_file' cannot be read: {e.Message}");
        }

        return roots.Count > 0 ? roots : throw file.Error($"'http_ca_certs_file': {file.Value} holds no PEM certificate");
    }

    private DuoRestClient CreateDuo(RadiusServerAutoSection section, X509Certificate2Collection? roots)
    {
        DuoOptions options = new()
        {
            IntegrationKey = section.IntegrationKey,
            SecretKey = section.SecretKey,
            ApiHost = section.ApiHost,
            ApiPort = section.ApiPort,
            TrustedRoots = roots,
            HttpProxy = section.HttpProxy is { } proxy ? new UriBuilder("http", proxy.Value.Host, proxy.Value.Port).Uri : null,
        };
        HttpClient http = DuoServiceCollectionExtensions.CreateHttpClient(options);
        _http.Add(http);
        return new DuoRestClient(options, http, _loggers.CreateLogger<DuoRestClient>(), _time);
    }

    private void Listen(IPEndPoint endPoint, IReadOnlyList<RadiusServerAutoSection> sections)
    {
        Dictionary<RadiusPeer, ServerSection> owners = [];
        foreach (RadiusServerAutoSection section in sections)
        {
            foreach (NasSettings nas in section.NetworkAccessServers)
            {
                foreach (IPNetwork network in nas.Networks)
                {
                    owners.Add(
                        new RadiusPeer($"{section.Name} {network}", network.BaseAddress, network.PrefixLength, new RadiusSecret(nas.Secret))
                        {
                            MessageAuthenticator = nas.RequireMessageAuthenticator ? RadiusMessageAuthenticatorPolicy.Require : RadiusMessageAuthenticatorPolicy.IfPresent,
                        },
                        _sections[section]);
                }
            }
        }

        // Accounting is not this proxy's business, and gets no answer.
        _servers.Add(new RadiusServer(
            new RadiusServerOptions { Listeners = [new RadiusUdpListener(endPoint, RadiusRoles.Authentication)], Peers = new RadiusPeers(owners.Keys), OnDuplicate = OnDuplicate },
            new RadiusHandlers { Access = (request, cancellationToken) => HandleAsync(request, owners[request.Peer], cancellationToken) },
            _loggers.CreateLogger<RadiusServer>(),
            _time));
    }

    private async ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, ServerSection section, CancellationToken cancellationToken)
    {
        RequestTag tag = new(request.Remote, request.Packet.GetString(Rfc2865.UserName) ?? "", request.Packet.Identifier);
        _logger.Dispatched(LogText.Address(request.Remote.Address), section.Name);
        _logger.Received(tag.Identifier, LogText.Endpoint(request.Remote));
        Counters.CountRequest();
        _working[(request.Remote, tag.Identifier)] = tag;
        try
        {
            return await section.HandleAsync(request, tag, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Never silence: whatever broke, the NAS is told no.
            _logger.BrokeOff(e, tag);
            return request.CreateReply(RadiusCode.AccessReject, Answers.Reject(request, "The login broke off.").Write);
        }
        finally
        {
            _working.TryRemove((request.Remote, tag.Identifier), out _);
        }
    }

    private void OnDuplicate(IPEndPoint remote, byte identifier, RadiusRequestKind kind)
    {
        if (kind == RadiusRequestKind.Pending && _working.TryGetValue((remote, identifier), out RequestTag? tag))
        {
            Counters.CountDuplicate();
            _logger.Duplicate(tag);
        }
    }
}
