using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.VpnClient;

/// <summary>Our client against strongSwan as gateway, whose EAP server is FreeRADIUS: client — gateway with FreeRADIUS — inside host.</summary>
public class StrongSwanGatewayTests
{
    private const string GatewayName = "vpn.example.com";
    private const string Inside = "10.99.10.2";

    [SkippableTheory]
    [InlineData("EAP-MD5")]
    [InlineData("EAP-GTC")]
    [InlineData("EAP-MSCHAPv2")]
    public async Task The_client_logs_in_pings_the_inside_and_disconnects(string method)
    {
        await using Lab lab = await Lab.StartAsync();

        (int code, string output) = await lab.ConnectAsync(method, "alice-pw", "--ping", Inside);

        Assert.True(code == 0, $"{output}\n{lab.Gateway.Log}");
        Assert.Contains("address: 192.168.13.", output, StringComparison.Ordinal);
        Assert.Contains("dns: 10.99.10.53", output, StringComparison.Ordinal);
        Assert.Contains("route: 10.99.10.0/24", output, StringComparison.Ordinal);
        Assert.Contains("route: 172.16.50.0/24", output, StringComparison.Ordinal);
        Assert.Contains($"ping {Inside}: ", output, StringComparison.Ordinal);
        Assert.Contains("disconnected", output, StringComparison.Ordinal);
        Assert.DoesNotContain("ESTABLISHED", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task With_a_TUN_device_the_systems_own_traffic_takes_the_tunnel_until_the_client_is_told_to_end()
    {
        await using Lab lab = await Lab.StartAsync();
        await using Tool client = lab.StartClient("EAP-MSCHAPv2", "alice-pw", "--tun");
        await client.WaitForAsync("ready: 192.168.13.", TimeSpan.FromSeconds(20));

        (int code, string output) = await Tool.RunAsync(lab.Namespaces.In("cli", "ping", "-c", "2", "-W", "2", "172.16.50.2"));
        Assert.True(code == 0, $"{output}\n{client.Output}\n{lab.Gateway.Log}");
        Assert.Contains("ESTABLISHED", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);

        client.Stop();
        Assert.Equal(0, await client.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("disconnected", client.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ESTABLISHED", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);
    }

    /// <summary>As a laptop goes from cable to radio and back (RFC 4555): the system's route changes, and the tunnel goes along.</summary>
    [SkippableFact]
    public async Task A_client_whose_cable_is_pulled_goes_on_by_radio_and_comes_back()
    {
        await using Lab lab = await Lab.StartAsync();
        await lab.Namespaces.LinkAsync("cli", "radio", "10.99.3.2/24", "gw", "radio", "10.99.3.1/24");
        await lab.Namespaces.IpAsync("cli", "route", "add", "10.99.1.0/24", "via", "10.99.3.1", "metric", "600");
        await using Tool client = lab.StartClient("EAP-MD5", "alice-pw", "--tun");
        await client.WaitForAsync("ready: 192.168.13.", TimeSpan.FromSeconds(20));
        await MustPingAsync(lab, client);

        await lab.Namespaces.IpAsync("cli", "link", "set", "eth0", "down");
        await client.WaitForAsync("goes from 10.99.3.2:", TimeSpan.FromSeconds(10));
        await MustPingAsync(lab, client, moving: true);
        Assert.Contains("@ 10.99.3.2[", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);

        await lab.Namespaces.IpAsync("cli", "link", "set", "eth0", "up");
        await client.WaitForAsync("goes from 10.99.1.2:", TimeSpan.FromSeconds(10));
        await MustPingAsync(lab, client, moving: true);
        Assert.Contains("@ 10.99.1.2[", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);

        client.Stop();
        Assert.Equal(0, await client.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain("ESTABLISHED", (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);
    }

    /// <summary>Suites side by side, each in namespaces of its own, since most of the time is waited for renewals.</summary>
    [SkippableFact]
    public Task A_gateway_that_renews_the_keys_every_two_seconds_loses_no_ping() => Task.WhenAll(
        RenewAsync("aes256gcm16", "AES_GCM_16-256"),
        RenewAsync("aes128gcm16-ecp256", "AES_GCM_16-128"),
        RenewAsync("aes192gcm12", "AES_GCM_12-192", "--esp-proposal", "aes192gcm12"),
        RenewAsync("aes256gcm8", "AES_GCM_8-256", "--esp-proposal", "aes256gcm8-esn"),
        RenewAsync("chacha20poly1305", "CHACHA20_POLY1305"),
        RenewAsync("aes256-sha512", "AES_CBC-256/HMAC_SHA2_512_256"));

    [SkippableFact]
    public async Task Behind_a_NAT_the_tunnel_works_as_well()
    {
        await using Lab lab = await Lab.StartAsync(nat: true);

        (int code, string output) = await lab.ConnectAsync("EAP-MD5", "alice-pw", "--ping", Inside);

        Assert.True(code == 0, $"{output}\n{lab.Gateway.Log}");
    }

    [SkippableFact]
    public async Task Where_nothing_longer_than_576_octets_passes_both_send_fragments()
    {
        await using Lab lab = await Lab.StartAsync(ike: "fragmentation = force", fragmentSize: 500);
        await lab.Namespaces.DropLongAsync("gw", 576);
        lab.TrustOthers(40); // Whose names make the client's first request long.

        (int code, string output) = await lab.ConnectAsync("EAP-MSCHAPv2", "alice-pw", "--ping", Inside);

        Assert.True(code == 0, $"{output}\n{lab.Gateway.Log}");
        Assert.Contains("FRAG_SUP", lab.Gateway.Log, StringComparison.Ordinal);
        Assert.Matches(@"received fragment #\d of 3, reassembled fragmented IKE message", lab.Gateway.Log);
        Assert.Matches(@"splitting IKE message \(\d+ bytes\) into \d fragments", lab.Gateway.Log);
        Assert.Contains($"ping {Inside}: ", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_gateway_that_takes_no_fragments_is_sent_none()
    {
        await using Lab lab = await Lab.StartAsync(ike: "fragmentation = no");

        (int code, string output) = await lab.ConnectAsync("EAP-MD5", "alice-pw", "--ping", Inside);

        Assert.True(code == 0, $"{output}\n{lab.Gateway.Log}");
        Assert.DoesNotContain("received fragment", lab.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("splitting IKE message", lab.Gateway.Log, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("EAP-MD5")]
    [InlineData("EAP-GTC")]
    [InlineData("EAP-MSCHAPv2")]
    public async Task A_wrong_password_is_refused(string method)
    {
        await using Lab lab = await Lab.StartAsync();

        (int code, string output) = await lab.ConnectAsync(method, "not her password");

        Assert.Equal(1, code);
        Assert.Contains("login failed: authentication failed", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_gateway_of_another_name_is_not_trusted()
    {
        await using Lab lab = await Lab.StartAsync();

        (int code, string output) = await lab.ConnectAsync("EAP-MD5", "alice-pw", "--gateway-identity", "elsewhere.example.com");

        Assert.Equal(1, code);
        Assert.Contains("untrusted gateway", output, StringComparison.Ordinal);
    }

    // What is under way while a tunnel moves, and until the gateway has heard of it, may be lost.
    private static async Task MustPingAsync(Lab lab, Tool client, bool moving = false)
    {
        (int code, string output) = await Tool.RunAsync(lab.Namespaces.In("cli", "ping", "-c", "3", "-i", "0.2", "-W", "2", Inside));
        Assert.True(code == 0 && (moving || output.Contains(" 0% packet loss", StringComparison.Ordinal)), $"{output}\n{client.Output}\n{lab.Gateway.Log}");
    }

    private static async Task RenewAsync(string esp, string listed, params string[] options)
    {
        await using Lab lab = await Lab.StartAsync(esp: $"esp_proposals = {esp}\nrekey_time = 2s\nrand_time = 0s\nlife_time = 30s");
        await using Tool client = lab.StartClient("EAP-MD5", "alice-pw", ["--tun", .. options]);
        await client.WaitForAsync("ready: 192.168.13.", TimeSpan.FromSeconds(20));
        Assert.Contains(listed, (await lab.Gateway.ControlAsync("--list-sas")).Output, StringComparison.Ordinal);

        (int code, string output) = await Tool.RunAsync(lab.Namespaces.In("cli", "ping", "-q", "-c", "700", "-i", "0.01", "-W", "2", Inside));

        Assert.True(code == 0 && output.Contains(" 0% packet loss", StringComparison.Ordinal), $"{output}\n{client.Output}\n{lab.Gateway.Log}");
        Assert.Contains("CHILD_SA net{3} established", lab.Gateway.Log, StringComparison.Ordinal);
    }

    private sealed class Lab : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("sallyport-vpnclient-").FullName;
        private readonly Stack<IAsyncDisposable> _parts = new();
        private readonly string _gatewayAddress;

        private Lab(NetworkNamespaces namespaces, string gatewayAddress)
        {
            Namespaces = namespaces;
            _gatewayAddress = gatewayAddress;
            _parts.Push(namespaces);
        }

        public NetworkNamespaces Namespaces { get; }

        public Charon Gateway { get; private set; } = null!;

        public static async Task<Lab> StartAsync(bool nat = false, string esp = "esp_proposals = aes256gcm16", string ike = "", int fragmentSize = 1280)
        {
            Charon.Require();
            Peer.RequirePrograms(nat ? ["freeradius", "ping", "nft"] : ["freeradius", "ping"]);
            Lab lab = new(await NetworkNamespaces.CreateAsync(nat ? ["cli", "nat", "gw", "lan"] : ["cli", "gw", "lan"]), nat ? "10.99.2.1" : "10.99.1.1");
            try
            {
                await LayOutAsync(lab.Namespaces, nat);
                await lab.StartServersAsync(esp, ike, fragmentSize);
                return lab;
            }
            catch
            {
                await lab.DisposeAsync();
                throw;
            }
        }

        /// <summary>Has the client trust further authorities, as with a system's bundle.</summary>
        public void TrustOthers(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                using X509Certificate2 other = new CertificateRequest($"CN=Other {i}", key, HashAlgorithmName.SHA256)
                    .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
                File.AppendAllText(Path.Combine(_folder, "ca.pem"), other.ExportCertificatePem() + "\n");
            }
        }

        public Tool StartClient(string method, string password, params string[] options)
        {
            string profile = Path.Combine(_folder, "Client_Profile.xml");
            File.WriteAllText(profile, Profile(method));
            string[] client = ["dotnet", Path.Combine(AppContext.BaseDirectory, "VpnClient.dll")];
            return Tool.Start(
                Namespaces.In(
                    "cli",
                    [
                        .. client, "--profile", profile, "--user", "alice", "--password-stdin", "--ca", Path.Combine(_folder, "ca.pem"), "--server", _gatewayAddress,
                        "--verbose", .. options,
                    ]),
                password + "\n");
        }

        public async Task<(int ExitCode, string Output)> ConnectAsync(string method, string password, params string[] options)
        {
            await using Tool client = StartClient(method, password, options);
            return (await client.WaitAsync(TimeSpan.FromSeconds(40)), client.Output);
        }

        public async ValueTask DisposeAsync()
        {
            while (_parts.TryPop(out IAsyncDisposable? part))
            {
                await part.DisposeAsync();
            }

            Directory.Delete(_folder, recursive: true);
        }

        private async Task StartServersAsync(string esp, string ike, int fragmentSize)
        {
            _parts.Push(await FreeRadius.StartAsync(new IPEndPoint(IPAddress.Loopback, 1812), Namespaces.In("gw")));
            using TestAuthority authority = new();
            (string certificate, string key) = authority.Issue(GatewayName);
            Dictionary<string, string> files = new() { ["server.pem"] = certificate, ["private/server.key"] = key, ["ca.pem"] = authority.Pem };
            string connections = Connections.Replace("@esp@", esp, StringComparison.Ordinal).Replace("@ike@", ike, StringComparison.Ordinal);
            Gateway = await Charon.StartAsync(Namespaces, "gw", connections, files, RadiusPlugin, fragmentSize: fragmentSize);
            _parts.Push(Gateway);
            await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), authority.Pem);
        }

        // kernel-libipsec takes a policy only where the gateway has an address inside each network that it protects.
        private static async Task LayOutAsync(NetworkNamespaces namespaces, bool nat)
        {
            await namespaces.LinkAsync("gw", "lan0", "10.99.10.1/24", "lan", "eth0", "10.99.10.2/24");
            await namespaces.IpAsync("gw", "addr", "add", "172.16.50.1/24", "dev", "lan0");
            await namespaces.IpAsync("lan", "addr", "add", "172.16.50.2/24", "dev", "eth0");
            await namespaces.IpAsync("lan", "route", "add", "default", "via", "10.99.10.1");
            await namespaces.ForwardAsync("gw");
            if (!nat)
            {
                await namespaces.LinkAsync("cli", "eth0", "10.99.1.2/24", "gw", "eth0", "10.99.1.1/24");
                return;
            }

            await namespaces.LinkAsync("cli", "eth0", "10.99.1.2/24", "nat", "in0", "10.99.1.1/24");
            await namespaces.LinkAsync("nat", "out0", "10.99.2.2/24", "gw", "eth0", "10.99.2.1/24");
            await namespaces.IpAsync("cli", "route", "add", "default", "via", "10.99.1.1");
            await namespaces.ForwardAsync("nat");
            await Tool.MustAsync(namespaces.In("nat", "nft", "add table ip t; add chain ip t post { type nat hook postrouting priority 100; }; add rule ip t post oifname out0 masquerade random"));
        }

        private static string Profile(string method) => $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/">
              <ServerList>
                <HostEntry>
                  <HostName>Gateway</HostName>
                  <HostAddress>{GatewayName}</HostAddress>
                  <PrimaryProtocol>IPsec
                    <StandardAuthenticationOnly>true
                      <AuthMethodDuringIKENegotiation>{method}</AuthMethodDuringIKENegotiation>
                    </StandardAuthenticationOnly>
                  </PrimaryProtocol>
                </HostEntry>
              </ServerList>
            </AnyConnectProfile>
            """;

        private const string RadiusPlugin = $$"""
            eap-radius {
              servers {
                primary {
                  address = 127.0.0.1
                  secret = {{FreeRadius.Secret}}
                  auth_port = 1812
                }
              }
            }
            """;

        private const string Connections = $$"""
            connections {
              flex {
                version = 2
                proposals = aes256-sha384-ecp256,aes128-sha384-ecp256
                encap = yes
                send_cert = always
                send_certreq = no
                pools = pool
                dpd_delay = 60s
                @ike@
                local-1 {
                  auth = pubkey
                  certs = @folder@/server.pem
                  id = {{GatewayName}}
                }
                remote-1 {
                  auth = eap-radius
                  eap_id = %any
                  id = %any
                }
                children {
                  net {
                    local_ts = 10.99.10.0/24,172.16.50.0/24
                    @esp@
                  }
                }
              }
            }
            pools {
              pool {
                addrs = 192.168.13.1-192.168.13.10
                dns = 10.99.10.53
                subnet = 10.99.10.0/24,172.16.50.0/24
              }
            }
            authorities {
              test {
                cacert = @folder@/ca.pem
              }
            }
            """;
    }
}
