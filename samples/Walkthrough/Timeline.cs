using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sallyport.Samples.Walkthrough;

/// <summary>A message between two of the five.</summary>
/// <param name="At">When, since the first one.</param>
/// <param name="From">Who sent it.</param>
/// <param name="To">To whom.</param>
/// <param name="Protocol">RADIUS, IKEv2, ESP or HTTPS.</param>
/// <param name="Summary">What it says.</param>
public sealed record TimelineEntry(TimeSpan At, Role From, Role To, string Protocol, string Summary);

/// <summary>The five.</summary>
public enum Role
{
    /// <summary>The VPN client.</summary>
    Client,

    /// <summary>The headend.</summary>
    Headend,

    /// <summary>The two-factor proxy.</summary>
    Proxy,

    /// <summary>The primary RADIUS server.</summary>
    Primary,

    /// <summary>Duo's cloud.</summary>
    Duo,
}

/// <summary>
/// Collects the messages that the five log as they send them (event "MessageSent"), so that the sequence is what really went over the sockets.
/// </summary>
public sealed class Timeline
{
    private readonly Lock _gate = new();
    private readonly List<(long At, Role From, Role To, string Protocol, string Summary)> _entries = [];

    /// <summary>The port of the proxy, by which its two sides are told apart.</summary>
    public int PrimaryPort { get; set; }

    /// <summary>What was sent so far, in order.</summary>
    public IReadOnlyList<TimelineEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.OrderBy(e => e.At).Select(e => new TimelineEntry(Stopwatch.GetElapsedTime(_entries[0].At, e.At), e.From, e.To, e.Protocol, e.Summary))];
            }
        }
    }

    /// <summary>The log of one of the five.</summary>
    public ILoggerProvider For(Role role) => new Provider(this, role);

    private void Add(Role from, string protocol, string remote, string summary)
    {
        Role to = (from, protocol) switch
        {
            (Role.Client, _) => Role.Headend,
            (Role.Headend, "RADIUS") => Role.Proxy,
            (Role.Headend, _) => Role.Client,
            (Role.Proxy, "HTTPS") => Role.Duo,
            (Role.Proxy, _) => remote.EndsWith($":{PrimaryPort}", StringComparison.Ordinal) ? Role.Primary : Role.Headend,
            _ => Role.Proxy,
        };
        lock (_gate)
        {
            _entries.Add((Stopwatch.GetTimestamp(), from, to, protocol, summary));
        }
    }

    private sealed class Provider(Timeline timeline, Role role) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "MessageSent" && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                timeline.Add(role, Value(values, "Protocol"), Value(values, "Remote"), Value(values, "Summary"));
            }
        }

        private static string Value(IReadOnlyList<KeyValuePair<string, object?>> values, string name) => values.FirstOrDefault(v => v.Key == name).Value?.ToString() ?? "";
    }
}
