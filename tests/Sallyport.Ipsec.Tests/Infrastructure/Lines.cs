using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>All that is logged, in order.</summary>
internal sealed class Lines : ConcurrentQueue<(EventId Event, string Text)>, ILogger, ILoggerFactory
{
    /// <summary>What every line brings about instead; none to keep it.</summary>
    public Exception? Failure { get; init; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Enqueue((eventId, formatter(state, exception)));
    }
}
