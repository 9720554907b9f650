using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend.Login;

/// <summary><c>match identity remote</c>.</summary>
internal static class IdentityMatcher
{
    /// <summary>Whether one of the lines fits the client's IKE identity.</summary>
    public static bool Matches(IEnumerable<IdentityMatch> matches, IkeIdentity identity) => matches.Any(m => Matches(m, identity));

    private static bool Matches(IdentityMatch match, IkeIdentity identity)
    {
        string text = identity.ToString();
        return match.Kind switch
        {
            "any" => true,
            "key-id" => identity.Type is IkeIdentificationType.KeyId or IkeIdentificationType.AnyConnectGroup && text == match.Value,
            "fqdn" => identity.Type == IkeIdentificationType.Fqdn && text.Equals(match.Value, StringComparison.OrdinalIgnoreCase),
            "fqdn domain" => identity.Type == IkeIdentificationType.Fqdn && text.EndsWith("." + match.Value, StringComparison.OrdinalIgnoreCase),
            "email" => identity.Type == IkeIdentificationType.Rfc822Address && text.Equals(match.Value, StringComparison.OrdinalIgnoreCase),
            "email domain" => identity.Type == IkeIdentificationType.Rfc822Address && text.EndsWith("@" + match.Value, StringComparison.OrdinalIgnoreCase),
            "address" => identity.Type == IkeIdentificationType.IPv4Address && text == match.Value,
            _ => false,
        };
    }
}
