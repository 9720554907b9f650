using System.Diagnostics;
using Sallyport.Radius.Transport.Links;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>
/// What a thread has to send while it handles what came in with one system call: held until all of that is handled, or a little time is over,
/// so that it leaves with one system call too. A thread that handles nothing holds nothing.
/// </summary>
internal sealed class Outbox
{
    // How long what was handled first waits for what is handled after it, and for one handler more at most.
    private static readonly long Patience = Stopwatch.Frequency / 2000;

    [ThreadStatic]
    private static Outbox? s_ofThread;

    private readonly List<DatagramOutput> _outputs = [];
    private readonly List<PacketStream> _streams = [];
    private long _since;
    private int _depth;

    /// <summary>The thread's own, while it handles input.</summary>
    public static Outbox? Current => s_ofThread is { _depth: > 0 } outbox ? outbox : null;

    /// <summary>From now on until the end of the scope, what the thread sends is held.</summary>
    public static Scope Hold()
    {
        Outbox outbox = s_ofThread ??= new Outbox();
        if (outbox._depth++ == 0)
        {
            outbox._since = Stopwatch.GetTimestamp();
        }

        return new Scope(outbox);
    }

    /// <summary>What waits to leave from a socket.</summary>
    public DatagramOutput Of(DatagramSocket socket)
    {
        DatagramOutput? free = null;
        foreach (DatagramOutput output in _outputs)
        {
            if (output.Socket == socket)
            {
                return output;
            }

            free ??= output.Socket is null ? output : null;
        }

        if (free is null)
        {
            _outputs.Add(free = new DatagramOutput());
        }

        free.Serve(socket);
        return free;
    }

    /// <summary>Has a connection write what it has gathered.</summary>
    public void Add(PacketStream stream)
    {
        if (!_streams.Contains(stream))
        {
            _streams.Add(stream);
        }
    }

    /// <summary>Sends what waits.</summary>
    public void Flush()
    {
        foreach (DatagramOutput output in _outputs)
        {
            if (output.Socket is not null)
            {
                output.Flush();
            }
        }

        for (int i = 0; i < _streams.Count; i++)
        {
            _streams[i].Flush();
        }

        _streams.Clear();
        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>The time in which a thread handles input.</summary>
    public readonly struct Scope(Outbox outbox) : IDisposable
    {
        /// <summary>A piece of the input is handled: what waits too long leaves.</summary>
        public void Pace()
        {
            if (Stopwatch.GetTimestamp() - outbox._since > Patience)
            {
                outbox.Flush();
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (outbox._depth == 1)
            {
                outbox.Flush();
            }

            outbox._depth--;
        }
    }
}
