using System.Net.Sockets;
using System.Text;

namespace Sallyport.Samples.Headend.Show;

/// <summary>
/// The running headend's local socket: one line with a <c>show</c> command comes in, its text goes out. Only the user who runs the headend
/// can open it.
/// </summary>
public sealed class ControlSocket : IDisposable
{
    private const int LongestCommand = 256;
    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<string, string> _answer;

    /// <summary>Begins to listen at <paramref name="path"/>.</summary>
    /// <param name="path">The socket's path in the file system; one that a dead process left behind is replaced.</param>
    /// <param name="answer">Answers a command.</param>
    /// <exception cref="IOException">Another headend serves that socket.</exception>
    public ControlSocket(string path, Func<string, string> answer)
    {
        _path = path;
        _answer = answer;
        if (File.Exists(path))
        {
            if (IsServed(path))
            {
                throw new IOException($"another headend is running: it serves {path}; choose another one by --control PATH");
            }

            File.Delete(path);
        }

        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _listener.Listen(8);
    }

    /// <summary>Where a headend of this user listens unless told otherwise.</summary>
    public static string DefaultPath => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime) ? runtime : Path.GetTempPath(),
        $"sallyport-headend-{Environment.UserName}.sock");

    /// <summary>Answers commands until cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using Socket connection = await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            try
            {
                await AnswerAsync(connection, patience.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The asking side went away or said nothing; the next one is served.
            }
        }
    }

    /// <summary>Asks a running headend.</summary>
    /// <exception cref="IOException">None is running there.</exception>
    public static async Task<string> AskAsync(string path, string command, CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"no running headend answers at {path}; start one with 'Headend --config FILE --pki DIR', or name its socket by --control PATH", e);
        }

        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\n"), cancellationToken).ConfigureAwait(false);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private static bool IsServed(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task AnswerAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LongestCommand];
        int length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            int read = await connection.ReceiveAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            length += read;
        }

        string command = Encoding.UTF8.GetString(buffer, 0, length).Trim();
        byte[] answer = Encoding.UTF8.GetBytes(_answer(command));
        for (int sent = 0; sent < answer.Length;)
        {
            sent += await connection.SendAsync(answer.AsMemory(sent), cancellationToken).ConfigureAwait(false);
        }
    }
}
