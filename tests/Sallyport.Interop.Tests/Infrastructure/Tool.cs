using System.Diagnostics;
using System.Text;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>A program that runs beside a test: its output is kept, and it is ended by its own id.</summary>
internal sealed class Tool : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly StringBuilder _output = new();
    private readonly Process _process;
    private readonly Task _reading;

    private Tool(Process process, string? input)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
    }

    /// <summary>All that it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public static Tool Start(IReadOnlyList<string> command, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new Tool(Process.Start(start)!, input);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, string? input = null, IReadOnlyDictionary<string, string>? environment = null, int seconds = 60)
    {
        await using Tool tool = Start(command, input, environment);
        return (await tool.WaitAsync(TimeSpan.FromSeconds(seconds)), tool.Output);
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static async Task<string> MustAsync(params string[] command)
    {
        (int code, string output) = await RunAsync(command);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {code}\n{output}");
    }

    /// <summary>Waits until a text is in the output, behind a place in it.</summary>
    public async Task WaitForAsync(string text, TimeSpan patience, int from = 0)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (Output.IndexOf(text, from, StringComparison.Ordinal) < 0)
        {
            if (HasExited || waited.Elapsed > patience)
            {
                throw new TimeoutException($"'{text}' was not said:\n{Output}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> WaitAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience);
            await _reading.WaitAsync(patience);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} does not end:\n{Output}");
        }
    }

    /// <summary>Asks it to end, as an administrator would.</summary>
    public void Stop()
    {
        if (!_process.HasExited)
        {
            _ = Native.Kill(_process.Id, Terminate);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
