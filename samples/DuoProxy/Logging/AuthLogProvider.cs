using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sallyport.Samples.DuoProxy.Logging;

/// <summary>
/// Writes one line an event, in the form that tools for this kind of log read:
/// <c>2022-02-08T23:24:50.080854+0530 [duoauthproxy.lib.log#info] text</c>, in local time with its numeric zone.
/// </summary>
public sealed class AuthLogProvider : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly TextWriter[] _outputs;
    private readonly TimeProvider _time;

    /// <summary>Creates the provider over its outputs.</summary>
    /// <param name="outputs">Where every line goes. The provider disposes of all but the console's.</param>
    /// <param name="time">The clock, and its local zone; the system's when null.</param>
    public AuthLogProvider(IEnumerable<TextWriter> outputs, TimeProvider? time = null)
    {
        _outputs = [.. outputs];
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TextWriter output in _outputs.Where(o => o != Console.Out))
        {
            output.Dispose();
        }
    }

    internal static string Format(DateTimeOffset at, LogLevel level, string text)
    {
        // "zzz" puts a colon into the zone; this format has none.
        string zone = at.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        string name = level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "critical",
        };
        return $"{at.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture)}{zone} [duoauthproxy.lib.log#{name}] {LogText.OneLine(text)}";
    }

    private void Write(LogLevel level, string text)
    {
        lock (_gate)
        {
            string line = Format(_time.GetLocalNow(), level, text);
            foreach (TextWriter output in _outputs)
            {
                try
                {
                    output.WriteLine(line);
                    output.Flush();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // A full disk or a closed pipe must not fail the login that is being logged.
                }
            }
        }
    }

    private sealed class Logger(AuthLogProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArgumentNullException.ThrowIfNull(formatter);
            string text = formatter(state, exception);
            provider.Write(logLevel, exception is null ? text : $"{text}: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
