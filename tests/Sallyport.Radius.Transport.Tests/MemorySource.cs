using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>A source of requests without a socket: the whole pipeline, on the thread of the test.</summary>
internal sealed class MemorySource : RadiusSource, IDisposable
{
    private readonly RadiusPipeline _pipeline;

    private MemorySource(RadiusPipeline pipeline, RadiusRoles roles, RadiusReplyCacheLimits limits)
        : base(pipeline, new RadiusAdmission(roles), limits, new IPEndPoint(IPAddress.Loopback, 1812), "memory")
    {
        _pipeline = pipeline;
        pipeline.Add(this);
    }

    public static RadiusRemote Nas { get; } = new(new IPEndPoint(IPAddress.Loopback, 50000));

    /// <summary>What was sent, unless <see cref="Count"/> is all that counts.</summary>
    public List<byte[]> Sent { get; } = [];

    public bool KeepsSent { get; set; } = true;

    public int Count { get; private set; }

    public bool Fails { get; set; }

    public static MemorySource Serve(
        RadiusHandler handler,
        RadiusRoles roles = Everything,
        RadiusPeers? peers = null,
        RadiusReplyCacheLimits? limits = null,
        ILogger? logger = null,
        TimeProvider? time = null,
        Action<RadiusServerOptions>? configure = null)
    {
        RadiusServerOptions options = new() { Peers = peers ?? Peers() };
        configure?.Invoke(options);
        return new MemorySource(new RadiusPipeline(options, All(handler), logger ?? NullLogger.Instance, time ?? TimeProvider.System), roles, limits ?? new());
    }

    public long Dropped(RadiusDropReason reason) => _pipeline.Dropped(reason);

    public void Receive(byte[] octets) => Receive(octets, Nas);

    /// <summary>Receives a request, and gives the reply that went out at once.</summary>
    public byte[]? Ask(byte[] octets)
    {
        int before = Sent.Count;
        Receive(octets, Nas);
        return Sent.Count > before ? Sent[^1] : null;
    }

    public void Dispose() => _pipeline.Dispose();

    protected override bool TrySend(ReadOnlySpan<byte> reply, in RadiusRemote remote)
    {
        lock (Sent)
        {
            Count++;
            if (KeepsSent)
            {
                Sent.Add(reply.ToArray());
            }
        }

        return !Fails;
    }
}
