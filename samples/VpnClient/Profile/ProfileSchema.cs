namespace Sallyport.Samples.VpnClient.Profile;

/// <summary>The element names of AnyConnectProfile.xsd, and of its newer versions.</summary>
internal static class ProfileSchema
{
    public static readonly string[] ClientInitialization =
    [
        "UseStartBeforeLogon", "AutomaticCertSelection", "ShowPreConnectMessage", "CertificateStore", "CertificateStoreMac", "CertificateStoreOverride",
        "ProxySettings", "AllowLocalProxyConnections", "AuthenticationTimeout", "AutoConnectOnStart", "MinimizeOnConnect", "LocalLanAccess",
        "DisableCaptivePortalDetection", "ClearSmartcardPin", "IPProtocolSupport", "AutoReconnect", "SuspendOnConnectedStandby", "AutoUpdate",
        "RSASecurIDIntegration", "WindowsLogonEnforcement", "LinuxLogonEnforcement", "WindowsVPNEstablishment", "LinuxVPNEstablishment",
        "AutomaticVPNPolicy", "PPPExclusion", "EnableScripting", "EnableAutomaticServerSelection", "RetainVpnOnLogoff",
        "CaptivePortalRemediationBrowserFailover", "AllowManualHostInput", "CertificatePinning", "CertificatePinList", "CertificateMatch",
        "BackupServerList", "CertificateEnrollment", "MobilePolicy", "DeviceLockRequired", "ServiceDisable", "AllowIPsecOverSSL",
        "SafeWordSofTokenIntegration",
    ];

    public static readonly string[] HostEntry =
    [
        "HostName", "HostAddress", "UserGroup", "BackupServerList", "LoadBalancingServerList", "AutomaticSCEPHost", "CAURL", "MobileHostEntryInfo",
        "PrimaryProtocol", "CertificatePinList",
    ];

    public static readonly Dictionary<string, ProfileProtocol> Protocols = new(StringComparer.Ordinal)
    {
        ["SSL"] = ProfileProtocol.Ssl,
        ["IPsec"] = ProfileProtocol.IPsec,
    };

    public static readonly Dictionary<string, IkeAuthMethod> AuthMethods = new(StringComparer.Ordinal)
    {
        ["EAP-GTC"] = IkeAuthMethod.EapGtc,
        ["EAP-MD5"] = IkeAuthMethod.EapMd5,
        ["EAP-MSCHAPv2"] = IkeAuthMethod.EapMsChapV2,
        ["EAP-AnyConnect"] = IkeAuthMethod.EapAnyConnect,
        ["IKE-RSA"] = IkeAuthMethod.IkeRsa,
        ["IKE-ECDSA"] = IkeAuthMethod.IkeEcdsa,
    };
}
