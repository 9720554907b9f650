using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sallyport.Interop.Tests.DuoProxy;

/// <summary>
/// A FreeRADIUS of the machine's, as the primary server, with its own configuration in a folder of its own. On the loopback its clients are
/// this machine's; at another address, which a test has in a namespace only, they are all who reach it.
/// </summary>
internal sealed class FreeRadius : IAsyncDisposable
{
    public const string Secret = "primary-secret";

    private readonly StringBuilder _log = new();
    private readonly Process _process;
    private readonly string _folder;

    private FreeRadius(Process process, string folder, IPEndPoint endpoint) => (_process, _folder, Endpoint) = (process, folder, endpoint);

    public IPEndPoint Endpoint { get; }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="endpoint">Where it listens; any free port of the loopback where none is given.</param>
    /// <param name="launcher">What to put in front of its command, such as <c>ip netns exec NAME</c>.</param>
    public static Task<FreeRadius> StartAsync(IPEndPoint? endpoint = null, params string[] launcher) => StartAsync(Users, endpoint, launcher);

    /// <summary>Starts a server on the loopback with a users file of the test's.</summary>
    public static Task<FreeRadius> StartWithUsersAsync(string users) => StartAsync(users, null, []);

    private static async Task<FreeRadius> StartAsync(string users, IPEndPoint? endpoint, string[] launcher)
    {
        string folder = Directory.CreateTempSubdirectory("sallyport-freeradius-").FullName;
        endpoint ??= FreeEndpoint();
        await File.WriteAllTextAsync(Path.Combine(folder, "radiusd.conf"), Configuration(folder, endpoint));
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), users);
        string[] command = [.. launcher, "freeradius", "-d", folder, "-fxx", "-l", "stdout"];
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        FreeRadius server = new(Process.Start(start)!, folder, endpoint);
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Read(server._process.StandardOutput, ready);
        server.Read(server._process.StandardError, ready);
        await Task.WhenAny(ready.Task, server._process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(20)));
        if (!ready.Task.IsCompleted)
        {
            string log = server.Log;
            await server.DisposeAsync();
            throw new InvalidOperationException($"FreeRADIUS does not start:\n{log}");
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Read(StreamReader reader, TaskCompletionSource ready) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }

            if (line.Contains("Ready to process requests", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        }
    });

    private static IPEndPoint FreeEndpoint()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
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

    private static string Configuration(string folder, IPEndPoint endpoint) => $$"""
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
        proxy_requests = no
        thread pool {
        	start_servers = 2
        	max_servers = 4
        	min_spare_servers = 1
        	max_spare_servers = 2
        	max_requests_per_server = 0
        }
        client proxy {
        	ipaddr = {{(IPAddress.IsLoopback(endpoint.Address) ? "127.0.0.0/8" : "0.0.0.0/0")}}
        	secret = {{Secret}}
        	require_message_authenticator = yes
        	shortname = proxy
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
        instantiate {
        }
        server default {
        	listen {
        		type = auth
        		ipaddr = {{endpoint.Address}}
        		port = {{endpoint.Port.ToString(CultureInfo.InvariantCulture)}}
        	}
        	authorize {
        		chap
        		mschap
        		eap {
        			ok = return
        		}
        		files
        		pap
        	}
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
        	post-auth {
        		Post-Auth-Type REJECT {
        			eap
        		}
        	}
        }

        """;
}
