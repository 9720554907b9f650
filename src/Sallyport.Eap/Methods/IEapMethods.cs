using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Methods;

/// <summary>What a method wants next.</summary>
public enum EapMethodResult
{
    /// <summary>Its packet goes out, and another one is awaited.</summary>
    Continue,

    /// <summary>It has ended well.</summary>
    Success,

    /// <summary>It has ended badly.</summary>
    Failure,

    /// <summary>The packet made no sense and changes nothing.</summary>
    Discard,

    /// <summary>Somebody outside decides; see <see cref="EapPassThroughMethod"/>.</summary>
    Pending,
}

/// <summary>One run of a method as the peer sees it.</summary>
public interface IEapPeerMethod
{
    /// <summary>The method's type.</summary>
    EapMethodType Type { get; }

    /// <summary>Whether Success may be believed now: the method has ended, and the server has proven itself where the method has it do so.</summary>
    bool MayEnd { get; }

    /// <summary>The MSK: 64 octets, or empty where the method makes none.</summary>
    ReadOnlySpan<byte> MasterSessionKey { get; }

    /// <summary>Answers a request.</summary>
    /// <param name="identifier">The request's identifier.</param>
    /// <param name="typeData">The request's data.</param>
    /// <param name="response">Where the response's data goes.</param>
    /// <param name="length">Its octets.</param>
    EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, Span<byte> response, out int length);
}

/// <summary>One run of a method as the authenticator sees it.</summary>
public interface IEapServerMethod
{
    /// <summary>The method's type.</summary>
    EapMethodType Type { get; }

    /// <summary>The MSK: 64 octets, or empty where the method makes none.</summary>
    ReadOnlySpan<byte> MasterSessionKey { get; }

    /// <summary>Makes the first request.</summary>
    /// <param name="identifier">The request's identifier.</param>
    /// <param name="request">Where the request's data goes.</param>
    /// <returns>Its octets.</returns>
    int Begin(byte identifier, Span<byte> request);

    /// <summary>Takes a response.</summary>
    /// <param name="identifier">The identifier of request and response.</param>
    /// <param name="typeData">The response's data.</param>
    /// <param name="nextIdentifier">The identifier of the next request.</param>
    /// <param name="request">Where its data goes.</param>
    /// <param name="length">Its octets.</param>
    EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, byte nextIdentifier, Span<byte> request, out int length);
}
