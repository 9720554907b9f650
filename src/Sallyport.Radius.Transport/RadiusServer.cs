using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;

namespace Sallyport.Radius.Transport;

/// <summary>
/// A RADIUS server: what reaches a handler is well formed, from a known device and genuine, and reaches it once; a retransmission gets the same
/// octets again. Status-Server (RFC 5997) is answered here. With a host it is added by
/// <see cref="RadiusServerServices.AddRadiusServer"/>; without one it is made and started by hand.
/// </summary>
public sealed class RadiusServer : IHostedService, IAsyncDisposable
{
    private readonly RadiusServerOptions _options;
    private readonly RadiusPipeline _pipeline;
    private readonly List<RadiusBinding> _bindings = [];
    private int _disposed;

    /// <summary>Prepares to serve.</summary>
    /// <param name="options">Where and whom.</param>
    /// <param name="handlers">What handles which kind of request.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="ArgumentException">A listener has a role that nothing handles, or options contradict each other.</exception>
    public RadiusServer(RadiusServerOptions options, RadiusHandlers handlers, ILogger<RadiusServer>? logger = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handlers);
        options.Validate(handlers);
        _options = options;
        _pipeline = new RadiusPipeline(options, handlers, logger ?? NullLogger<RadiusServer>.Instance, timeProvider ?? TimeProvider.System);
        WarnOf(options.Peers);
    }

    /// <summary>Where it listens, in the order of the options' listeners; empty until started.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>The devices that may ask; set anew, the next request finds the new ones. Requests under way keep the one that they came from.</summary>
    public RadiusPeers Peers
    {
        get => _pipeline.Peers;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            WarnOf(value);
            _pipeline.Peers = value;
        }
    }

    /// <summary>How many requests are being handled.</summary>
    public int Pending => _pipeline.Sources.Sum(s => s.Load.Pending);

    /// <summary>How many requests are known, those being handled and those answered of late.</summary>
    public int Known => _pipeline.Sources.Sum(s => s.Load.Requests);

    /// <summary>How many octets of replies are set aside for retransmissions.</summary>
    public long ReplyBytes => _pipeline.Sources.Sum(s => s.Load.ReplyBytes);

    /// <summary>How many replies were forgotten before <see cref="RadiusReplyCacheLimits.Lifetime"/>, to make room: retransmissions of their requests
    /// are handled anew. Where this grows the caches are too small for the load.</summary>
    public long Evicted => _pipeline.Evicted;

    /// <summary>How many datagrams the system dropped since receive buffers were full, where it tells (Linux).</summary>
    public long SystemDrops
    {
        get
        {
            lock (_bindings)
            {
                return _bindings.Sum(b => b.SystemDrops);
            }
        }
    }

    /// <summary>Whether every listener takes requests.</summary>
    public bool IsServing
    {
        get
        {
            lock (_bindings)
            {
                return _bindings.Count > 0 && _disposed == 0 && _bindings.TrueForAll(b => b.IsServing);
            }
        }
    }

    internal RadiusServerOptions Options => _options;

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long Dropped(RadiusDropReason reason) => _pipeline.Dropped(reason);

    /// <summary>Binds all listeners, then begins to serve.</summary>
    /// <exception cref="SocketException">An address cannot be bound; then none is.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        lock (_bindings)
        {
            if (_bindings.Count > 0)
            {
                throw new InvalidOperationException("the server was started before");
            }

            try
            {
                foreach (RadiusListener listener in _options.Listeners)
                {
                    _bindings.Add(listener.Bind(_pipeline));
                }
            }
            catch
            {
                // What is bound and not started has nothing to wait for.
                _bindings.ForEach(b => b.DisposeAsync().AsTask().GetAwaiter().GetResult());
                _bindings.Clear();
                throw;
            }

            EndPoints = [.. _bindings.Select(b => b.LocalEndPoint)];
            _bindings.ForEach(b => b.Start());
        }

        RadiusMetrics.Add(this);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    /// <summary>Stops listening, and cancels the handlers that are at work.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        RadiusMetrics.Remove(this);
        _pipeline.Stop();
        RadiusBinding[] bindings;
        lock (_bindings)
        {
            bindings = [.. _bindings];
        }

        foreach (RadiusBinding binding in bindings)
        {
            await binding.DisposeAsync().ConfigureAwait(false);
        }

        _pipeline.Dispose();
    }

    // One warning for each device that is let off something, when it becomes known.
    private void WarnOf(RadiusPeers peers)
    {
        foreach (RadiusPeer peer in peers.All.Where(p => p.MessageAuthenticator != RadiusMessageAuthenticatorPolicy.Require))
        {
            RadiusLog.MessageAuthenticatorNotRequired(_pipeline.Logger, peer.Name);
        }
    }
}
