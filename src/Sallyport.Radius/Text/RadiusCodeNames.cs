using System.Globalization;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Codes by the names of IANA's registry.</summary>
internal static class RadiusCodeNames
{
    private const string Unknown = "Code-";

    private static readonly (RadiusCode Code, string Name)[] All =
    [
        (RadiusCode.AccessRequest, "Access-Request"), (RadiusCode.AccessAccept, "Access-Accept"), (RadiusCode.AccessReject, "Access-Reject"),
        (RadiusCode.AccountingRequest, "Accounting-Request"), (RadiusCode.AccountingResponse, "Accounting-Response"),
        (RadiusCode.AccessChallenge, "Access-Challenge"), (RadiusCode.StatusServer, "Status-Server"),
        (RadiusCode.DisconnectRequest, "Disconnect-Request"), (RadiusCode.DisconnectAck, "Disconnect-ACK"), (RadiusCode.DisconnectNak, "Disconnect-NAK"),
        (RadiusCode.CoaRequest, "CoA-Request"), (RadiusCode.CoaAck, "CoA-ACK"), (RadiusCode.CoaNak, "CoA-NAK"), (RadiusCode.ProtocolError, "Protocol-Error"),
    ];

    /// <summary>The names, for messages.</summary>
    public static string Known => string.Join(", ", All.Select(c => c.Name));

    public static string Of(RadiusCode code) =>
        Array.Find(All, c => c.Code == code).Name ?? Unknown + ((byte)code).ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a code by its name or its number.</summary>
    public static bool TryParse(string text, out RadiusCode code)
    {
        (RadiusCode found, string? name) = Array.Find(All, c => c.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        string digits = text.StartsWith(Unknown, StringComparison.OrdinalIgnoreCase) ? text.Substring(Unknown.Length) : text;
        bool read = byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out byte number);
        code = name is null ? (RadiusCode)number : found;
        return name is not null || read;
    }
}
