using System.Globalization;
using System.Net;
using Sallyport.Benchmarks.Radius.Load;
using Sallyport.Benchmarks.Radius.Peers;
using Sallyport.Radius.Security;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>A server, in a process of its own, against others of its kind.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Program">What has to be installed; null for our own.</param>
/// <param name="Limit">What part of its processor time per request ours may take at most.</param>
/// <param name="Start">Starts it on a port.</param>
internal sealed record Contestant(string Name, string? Program, double Limit, Func<Scene, int, ServerProcess> Start);

/// <summary>
/// Processor time per request of our server against others', under the same load in the same run. They take turns of about a second, so that a
/// machine that slows down slows all; each turn of ours is compared with the neighbouring turn of the other, and the median counts.
/// </summary>
/// <param name="Name">What is measured.</param>
/// <param name="IsTls">Whether requests come over RADIUS/TLS.</param>
/// <param name="HasHome">Whether the servers are proxies with a home server behind.</param>
/// <param name="Ours">Our server.</param>
/// <param name="Others">The others.</param>
/// <param name="MemoryLimit">How many megabytes ours may take; null where that is no bar.</param>
internal sealed record LiveBar(string Name, bool IsTls, bool HasHome, Contestant Ours, IReadOnlyList<Contestant> Others, double? MemoryLimit = null) : IBar
{
    private const int Rounds = 5;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<BarLine> Measure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [new BarLine(Name, null, 0, "the load generator needs Linux")];
        }

        using Scene scene = new(IsTls, HasHome);
        using Running ours = new(Ours, scene);
        List<BarLine> lines = [];
        List<(Contestant Contestant, Running Running)> others = [];
        try
        {
            foreach (Contestant other in Others)
            {
                if (Rivals.Find(other.Program!) is null)
                {
                    lines.Add(new BarLine($"{Name}/{other.Name}", null, other.Limit, $"{other.Program} is not installed"));
                }
                else
                {
                    others.Add((other, new Running(other, scene)));
                }
            }

            ours.Take(WarmUp);
            foreach ((_, Running other) in others)
            {
                other.Take(WarmUp / 4);
            }

            List<double> own = [];
            List<List<double>> theirs = [.. others.Select(_ => new List<double>())];
            for (int round = 0; round < Rounds; round++)
            {
                own.Add(ours.Take(Turn));
                for (int i = 0; i < others.Count; i++)
                {
                    theirs[i].Add(others[i].Running.Take(Turn));
                }
            }

            for (int i = 0; i < others.Count; i++)
            {
                (Contestant other, Running running) = others[i];
                string note = string.Create(CultureInfo.InvariantCulture, $"{Median(own):0.0} µs a request, {other.Name} {Median(theirs[i]):0.0}{running.Remark}");
                lines.Add(new BarLine($"{Name}/{other.Name}", Median(own.Zip(theirs[i], (o, t) => o / t)), other.Limit, note));
            }

            if (MemoryLimit is { } limit)
            {
                lines.Add(new BarLine($"{Name}.memory", ours.Resident / 1e6, limit, "megabytes resident"));
            }

            return lines;
        }
        finally
        {
            others.ForEach(o => o.Running.Dispose());
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed class Running : IDisposable
    {
        private readonly string _name;
        private readonly ServerProcess _server;
        private readonly ILoad _load;
        private bool _unsigned;
        private long _lost;

        public Running(Contestant contestant, Scene scene)
        {
            _name = contestant.Name;
            int port = ServerProcess.FreePort();
            _server = contestant.Start(scene, port);
            try
            {
                _load = Connect(contestant, scene, port);
            }
            catch
            {
                _server.Dispose();
                throw;
            }
        }

        public long Resident => _server.Usage.Resident;

        /// <summary>What is to be said of it.</summary>
        public string Remark => (_unsigned ? ", whose replies carry no Message-Authenticator" : "") + (_lost > 0 ? $", which lost {_lost}" : "");

        /// <summary>Puts load on it for a while.</summary>
        /// <returns>Processor time in microseconds per request.</returns>
        public double Take(TimeSpan duration)
        {
            ProcessUsage before = _server.Usage;
            LoadCounts counts = _load.Run(duration).Counts;
            TimeSpan cpu = _server.Usage.Cpu - before.Cpu;
            _unsigned |= counts.WithoutMessageAuthenticator > 0;
            _lost += counts.Lost;
            return counts is { Answered: > 0, Bad: 0, Unexpected: 0 }
                ? cpu.TotalMicroseconds / counts.Answered
                : throw new IOException($"{_name} answered {counts.Answered} requests, {counts.Bad} replies were not genuine, {counts.Unexpected} other than deserved");
        }

        public void Dispose()
        {
            _load.Dispose();
            _server.Dispose();
        }

        // A server is there once it answers.
        private ILoad Connect(Contestant contestant, Scene scene, int port)
        {
            LoadOptions options = new()
            {
                Server = new IPEndPoint(IPAddress.Loopback, port),
                Secret = new RadiusSecret(Scene.Secret),
                Sockets = scene.IsTls ? 4 : 16,

                // FreeRADIUS before 3.2.5 signs no reply to PAP with a Message-Authenticator; ours must.
                RequireMessageAuthenticator = contestant.Program is null,
            };
            LoadOptions probe = options with { Outstanding = 1, Sockets = 1, RequestsPerIdentifier = 1, Timeout = TimeSpan.FromMilliseconds(200) };
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            while (_server.IsRunning && System.Diagnostics.Stopwatch.GetElapsedTime(start) < Patience)
            {
                try
                {
                    using ILoad knock = Load(probe, scene);
                    if (knock.Run(TimeSpan.FromMilliseconds(50)).Counts.Answered > 0)
                    {
                        return Load(options, scene);
                    }
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
                {
                    Thread.Sleep(100);
                }
            }

            throw new IOException($"{contestant.Name} does not answer{(_server.Errors.Length > 0 ? ": " : "")}{_server.Errors}");
        }

        private static ILoad Load(LoadOptions options, Scene scene) => scene.IsTls ? new TlsLoad(options, scene.Certificates.Client) : new UdpLoad(options);
    }
}
