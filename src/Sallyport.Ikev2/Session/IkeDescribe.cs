using System.Globalization;
using System.Text;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>Messages in words, for traces. Names payloads, never their secrets.</summary>
internal static class IkeDescribe
{
    public static string Message(IkeHeader header, IkePayloads payloads)
    {
        StringBuilder text = new();
        text.Append(Exchange(header.ExchangeType)).Append(header.IsResponse ? " response " : " request ");
        text.Append(header.MessageId.ToString(CultureInfo.InvariantCulture)).Append(" {");
        string separator = "";
        foreach (IkePayload payload in payloads)
        {
            text.Append(separator).Append(Payload(payload));
            separator = ", ";
        }

        return text.Append('}').ToString();
    }

    private static string Exchange(IkeExchangeType type) => type switch
    {
        IkeExchangeType.IkeSaInit => "IKE_SA_INIT",
        IkeExchangeType.IkeAuth => "IKE_AUTH",
        IkeExchangeType.CreateChildSa => "CREATE_CHILD_SA",
        IkeExchangeType.Informational => "INFORMATIONAL",
        _ => $"exchange {(byte)type}",
    };

    private static string Payload(IkePayload payload) => payload.Type switch
    {
        IkePayloadType.SecurityAssociation => "SA",
        IkePayloadType.KeyExchange => "KE",
        IkePayloadType.IdentificationInitiator => "IDi",
        IkePayloadType.IdentificationResponder => "IDr",
        IkePayloadType.Certificate => "CERT",
        IkePayloadType.CertificateRequest => "CERTREQ",
        IkePayloadType.Authentication => "AUTH",
        IkePayloadType.Nonce => "Nonce",
        IkePayloadType.Notify => Notify(payload),
        IkePayloadType.Delete => "D",
        IkePayloadType.VendorId => "V",
        IkePayloadType.TrafficSelectorInitiator => "TSi",
        IkePayloadType.TrafficSelectorResponder => "TSr",
        IkePayloadType.Encrypted => "SK",
        IkePayloadType.EncryptedFragment => "SKF",
        IkePayloadType.Configuration => payload.Body.Length > 0 && payload.Body[0] == (byte)IkeConfigurationType.Request ? "CP request" : "CP reply",
        IkePayloadType.ExtensibleAuthentication => Eap(payload.Body),
        _ => $"payload {(byte)payload.Type}",
    };

    private static string Notify(IkePayload payload) =>
        NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _) ? $"N({notify.Type})" : "N";

    private static string Eap(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 4)
        {
            return "EAP";
        }

        string code = packet[0] switch { 1 => "Request", 2 => "Response", 3 => "Success", 4 => "Failure", _ => "?" };
        if (packet.Length < 5)
        {
            return $"EAP {code}";
        }

        string type = packet[4] switch { 1 => "Identity", 2 => "Notification", 3 => "Nak", 4 => "MD5-Challenge", 6 => "GTC", 26 => "MSCHAPv2", byte other => $"type {other}" };
        return $"EAP {code}/{type}";
    }
}
