using System.Net;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>The IKE_SA_INIT exchange (RFC 7296 §1.2): what its messages hold, and how they are written.</summary>
internal static class IkeSaInit
{
    private const int SmallestNonce = 16;
    private const int LargestNonce = 256;
    public const int NonceSize = 32;

    /// <summary>Takes a message apart; null where a payload that must be there is missing or malformed.</summary>
    public static IkeSaInitContent? Read(IkePayloads payloads)
    {
        IkeSaInitContent content = new();
        foreach (IkePayload payload in payloads)
        {
            bool valid = payload.Type switch
            {
                IkePayloadType.SecurityAssociation => SaPayload.TryParse(payload.Body, out _, out _) && (content.Sa = payload.Body.ToArray()) is not null,
                IkePayloadType.KeyExchange => ReadKeyExchange(content, payload.Body),
                IkePayloadType.Nonce => IsNonce(payload.Body) && (content.Nonce = payload.Body.ToArray()) is not null,
                IkePayloadType.Notify => ReadNotify(content, payload.Body),
                IkePayloadType.VendorId => ReadVendorId(content, payload.Body),
                _ => true,
            };
            if (!valid)
            {
                return null;
            }
        }

        return content;
    }

    /// <summary>Writes both NAT detection hashes (RFC 7296 §2.23).</summary>
    public static void WriteNatDetection(ref IkePayloadWriter writer, ulong initiatorSpi, ulong responderSpi, IkePath path, ISessionHost host)
    {
        // The hash of no address makes the peer see a NAT here, so that it runs ESP in UDP. The same each time: a request with a cookie is the request
        // without it in all else (RFC 7296 §2.6).
        IPEndPoint source = host.ForceUdpEncapsulation ? new IPEndPoint(IPAddress.Any, 0) : path.Local;
        writer.AddNotify(IkeNotifyType.NatDetectionSourceIp, NatDetection.Hash(initiatorSpi, responderSpi, source));
        writer.AddNotify(IkeNotifyType.NatDetectionDestinationIp, NatDetection.Hash(initiatorSpi, responderSpi, path.Remote));
    }

    /// <summary>Whether a nonce has a length that it may have (RFC 7296 §3.9).</summary>
    public static bool IsNonce(ReadOnlySpan<byte> body) => body.Length is >= SmallestNonce and <= LargestNonce;

    /// <summary>All payloads but COOKIE, each with its type, length and body.</summary>
    public static byte[] WithoutCookie(IkePayloads payloads)
    {
        List<byte> octets = [];
        foreach (IkePayload payload in payloads)
        {
            if (payload.Type != IkePayloadType.Notify || !NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _) || notify.Type != IkeNotifyType.Cookie)
            {
                octets.AddRange([(byte)payload.Type, payload.IsCritical ? (byte)1 : (byte)0, (byte)(payload.Body.Length >> 8), (byte)payload.Body.Length]);
                octets.AddRange(payload.Body);
            }
        }

        return [.. octets];
    }

    private static bool ReadKeyExchange(IkeSaInitContent content, ReadOnlySpan<byte> body)
    {
        if (!KeyExchangePayload.TryParse(body, out KeyExchangePayload payload, out _))
        {
            return false;
        }

        content.KeyExchangeMethod = payload.Method;
        content.PublicValue = payload.Data.ToArray();
        return true;
    }

    private static bool ReadNotify(IkeSaInitContent content, ReadOnlySpan<byte> body)
    {
        if (!NotifyPayload.TryParse(body, out NotifyPayload notify, out _))
        {
            return false;
        }

        switch (notify.Type)
        {
            case IkeNotifyType.Cookie:
                // RFC 7296 §2.6: 1 to 64 octets.
                if (notify.Data.Length is < 1 or > 64)
                {
                    return false;
                }

                content.Cookie = notify.Data.ToArray();
                break;
            case IkeNotifyType.NatDetectionSourceIp or IkeNotifyType.NatDetectionDestinationIp:
                content.Nat.Add(notify);
                break;
            case IkeNotifyType.FragmentationSupported:
                content.SupportsFragmentation = true;
                break;
            case IkeNotifyType.SignatureHashAlgorithms:
                content.SignatureHashes = notify.Data.ToArray();
                break;
            default:
                if (notify.IsError)
                {
                    content.Error = notify.Type;
                    content.ErrorData = notify.Data.ToArray();
                }

                break;
        }

        return true;
    }

    private static bool ReadVendorId(IkeSaInitContent content, ReadOnlySpan<byte> body)
    {
        content.HasCiscoVendorId |= body.StartsWith("CISCO"u8) || body.SequenceEqual("FLEXVPN-SUPPORTED"u8);
        return true;
    }
}

/// <summary>What an IKE_SA_INIT message holds.</summary>
internal sealed class IkeSaInitContent
{
    public byte[]? Sa { get; set; }

    public KeyExchangeMethod KeyExchangeMethod { get; set; }

    public byte[]? PublicValue { get; set; }

    public byte[]? Nonce { get; set; }

    public byte[]? Cookie { get; set; }

    public NatHashes Nat { get; } = new();

    public byte[] SignatureHashes { get; set; } = [];

    public bool HasCiscoVendorId { get; set; }

    /// <summary>Whether the sender takes messages in fragments (RFC 7383 §2.3).</summary>
    public bool SupportsFragmentation { get; set; }

    public IkeNotifyType Error { get; set; }

    public byte[] ErrorData { get; set; } = [];
}
