namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>
/// What administrators' files may hold that this proxy knows of and does not do. Ignoring some of it would change who gets in, or
/// leave other machines without a service they count on: that is refused. The rest is named in a warning.
/// </summary>
internal static class KnownOptions
{
    private static readonly Dictionary<string, (bool Refuse, string Advice)> Options = new()
    {
        ["log_syslog"] = (false, "the log goes to standard output or to log_dir; let the service manager forward it"),
        ["syslog_facility"] = (false, "the log goes to standard output or to log_dir; let the service manager forward it"),
        ["log_auth_events"] = (false, "every login's outcome stands in the one log"),
        ["log_sso_events"] = (false, "there is no single sign-on here"),
        ["test_connectivity_on_startup"] = (false, "the first login shows whether the primary and Duo can be reached"),
        ["fips_mode"] = (true, "RADIUS is built on MD5, which that mode forbids; set it to false"),
        ["delimiter"] = (false, "a factor or passcode appended to the password is not split off; the primary gets the password as it was typed"),
        ["delimited_password_length"] = (false, "a passcode appended to the password is not split off; the primary gets the password as it was typed"),
        ["delimiter_password_length"] = (false, "a passcode appended to the password is not split off; the primary gets the password as it was typed"),
        ["allow_concat"] = (false, "a factor or passcode appended to the password is not split off; the primary gets the password as it was typed"),
        ["type"] = (false, "it belongs to sections for one vendor's gateway"),
    };

    private static readonly Dictionary<string, string> Sections = new()
    {
        ["ad_client"] = "a directory as first factor is not supported; put a RADIUS server in front of the directory and name it in [radius_client]",
        ["duo_only_client"] = "a login without a first factor is not supported; name a RADIUS server in [radius_client]",
        ["radius_server_challenge"] = "prompting by Access-Challenge is not supported; use [radius_server_auto]",
        ["radius_server_concat"] = "a factor appended to the password is not supported; use [radius_server_auto]",
        ["radius_server_duo_only"] = "a login without a first factor is not supported; use [radius_server_auto]",
        ["radius_server_iframe"] = "the prompt in a gateway's web page is no longer offered by Duo; use [radius_server_auto]",
        ["radius_server_eap"] = "PEAP is not terminated here; [radius_server_auto] relays any EAP method to the primary",
        ["ldap_server_auto"] = "LDAP is not served; use [radius_server_auto], or keep another proxy for this section",
        ["cloud"] = "directory synchronisation is not offered; keep another proxy for this section and remove it here",
        ["sso"] = "single sign-on is not offered; keep another proxy for this section and remove it here",
        ["http_proxy"] = "an HTTP proxy is not offered; keep another proxy for this section and remove it here",
    };

    /// <summary>What to tell about an option by its name without a number, or null where the name is unknown.</summary>
    public static (bool Refuse, string Advice)? Unsupported(string option) => Options.TryGetValue(option, out var known) ? known : null;

    /// <summary>What to do about a section of a kind that is not supported, or null where the kind is unknown.</summary>
    public static string? UnsupportedSection(string kind) => Sections.GetValueOrDefault(kind);
}
