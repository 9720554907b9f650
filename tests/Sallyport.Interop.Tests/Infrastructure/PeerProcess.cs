using System.Diagnostics;
using System.Text;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>A peer that runs in the foreground and says on its output when it is ready.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

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

    /// <summary>Starts a program and waits for a text in its output.</summary>
    public static async Task<PeerProcess> StartAsync(string ready, string file, params string[] arguments)
    {
        PeerProcess peer = new(Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);
        TaskCompletionSource said = new(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Read(peer._process.StandardOutput, ready, said);
        peer.Read(peer._process.StandardError, ready, said);
        await Task.WhenAny(said.Task, peer._process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(20)));
        if (!said.Task.IsCompleted)
        {
            string log = peer.Log;
            await peer.DisposeAsync();
            throw new InvalidOperationException($"{file} does not start:\n{log}");
        }

        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Read(StreamReader reader, string ready, TaskCompletionSource said) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }

            if (line.Contains(ready, StringComparison.Ordinal))
            {
                said.TrySetResult();
            }
        }
    });
}
