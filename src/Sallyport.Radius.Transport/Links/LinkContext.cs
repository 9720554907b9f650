using Microsoft.Extensions.Logging;
using Sallyport.Radius.Client;

namespace Sallyport.Radius.Transport.Links;

/// <summary>What the links of one client share.</summary>
internal sealed class LinkContext(RadiusClientOptions options, ILogger logger, TimeProvider time, RadiusDropLog drops, CancellationToken stopping)
{
    private readonly long _started = time.GetTimestamp();

    public RadiusClientOptions Options { get; } = options;

    public ILogger Logger { get; } = logger;

    public TimeProvider Time { get; } = time;

    public RadiusDropLog Drops { get; } = drops;

    public CancellationToken Stopping { get; } = stopping;

    public TimeSpan Now => Time.GetElapsedTime(_started);

    public static double Random() => System.Random.Shared.NextDouble();

    public static RadiusDropReason Reason(RadiusReplyDrop drop) => drop switch
    {
        RadiusReplyDrop.Malformed => RadiusDropReason.Malformed,
        RadiusReplyDrop.Code => RadiusDropReason.UnexpectedCode,
        RadiusReplyDrop.Authenticator => RadiusDropReason.Authenticator,
        RadiusReplyDrop.MessageAuthenticator => RadiusDropReason.MessageAuthenticator,
        _ => RadiusDropReason.UnexpectedReply,
    };
}
