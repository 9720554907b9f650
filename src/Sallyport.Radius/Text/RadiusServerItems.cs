using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>
/// The items of a server's configuration that stand among attributes in texts, by the names of FreeRADIUS: no packet carries them.
/// </summary>
public static class RadiusServerItems
{
    /// <summary>The password in the clear.</summary>
    public const string CleartextPassword = "Cleartext-Password";

    /// <summary>MD4 over the password in UTF-16, 16 octets.</summary>
    public const string NTPassword = "NT-Password";

    /// <summary>How to authenticate, or the verdict itself: Accept or Reject.</summary>
    public const string AuthType = "Auth-Type";

    /// <summary>Whether the entries after this one are looked at too.</summary>
    public const string FallThrough = "Fall-Through";

    /// <summary>The packet's code.</summary>
    public const string PacketType = "Packet-Type";

    // The numbers are FreeRADIUS' own; nothing depends on them but the names.
    private static readonly RadiusDefinitions Definitions = RadiusDefinitions.Read("""
        A Cleartext-Password #1100 Text
        A NT-Password #1058 Octets
        A Auth-Type #1000 Integer
        = Local 0
        = Reject 4
        = Accept 254
        = PAP 1
        = CHAP 2
        = MS-CHAP 3
        = EAP 5
        A Fall-Through #500 Integer
        = No 0
        = Yes 1
        A Packet-Type #1047 Text
        """);

    internal static IEnumerable<string> Names => Definitions.Attributes.Select(d => d.Name);

    internal static RadiusAttributeDefinition? Find(string name) => Definitions.Attributes.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
