using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>
/// A FreeRADIUS of the machine's with its own configuration in a folder of its own: the people of <see cref="Users"/> and every method that
/// needs no certificate. On the loopback its clients are this machine's; at another address, which a test has in a namespace only, they are
/// all who reach it.
/// </summary>
internal sealed class FreeRadius : IAsyncDisposable
{
    public const string Secret = "primary-secret";

    private readonly PeerProcess _process;
    private readonly string _folder;

    private FreeRadius(PeerProcess process, string folder, IPEndPoint endpoint) => (_process, _folder, Endpoint) = (process, folder, endpoint);

    public IPEndPoint Endpoint { get; }

    public string Log => _process.Log;

    /// <summary>Starts a server.</summary>
    /// <param name="endpoint">Where it listens; any free port of the loopback where none is given.</param>
    /// <param name="launcher">What to put in front of its command, such as <c>ip netns exec NAME</c>.</param>
    public static Task<FreeRadius> StartAsync(IPEndPoint? endpoint = null, params string[] launcher)
    {
        endpoint ??= FreeEndpoint();
        return StartAsync(Users, endpoint, Server(endpoint), launcher);
    }

    /// <summary>Starts a server on the loopback with a users file of the test's.</summary>
    public static Task<FreeRadius> StartWithUsersAsync(string users)
    {
        IPEndPoint endpoint = FreeEndpoint();
        return StartAsync(users, endpoint, Server(endpoint), []);
    }

    /// <summary>Starts a server on the loopback with clients, home servers and sections of the test's.</summary>
    /// <param name="server">Writes them, for the address and port where it is to listen; <see cref="Logins"/> has what lets people in.</param>
    public static Task<FreeRadius> StartWithAsync(Func<IPEndPoint, string> server)
    {
        IPEndPoint endpoint = FreeEndpoint();
        return StartAsync(Users, endpoint, server(endpoint), []);
    }

    /// <summary>How people are let in, which the modules ask for even where nobody is.</summary>
    public const string Authenticate = """
        	authenticate {
        		Auth-Type PAP {
        			pap
        		}
        		Auth-Type CHAP {
        			chap
        		}
        		Auth-Type MS-CHAP {
        			mschap
        		}
        		eap
        	}
        """;

    /// <summary>Lets people in.</summary>
    public const string Logins = $$"""
        	authorize {
        		chap
        		mschap
        		eap {
        			ok = return
        		}
        		files
        		pap
        	}
        {{Authenticate}}
        	post-auth {
        		Post-Auth-Type REJECT {
        			eap
        		}
        	}
        """;

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<FreeRadius> StartAsync(string users, IPEndPoint endpoint, string server, string[] launcher)
    {
        string folder = Directory.CreateTempSubdirectory("sallyport-freeradius-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "radiusd.conf"), Configuration(folder, server));
            await File.WriteAllTextAsync(Path.Combine(folder, "users"), users);
            string[] command = [.. launcher, "freeradius", "-d", folder, "-fxx", "-l", "stdout"];
            return new FreeRadius(await PeerProcess.StartAsync("Ready to process requests", command[0], command[1..]), folder, endpoint);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    // Free for TCP and UDP alike at the moment of asking.
    private static IPEndPoint FreeEndpoint()
    {
        using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(tcp.LocalEndPoint!);
        return (IPEndPoint)tcp.LocalEndPoint!;
    }

    // MS-CHAPv2 and CHAP need the clear password; the reply attributes are those a NAS would act on.
    private const string Users = """
        alice	Cleartext-Password := "alice-pw"
        	Reply-Message = "Welcome alice",
        	Session-Timeout = 3600,
        	Class = 0x7374616666,
        	Framed-IP-Address = 192.168.13.5,
        	Cisco-AVPair = "shell:priv-lvl=15"

        bob	Cleartext-Password := "bob-pw"

        denied	Cleartext-Password := "denied-pw"

        weakdes	Cleartext-Password := "pw129497"

        """;

    private static string Server(IPEndPoint endpoint) => $$"""
        client proxy {
        	ipaddr = {{(IPAddress.IsLoopback(endpoint.Address) ? "127.0.0.0/8" : "0.0.0.0/0")}}
        	secret = {{Secret}}
        	require_message_authenticator = yes
        	shortname = proxy
        }
        server default {
        	listen {
        		type = auth
        		ipaddr = {{endpoint.Address}}
        		port = {{endpoint.Port.ToString(CultureInfo.InvariantCulture)}}
        	}
        {{Logins}}
        }
        """;

    private static string Configuration(string folder, string server) => $$"""
        prefix = /usr
        name = radiusd
        confdir = {{folder}}
        run_dir = {{folder}}
        logdir = {{folder}}
        libdir = /usr/lib/freeradius
        max_request_time = 30
        cleanup_delay = 5
        max_requests = 16384
        hostname_lookups = no
        log {
        	destination = stdout
        	auth = yes
        }
        security {
        	allow_core_dumps = no
        	max_attributes = 200
        	reject_delay = 0
        	status_server = yes
        }
        proxy_requests = yes
        thread pool {
        	start_servers = 2
        	max_servers = 4
        	min_spare_servers = 1
        	max_spare_servers = 2
        	max_requests_per_server = 0
        }
        modules {
        	pap {
        		normalise = no
        	}
        	chap {
        	}
        	mschap {
        		use_mppe = yes
        		require_encryption = no
        		require_strong = no
        		with_ntdomain_hack = yes
        		allow_retry = no
        	}
        	files {
        		filename = {{folder}}/users
        	}
        	eap {
        		default_eap_type = md5
        		timer_expire = 60
        		ignore_unknown_eap_types = no
        		max_sessions = 16384
        		md5 {
        		}
        		gtc {
        			challenge = "Password: "
        			auth_type = PAP
        		}
        		mschapv2 {
        			send_error = yes
        		}
        	}
        }
        {{server}}

        """;
}
