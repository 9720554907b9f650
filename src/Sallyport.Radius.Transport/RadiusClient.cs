using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Radius.Client;
using Sallyport.Radius.Transport.Datagrams;
using Sallyport.Radius.Transport.Links;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// A RADIUS client: any number of requests under way to one server or several. An unanswered request is sent again, the same octets, then
/// goes to the next server; a server that gives no sign of life is passed over until it does. Only genuine replies count; what else arrives
/// is dropped and counted. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A server to which a request failed over cannot know what the one before has done: where a login rings a phone, it rings again. Whoever
/// must not have that gives <see cref="RadiusUpstream.Retransmission"/> as long a time as the login may take.
/// </remarks>
public sealed class RadiusClient : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly RadiusLink[] _links;
    private readonly RadiusServerMonitor _monitor;
    private readonly ILogger _logger;
    private readonly LinkContext _context;
    private readonly RadiusDropLog _drops;
    private readonly CancellationTokenSource _stop = new();
    private int _disposed;

    /// <summary>Creates a client; nothing is opened until it is needed.</summary>
    /// <param name="options">Whom it asks.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="ArgumentException">There is no server, or more than 64.</exception>
    public RadiusClient(RadiusClientOptions options, ILogger<RadiusClient>? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Servers.Count is 0 or > RadiusServerPool.MostServers)
        {
            throw new ArgumentException($"a client has 1 to {RadiusServerPool.MostServers} servers", nameof(options));
        }

        TimeProvider time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<RadiusClient>.Instance;
        _drops = new RadiusDropLog(_logger, time, RadiusClientMetrics.Drops, options.DropLogInterval);
        _context = new LinkContext(options, _logger, time, _drops, _stop.Token);
        Servers = [.. options.Servers];
        _links = [.. Servers.Select(s => s.Transport == RadiusTransport.Udp ? (RadiusLink)new UdpLink(s, _context) : new StreamLink(s, _context))];
        _monitor = new RadiusServerMonitor(_links, _context);
        foreach (RadiusUpstream server in Servers.Where(s => !s.RequireMessageAuthenticator && s.Transport != RadiusTransport.Tls))
        {
            RadiusLog.MessageAuthenticatorNotRequired(_logger, server.ToString());
        }
    }

    /// <summary>The servers, in the order of preference.</summary>
    public IReadOnlyList<RadiusUpstream> Servers { get; }

    internal DateTimeOffset UtcNow => _context.Time.GetUtcNow();

    /// <summary>How many replies were dropped for a reason.</summary>
    public long Dropped(RadiusDropReason reason) => _drops.Total(reason);

    /// <summary>What the client believes of a server.</summary>
    /// <exception cref="ArgumentException">It is none of this client's.</exception>
    public RadiusServerState StateOf(RadiusUpstream server) => _monitor.StateOf(IndexOf(server));

    /// <summary>Sends a request and waits for the reply.</summary>
    /// <param name="code">The request's code.</param>
    /// <param name="write">Adds the request's attributes; called anew for each server that it is sent to.</param>
    /// <param name="options">How it is sent.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <returns>The reply, or <see langword="null"/> where none came from any server in all tries.</returns>
    /// <exception cref="InvalidOperationException">The attributes do not fit a packet, or too many requests are under way.</exception>
    /// <exception cref="ArgumentException">The server named is none of this client's.</exception>
    /// <exception cref="OperationCanceledException">The caller gave the request up, or the client was disposed of.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed of before.</exception>
    public async Task<RadiusReply?> SendAsync(RadiusCode code, RadiusRequestWriter write, RadiusSendOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            ArgumentNullException.ThrowIfNull(write);
            ValueTask<RadiusReply?> sending = SendInlineAsync(new WrittenRequest(code, write), options, cancellationToken);

            // Whoever calls may block until the reply comes.
            Outbox.Current?.Flush();
            return await sending.ConfigureAwait(false);
        }
        finally
        {
            // Off the thread that reads the server's replies: whoever waits may take as long as they like.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    /// <summary>
    /// The same for whoever never blocks: it may leave together with what else the thread sends, and who waits goes on at once, on the thread
    /// that has read the reply.
    /// </summary>
    internal async ValueTask<RadiusReply?> SendInlineAsync(LinkRequest request, RadiusSendOptions? options, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        int only = options?.Server is { } server ? IndexOf(server) : -1;
        request.CanMove = only < 0 && Servers.Count > 1;
        ulong tried = only < 0 ? 0 : ~(1UL << only);
        ulong unreachable = 0;
        using Activity? activity = RadiusClientMetrics.Begin(request.Code);
        TimeSpan now = _context.Now;
        TimeSpan begun = now;
        RadiusReply? reply = null;
        try
        {
            for (; ; now = _context.Now)
            {
                int at = _monitor.Begin(tried, only);
                if (at < 0)
                {
                    if (unreachable == 0 || now - begun >= Patience(unreachable))
                    {
                        return null;
                    }

                    await PauseAsync(cancellationToken).ConfigureAwait(false);
                    tried &= ~unreachable;
                    unreachable = 0;
                    continue;
                }

                LinkOutcome outcome;
                try
                {
                    outcome = await _links[at].SendAsync(request, _links[at].Retransmission, now, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    request.Release();
                    _monitor.End(at);
                }

                if (outcome == LinkOutcome.Answered)
                {
                    _monitor.Heard(at);
                    return reply = request.Reply;
                }

                tried |= 1UL << at;
                if (outcome == LinkOutcome.Unreachable)
                {
                    unreachable |= 1UL << at;
                }
                else
                {
                    RadiusClientMetrics.Silent(Servers[at]);
                }

                RadiusClientLog.ServerSilent(_logger, Servers[at], request.Code);
                options?.OnSilent?.Invoke(Servers[at]);
            }
        }
        finally
        {
            RadiusClientMetrics.End(activity, request.Code, reply, RadiusClientMetrics.AreTimed ? _context.Now - begun : default);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _monitor.DisposeAsync().ConfigureAwait(false);
        foreach (RadiusLink link in _links)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    // A connection that cannot be had now may be had a moment later, as long as a datagram would have been sent again.
    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _context.Stopping);
        await Task.Delay(Pause, _context.Time, either.Token).ConfigureAwait(false);
    }

    private TimeSpan Patience(ulong servers) =>
        Servers.Where((_, i) => ((servers >> i) & 1) != 0).Max(s => s.Retransmission.Total);

    private int IndexOf(RadiusUpstream server)
    {
        for (int i = 0; i < Servers.Count; i++)
        {
            if (Servers[i] == server)
            {
                return i;
            }
        }

        throw new ArgumentException($"{server} is no server of this client", nameof(server));
    }
}
