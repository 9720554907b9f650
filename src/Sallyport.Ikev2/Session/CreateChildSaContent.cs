using System.Buffers.Binary;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>What a CREATE_CHILD_SA message holds (RFC 7296 §1.3).</summary>
internal sealed class CreateChildSaContent
{
    private bool _malformed;

    public byte[]? Sa { get; private set; }

    /// <summary>Whether an IKE SA is offered, and not one of ESP.</summary>
    public bool IsIke { get; private set; }

    public byte[]? Nonce { get; private set; }

    public KeyExchangeMethod KeyExchange { get; private set; }

    public byte[] PublicValue { get; private set; } = [];

    public List<IkeTrafficSelector>? Initiator { get; private set; }

    public List<IkeTrafficSelector>? Responder { get; private set; }

    /// <summary>Which SA is to be replaced: the SPI under which the sender receives. Null where none is named, 0 where the name is not one of ESP's.</summary>
    public uint? Rekeys { get; private set; }

    public IkeNotifyType Error { get; private set; }

    public byte[] ErrorData { get; private set; } = [];

    /// <summary>Whether there is all that makes an IKE SA: SA, nonce, keys.</summary>
    public bool IsWhole => !_malformed && Sa is not null && Nonce is not null;

    /// <summary>Whether there is all that makes a Child SA: that, and the selectors.</summary>
    public bool IsWholeChild => IsWhole && Initiator is not null && Responder is not null;

    public static CreateChildSaContent Read(IkePayloads payloads)
    {
        CreateChildSaContent content = new();
        foreach (IkePayload payload in payloads)
        {
            content._malformed |= !content.Read(payload);
        }

        return content;
    }

    private bool Read(IkePayload payload)
    {
        switch (payload.Type)
        {
            case IkePayloadType.SecurityAssociation:
                return ReadSa(payload.Body);
            case IkePayloadType.Nonce:
                Nonce = payload.Body.ToArray();
                return IkeSaInit.IsNonce(payload.Body);
            case IkePayloadType.KeyExchange:
                return ReadKeyExchange(payload.Body);
            case IkePayloadType.TrafficSelectorInitiator:
                Initiator = ReadSelectors(payload.Body);
                return Initiator is not null;
            case IkePayloadType.TrafficSelectorResponder:
                Responder = ReadSelectors(payload.Body);
                return Responder is not null;
            case IkePayloadType.Notify:
                return ReadNotify(payload.Body);
            default:
                return true;
        }
    }

    private bool ReadSa(ReadOnlySpan<byte> body)
    {
        if (!SaPayload.TryParse(body, out SaPayload sa, out _))
        {
            return false;
        }

        Sa = body.ToArray();
        SaPayload.Enumerator proposals = sa.GetEnumerator();
        IsIke = proposals.MoveNext() && proposals.Current.Protocol == IkeProtocolId.Ike;
        return true;
    }

    private bool ReadKeyExchange(ReadOnlySpan<byte> body)
    {
        if (!KeyExchangePayload.TryParse(body, out KeyExchangePayload payload, out _))
        {
            return false;
        }

        KeyExchange = payload.Method;
        PublicValue = payload.Data.ToArray();
        return true;
    }

    private static List<IkeTrafficSelector>? ReadSelectors(ReadOnlySpan<byte> body) =>
        TrafficSelectorPayload.TryParse(body, out TrafficSelectorPayload payload, out _) ? IkeTrafficSelector.Read(payload) : null;

    private bool ReadNotify(ReadOnlySpan<byte> body)
    {
        if (!NotifyPayload.TryParse(body, out NotifyPayload notify, out _))
        {
            return false;
        }

        if (notify.Type == IkeNotifyType.RekeySa)
        {
            Rekeys = notify.Protocol == IkeProtocolId.Esp && notify.Spi.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(notify.Spi) : 0;
        }
        else if (notify.IsError && Error == IkeNotifyType.None)
        {
            Error = notify.Type;
            ErrorData = notify.Data.ToArray();
        }

        return true;
    }
}
