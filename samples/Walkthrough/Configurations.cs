using System.Globalization;
using System.Net;

namespace Sallyport.Samples.Walkthrough;

/// <summary>The five configuration files, as an administrator would write them, for one machine and free ports.</summary>
internal static class Configurations
{
    public const string GatewayName = "flexvpn-C8000V.cisco.com";
    public const string Password = "open sesame";
    public const string InsideHost = "192.168.11.10";

    /// <summary>Who logs in: the scenario's person, and others with a number behind the name.</summary>
    public static string User(int number) => number == 0 ? "sadks" : "sadks" + number.ToString(CultureInfo.InvariantCulture);

    public static string DuoCloud(WalkthroughOptions options) =>
        $$"""
        {
          "applications": [{ "name": "VPN", "ikey": "DIXXXXXXXXXXXXXXXXXX", "skey": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }],
          "policy": { "push": "{{(options.Deny ? "deny" : "approve")}}", "delaySeconds": 0.3 },
          "users": [
        {{Users(options, name => $$"""    { "name": "{{name}}" }""")}}
          ]
        }
        """;

    public static string RadiusServer(WalkthroughOptions options) =>
        $$"""
        {
          "listen": ["127.0.0.1:0"],
          "devices": [{ "name": "two-factor proxy", "address": "127.0.0.1", "secret": "cisco" }],
          "eapMethods": ["md5", "mschapv2"],
          "users": [
        {{Users(options, name => $$"""    { "name": "{{name}}", "password": "{{Password}}", "reply": { "Class": "staff" } }""")}}
          ]
        }
        """;

    public static string DuoProxy(WalkthroughOptions options, int primaryPort, int duoPort, string authorityFile) =>
        $"""
        [main]
        http_ca_certs_file={authorityFile}
        interface=127.0.0.1

        [radius_client]
        host=127.0.0.1
        port={primaryPort}
        secret=cisco

        [radius_server_auto]
        ikey=DIXXXXXXXXXXXXXXXXXX
        skey=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        api_host=127.0.0.1
        api_port={duoPort}
        radius_ip_1=127.0.0.1
        radius_secret_1=cisco
        failmode={options.FailMode}
        client=radius_client
        port=0
        """;

    public static string Router(WalkthroughOptions options, int proxyPort) =>
        $"""
        hostname R1
        !
        aaa new-model
        !
        radius server rad_server
         address ipv4 127.0.0.1 auth-port {proxyPort} acct-port 1813
         timeout 120
         key cisco
        !
        aaa group server radius FlexVPN_auth_server
         server name rad_server
        !
        aaa authentication login FlexVPN_auth group FlexVPN_auth_server
        aaa authorization network FlexVPN_authz local
        !
        crypto pki trustpoint TP_AnyConnect
         fqdn {GatewayName}
         subject-name cn={GatewayName}
         rsakeypair AnyConnect
        !
        ip access-list standard split-tunnel-acl
         10 permit 192.168.11.0 0.0.0.255
         20 permit 192.168.12.0 0.0.0.255
        !
        ip local pool SSLVPN_POOL 192.168.13.1 {LastAddress(options)}
        !
        crypto ikev2 authorization policy ikev2-authz-policy
         pool SSLVPN_POOL
         dns 10.106.60.12
         route set access-list split-tunnel-acl
        !
        crypto ikev2 proposal FlexVPN_IKEv2_Proposal
         encryption aes-cbc-128
         integrity sha384
         group 19
        !
        crypto ikev2 policy FlexVPN_IKEv2_Policy
         match fvrf any
         proposal FlexVPN_IKEv2_Proposal
        !
        crypto ikev2 profile Flexvpn_ikev2_Profile
         match identity remote any
         authentication local rsa-sig
         authentication remote eap query-identity
         pki trustpoint TP_AnyConnect
         dpd 60 2 on-demand
         aaa authentication eap FlexVPN_auth
         aaa authorization group eap list FlexVPN_authz ikev2-authz-policy
         aaa authorization user eap cached
         virtual-template 20 mode auto
        !
        crypto ipsec transform-set TS esp-gcm 256
         mode tunnel
        !
        crypto ipsec profile Flexvpn_IPsec_Profile
         set transform-set TS
         set ikev2-profile Flexvpn_ikev2_Profile
        !
        interface Loopback0
         ip address 127.0.0.1 255.0.0.0
        !
        interface Virtual-Template20 type tunnel
         ip unnumbered Loopback0
         tunnel mode ipsec ipv4
         tunnel protection ipsec profile Flexvpn_IPsec_Profile
        !
        end
        """;

    public static string Profile() =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/">
          <ClientInitialization>
            <AuthenticationTimeout>90</AuthenticationTimeout>
          </ClientInitialization>
          <ServerList>
            <HostEntry>
              <HostName>FlexVPN</HostName>
              <HostAddress>{GatewayName}</HostAddress>
              <PrimaryProtocol>IPsec
                <StandardAuthenticationOnly>true
                  <AuthMethodDuringIKENegotiation>EAP-MD5</AuthMethodDuringIKENegotiation>
                </StandardAuthenticationOnly>
              </PrimaryProtocol>
            </HostEntry>
          </ServerList>
        </AnyConnectProfile>
        """;

    private static string Users(WalkthroughOptions options, Func<string, string> write) =>
        string.Join(",\n", Enumerable.Range(0, options.Logins).Select(i => write(User(i))));

    private static IPAddress LastAddress(WalkthroughOptions options)
    {
        int size = options.Pool ?? Math.Max(10, options.Logins);
        return new IPAddress([192, 168, (byte)(13 + (size >> 8)), (byte)size]);
    }
}
