using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Interop.Tests.Infrastructure;
using Sallyport.Radius.Client;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Transport.Tests;
using Sallyport.Radius.Wire;
using Server = Sallyport.Radius.Transport.RadiusServer;

namespace Sallyport.Interop.Tests.RadSec;

/// <summary>Certificates, our client and server, and peers of Debian's that speak RADIUS/TLS, on loopback.</summary>
internal sealed class RadSecLab : IAsyncDisposable
{
    public const string NasSecret = "nas-secret";
    private const string Message = "checked by ours";

    // Only whoever has nothing to wait for waits that long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TextKey UserName = new(1);
    private static readonly EncryptedKey UserPassword = new(2, RadiusEncryption.UserPassword);
    private readonly TestCertificates _authority = new();
    private readonly TestCertificates _stranger = new("Another authority");
    private readonly string _folder = Directory.CreateTempSubdirectory("sallyport-radsec-").FullName;
    private readonly List<IAsyncDisposable> _running = [];

    private RadSecLab()
    {
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), _authority.Anchors[0].ExportCertificatePem() + "\n");
        Save("server", _authority.Issue("radius.example", IPAddress.Loopback));
        Save("client", _authority.Issue("nas.example", IPAddress.Loopback));
        Save("stranger", _stranger.Issue("nas.example", IPAddress.Loopback));
    }

    /// <summary>What the peers have written.</summary>
    public string Log => string.Join('\n', _running.Select(r => r is FreeRadius server ? server.Log : (r as PeerProcess)?.Log));

    public static RadSecLab Create() => new();

    /// <summary>Our server: alice, and what she is told.</summary>
    public Server Serve(bool tls)
    {
        RadiusListener listener = tls
            ? new RadiusTlsListener(new IPEndPoint(IPAddress.Loopback, 0), new RadiusTlsServerOptions
            {
                Certificate = _authority.Issue("radius.example", IPAddress.Loopback),
                TrustAnchors = _authority.Anchors,
                Clients = [new RadiusTlsClient("the proxy") { SubjectAltNames = ["nas.example"] }],
            })
            : new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0));
        RadiusServerOptions options = new() { Listeners = [listener], Peers = new RadiusPeers([new RadiusPeer("proxy", "127.0.0.1", new RadiusSecret("primary-secret"))]) };
        Server server = new(options, new RadiusHandlers { Access = Check });
        server.Start();
        _running.Add(server);
        return server;
    }

    /// <summary>Our client over TLS, with the certificate of a name, or a stranger's; the server is known by an address, or by a name.</summary>
    public RadiusClient Connect(int port, bool stranger = false, RadiusVersions versions = RadiusVersions.Any, string? serverName = null)
    {
        RadiusTlsClientOptions tls = new()
        {
            Certificate = (stranger ? _stranger : _authority).Issue("nas.example", IPAddress.Loopback),
            TrustAnchors = _authority.Anchors,
            Versions = versions,
            ServerName = serverName,
            HandshakeTimeout = Patience,
        };
        RadiusUpstream server = RadiusUpstream.OverTls(new IPEndPoint(IPAddress.Loopback, port), tls) with { Retransmission = RadiusRetransmission.Every(stranger ? TimeSpan.FromSeconds(2) : Patience, 1) };
        RadiusClient client = new(new RadiusClientOptions { Servers = [server] });
        _running.Add(client);
        return client;
    }

    /// <summary>A way to a port that can be cut.</summary>
    public TcpRelay RelayTo(int port)
    {
        TcpRelay relay = new(new IPEndPoint(IPAddress.Loopback, port));
        _running.Add(relay);
        return relay;
    }

    /// <summary>Debian's radsecproxy, TLS in front and UDP behind.</summary>
    public async Task<int> RadsecproxyToUdpAsync(IPEndPoint server, string secret)
    {
        int port = FreePort();
        await RadsecproxyAsync($"ListenTLS 127.0.0.1:{port}", "listening for tls", "server", "type tls", "radsec", $"type udp\n    port {server.Port}", secret);
        return port;
    }

    /// <summary>Debian's radsecproxy, UDP in front and TLS behind.</summary>
    public async Task<IPEndPoint> RadsecproxyToTlsAsync(IPEndPoint server, bool stranger = false)
    {
        int port = FreePort();
        await RadsecproxyAsync(
            $"ListenUDP 127.0.0.1:{port}\nListenTLS 127.0.0.1:{FreePort()}", "listening for udp", stranger ? "stranger" : "client", "type udp", NasSecret, $"type tls\n    port {server.Port}", "radsec");
        return new IPEndPoint(IPAddress.Loopback, port);
    }

    /// <summary>Debian's FreeRADIUS with a TLS listener of its own.</summary>
    public async Task<int> FreeRadiusTlsAsync() => (await FreeRadiusAsync(endpoint => $$"""
        clients radsec {
        	client tlsclient {
        		ipaddr = 127.0.0.1
        		proto = tls
        		secret = radsec
        	}
        }
        server radsec {
        	listen {
        		type = auth
        		ipaddr = 127.0.0.1
        		port = {{endpoint.Port}}
        		proto = tcp
        		clients = radsec
        		tls {
        			{{Tls("server")}}
        			require_client_cert = yes
        		}
        	}
        {{FreeRadius.Logins}}
        }
        """)).Port;

    /// <summary>Debian's FreeRADIUS as a proxy, UDP in front and TLS behind.</summary>
    public Task<IPEndPoint> FreeRadiusToTlsAsync(IPEndPoint server) => FreeRadiusAsync(endpoint => $$"""
        client udp {
        	ipaddr = 127.0.0.1
        	secret = {{NasSecret}}
        }
        home_server up {
        	type = auth
        	ipaddr = 127.0.0.1
        	port = {{server.Port}}
        	proto = tcp
        	secret = radsec
        	status_check = none
        	tls {
        		{{Tls("client", "1.2")}}
        	}
        }
        home_server_pool up {
        	type = fail-over
        	home_server = up
        }
        realm up {
        	auth_pool = up
        }
        server front {
        	listen {
        		type = auth
        		ipaddr = 127.0.0.1
        		port = {{endpoint.Port}}
        	}
        	authorize {
        		update control {
        			Proxy-To-Realm := "up"
        		}
        	}
        {{FreeRadius.Authenticate}}
        }
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        _authority.Dispose();
        _stranger.Dispose();
    }

    private static async ValueTask<RadiusResponse> Check(RadiusRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        byte[] password = new byte[RadiusHiding.LargestPassword];
        bool right = request.Packet.TryDecrypt(UserPassword, request.Peer.Secret, request.Packet.Authenticator, password, out int length)
            && request.Packet.GetString(UserName) == "alice" && password.AsSpan(0, length).SequenceEqual("alice-pw"u8);
        return request.CreateReply(right ? RadiusCode.AccessAccept : RadiusCode.AccessReject, (ref RadiusPacketWriter w) => w.Add(new TextKey(18), Message));
    }

    private async Task RadsecproxyAsync(string listen, string ready, string certificate, string client, string clientSecret, string server, string serverSecret)
    {
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.conf");
        await File.WriteAllTextAsync(file, $$"""
            {{listen}}
            tls default {
                CACertificateFile {{_folder}}/ca.pem
                CertificateFile {{_folder}}/{{certificate}}.pem
                CertificateKeyFile {{_folder}}/{{certificate}}.key
            }
            client front {
                host 127.0.0.1
                {{client}}
                secret {{clientSecret}}
            }
            server behind {
                host 127.0.0.1
                {{server}}
                secret {{serverSecret}}
            }
            realm * {
                server behind
                accountingServer behind
            }

            """);
        _running.Add(await PeerProcess.StartAsync(ready, "radsecproxy", "-f", "-d", "2", "-c", file));
    }

    private async Task<IPEndPoint> FreeRadiusAsync(Func<IPEndPoint, string> server)
    {
        FreeRadius running = await FreeRadius.StartWithAsync(server);
        _running.Add(running);
        return running.Endpoint;
    }

    // As a client, FreeRADIUS 3.2.1 hangs now and then where TLS 1.3's tickets come before its first request has left: one thread reads,
    // finds nothing but them, and keeps the lock that another one needs to send the request.
    private string Tls(string certificate, string newest = "1.3") => string.Create(CultureInfo.InvariantCulture, $"""
        private_key_file = {_folder}/{certificate}.key
        certificate_file = {_folder}/{certificate}.pem
        ca_file = {_folder}/ca.pem
        fragment_size = 8192
        tls_min_version = "1.2"
        tls_max_version = "{newest}"
        """);

    private void Save(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(_folder, name + ".pem"), certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(_folder, name + ".key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
    }

    // Free for TCP and UDP alike at the moment of asking.
    private static int FreePort()
    {
        using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(tcp.LocalEndPoint!);
        return ((IPEndPoint)tcp.LocalEndPoint!).Port;
    }
}
