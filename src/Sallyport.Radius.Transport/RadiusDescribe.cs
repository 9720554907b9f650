using System.Globalization;
using System.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>Packets in words, for traces: code, identifier, user and EAP. Control characters of peers are made harmless.</summary>
internal static class RadiusDescribe
{
    private static readonly TextKey UserName = new(1);
    private static readonly OctetsKey EapMessage = new(79);

    public static string Packet(RadiusPacket packet)
    {
        StringBuilder text = new();
        text.Append(Code(packet.Code)).Append(" id ").Append(packet.Identifier.ToString(CultureInfo.InvariantCulture));
        if (packet.GetString(UserName) is { } user)
        {
            text.Append(", User-Name ");
            foreach (char c in user)
            {
                text.Append(char.IsControl(c) ? '?' : c);
            }
        }

        if (packet.TryGet(EapMessage, out ReadOnlySpan<byte> eap) && eap.Length >= 4)
        {
            text.Append(", EAP ").Append(eap[0] switch { 1 => "Request", 2 => "Response", 3 => "Success", 4 => "Failure", _ => "?" });
            if (eap.Length > 4)
            {
                text.Append('/').Append(eap[4] switch { 1 => "Identity", 2 => "Notification", 3 => "Nak", 4 => "MD5-Challenge", 6 => "GTC", 26 => "MSCHAPv2", byte type => $"type {type}" });
            }
        }

        return text.ToString();
    }

    public static string Code(RadiusCode code) => code switch
    {
        RadiusCode.AccessRequest => "Access-Request",
        RadiusCode.AccessAccept => "Access-Accept",
        RadiusCode.AccessReject => "Access-Reject",
        RadiusCode.AccessChallenge => "Access-Challenge",
        RadiusCode.AccountingRequest => "Accounting-Request",
        RadiusCode.AccountingResponse => "Accounting-Response",
        RadiusCode.StatusServer => "Status-Server",
        RadiusCode.DisconnectRequest => "Disconnect-Request",
        RadiusCode.DisconnectAck => "Disconnect-ACK",
        RadiusCode.DisconnectNak => "Disconnect-NAK",
        RadiusCode.CoaRequest => "CoA-Request",
        RadiusCode.CoaAck => "CoA-ACK",
        RadiusCode.CoaNak => "CoA-NAK",
        RadiusCode.ProtocolError => "Protocol-Error",
        _ => $"code {(byte)code}",
    };
}
