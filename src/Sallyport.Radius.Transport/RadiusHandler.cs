using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// Handles a request. It is on the thread that reads the socket until it first waits for something: work without waiting is answered there
/// and then; whatever takes long has to be awaited, for minutes if need be, and then holds no thread. Replies made on the reading thread leave
/// together, once what came in together is handled or half a millisecond is over.
/// </summary>
/// <param name="request">The request. It belongs to the handler until the handler has completed; what lives longer is copied.</param>
/// <param name="cancellationToken">Cancelled when the server stops.</param>
/// <returns>The response, made by <see cref="RadiusRequest.CreateReply(RadiusCode, RadiusAttributeWriter)"/>; <see cref="RadiusResponse.None"/> for silence.</returns>
public delegate ValueTask<RadiusResponse> RadiusHandler(RadiusRequest request, CancellationToken cancellationToken);

/// <summary>A handler as a type; one instance serves all requests, several at a time.</summary>
public interface IRadiusHandler
{
    /// <summary>Handles a request; see <see cref="RadiusHandler"/>.</summary>
    ValueTask<RadiusResponse> HandleAsync(RadiusRequest request, CancellationToken cancellationToken);
}

/// <summary>A signed response to a request, or none. There is no other way to one than the request.</summary>
public readonly struct RadiusResponse
{
    internal RadiusResponse(RadiusRequest request, ReadOnlyMemory<byte> octets)
    {
        Request = request;
        Octets = octets;
    }

    /// <summary>No response: the request is silently discarded, and a retransmission of it is handled anew.</summary>
    public static RadiusResponse None => default;

    /// <summary>The response's octets; empty for none.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    internal RadiusRequest? Request { get; }

    /// <summary>The response as the result of a handler that waits for nothing.</summary>
    public ValueTask<RadiusResponse> AsTask() => ValueTask.FromResult(this);
}

/// <summary>What handles which kind of request. A kind without a handler is not served.</summary>
public sealed class RadiusHandlers
{
    /// <summary>Handles Access-Request (RFC 2865).</summary>
    public RadiusHandler? Access { get; set; }

    /// <summary>Handles Accounting-Request (RFC 2866).</summary>
    public RadiusHandler? Accounting { get; set; }

    /// <summary>Handles CoA-Request (RFC 5176). Where only this or <see cref="Disconnect"/> is there, the other kind is refused with a NAK.</summary>
    public RadiusHandler? Coa { get; set; }

    /// <summary>Handles Disconnect-Request (RFC 5176).</summary>
    public RadiusHandler? Disconnect { get; set; }

    internal RadiusHandler? For(RadiusCode code) => code switch
    {
        RadiusCode.AccessRequest => Access,
        RadiusCode.AccountingRequest => Accounting,
        RadiusCode.CoaRequest => Coa ?? Unsupported,
        RadiusCode.DisconnectRequest => Disconnect ?? Unsupported,
        _ => null,
    };

    // RFC 5176 §3.6: Error-Cause "Unsupported Extension".
    private static ValueTask<RadiusResponse> Unsupported(RadiusRequest request, CancellationToken cancellationToken) =>
        request.CreateReply(
            request.Packet.Code == RadiusCode.CoaRequest ? RadiusCode.CoaNak : RadiusCode.DisconnectNak,
            static (ref RadiusPacketWriter writer) => writer.Add(new IntegerKey(101), 406)).AsTask();
}
