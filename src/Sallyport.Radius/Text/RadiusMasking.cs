using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>
/// What a dump does not show: passwords and keys, hidden or not, and answers from which a password can be guessed at leisure. State, Class and
/// Message-Authenticator are shown: they are needed to follow a conversation, and say nothing of a person's password.
/// </summary>
internal static class RadiusMasking
{
    /// <summary>What stands in a value's place.</summary>
    public const string Mask = "<<< secret >>>";

    private const byte EapMessage = 79;
    private const uint Microsoft = 311;

    /// <summary>Whether an attribute's values are secrets, whatever they are.</summary>
    public static bool IsSecret(RadiusAttributeId id, RadiusAttributeDefinition? definition) =>
        (definition is not null && (definition.Encryption != default || IsNamedSecret(definition)))
        || (id.Depth == 0 && !id.IsExtended && (id.Vendor == 0 ? IsStandardSecret(id.Type) : id.Vendor == Microsoft && IsMicrosoftSecret(id.Type)));

    /// <summary>Whether an EAP packet is an answer that holds a password, or what one can be guessed from.</summary>
    public static bool IsSecretEap(ReadOnlySpan<byte> value)
    {
        const byte Response = 2;
        const int HeaderSize = 5;
        return value.Length > HeaderSize && value[0] == Response

            // MD5-Challenge, One-Time Password, Generic Token Card, LEAP, MSCHAPv2 twice, PAX, PSK, SAKE, GPSK, PWD; EKE: by their numbers at IANA.
            && value[4] is 4 or 5 or 6 or 17 or 26 or 29 or 46 or 47 or 48 or 51 or 52 or 53;
    }

    /// <summary>Whether an attribute is EAP-Message.</summary>
    public static bool IsEap(RadiusAttributeId id) => id == new RadiusAttributeId(EapMessage);

    // User-Password and CHAP-Password (RFC 2865), Tunnel-Password (2868), ARAP-Password, ARAP-Security-Data and ARAP-Challenge-Response (2869),
    // Digest-Response and Digest-HA1 (5090).
    private static bool IsStandardSecret(uint type) => type is 2 or 3 or 69 or 70 or 74 or 84 or 103 or 121;

    // RFC 2548: MS-CHAP-Response, the two changes of password and their encrypted parts, MS-CHAP-MPPE-Keys, MS-MPPE-Send-Key, MS-MPPE-Recv-Key,
    // MS-CHAP2-Response, MS-CHAP2-Success and MS-CHAP2-CPW.
    private static bool IsMicrosoftSecret(uint type) => type is 1 or 3 or 4 or 5 or 6 or 12 or 16 or 17 or 25 or 26 or 27;

    // Of vendors' attributes nobody has a list. A number beside a password, such as Password-Retry, is none.
    private static bool IsNamedSecret(RadiusAttributeDefinition definition) => definition.Type is RadiusDataType.Text or RadiusDataType.Octets
        && (definition.Name.Contains("Password", StringComparison.OrdinalIgnoreCase) || definition.Name.Contains("Secret", StringComparison.OrdinalIgnoreCase));
}
