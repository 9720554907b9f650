using System.Buffers;
using System.Net.Sockets;
using Sallyport.Radius.Transport.Datagrams;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>Takes a packet of a stream.</summary>
/// <param name="packet">Its octets, valid until this returns.</param>
/// <returns>Whether the connection goes on.</returns>
internal delegate bool PacketHandler(ReadOnlySpan<byte> packet);

/// <summary>
/// A TCP or TLS connection as packets. One loop reads; whoever has something to write writes what has gathered, at once, unless somebody is
/// writing already, who then goes on with it. What waits in either direction is bounded in octets.
/// </summary>
internal sealed class PacketStream : IAsyncDisposable
{
    private const int UsualSize = 16 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private readonly Stream _stream;
    private readonly int _mostQueued;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private byte[] _gathering = new byte[UsualSize];
    private byte[] _writing = new byte[UsualSize];
    private int _gathered;
    private bool _isWriting;
    private bool _ended;
    private TaskCompletionSource? _written;
    private int _disposed;

    /// <summary>Takes a connection over.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="mostQueued">How many octets may wait to be written.</param>
    public PacketStream(Stream stream, int mostQueued)
    {
        _stream = stream;
        _mostQueued = mostQueued;
        _stopping = _stop.Token;
    }

    /// <summary>How many octets wait to be written.</summary>
    public int Queued
    {
        get
        {
            lock (_gate)
            {
                return _gathered;
            }
        }
    }

    /// <summary>Queues a packet, which leaves at once, or with what else the thread's <see cref="Outbox"/> holds.</summary>
    /// <returns>Whether there was room for it, and the connection is there.</returns>
    public bool TryWrite(ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            int end = _gathered + packet.Length;
            if (_ended || end > _mostQueued)
            {
                return false;
            }

            if (end > _gathering.Length)
            {
                Array.Resize(ref _gathering, Math.Min(_mostQueued, Math.Max(end, 2 * _gathering.Length)));
            }

            packet.CopyTo(_gathering.AsSpan(_gathered));
            _gathered = end;
        }

        if (Outbox.Current is { } outbox)
        {
            outbox.Add(this);
        }
        else
        {
            Flush();
        }

        return true;
    }

    /// <summary>Writes what has gathered, as far as that goes without waiting; the rest follows.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _gathered == 0)
            {
                return;
            }

            _isWriting = true;
        }

        _ = WriteAsync();
    }

    /// <summary>Reads until the connection ends.</summary>
    /// <param name="handler">Takes each packet.</param>
    /// <param name="ready">Waited for before more is read, so that whoever asks faster than is answered waits.</param>
    /// <returns>Why it ended, for logs.</returns>
    public async Task<string> ReadAsync(PacketHandler handler, Func<ValueTask>? ready = null)
    {
        RadiusStreamBuffer buffer = new();
        try
        {
            while (true)
            {
                OperationStatus status;
                while ((status = Take(buffer, handler, ready, out ValueTask wait)) == OperationStatus.Done)
                {
                    await wait.ConfigureAwait(false);
                }

                if (status == OperationStatus.InvalidData)
                {
                    return "the peer sent what breaks the protocol";
                }

                int count = await _stream.ReadAsync(buffer.Free, _stopping).ConfigureAwait(false);
                if (count == 0)
                {
                    return "the peer closed it";
                }

                buffer.Commit(count);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            return _stopping.IsCancellationRequested ? "closed here" : (e.InnerException ?? e).Message;
        }
    }

    /// <summary>Writes what is queued, says goodbye where TLS has a word for it, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Task written;
        lock (_gate)
        {
            _ended = true;
            written = _isWriting || _gathered > 0 ? (_written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }

        Flush();
        try
        {
            await written.WaitAsync(Farewell).ConfigureAwait(false);
            if (_stream is PacketTlsStream tls)
            {
                await tls.ShutdownAsync().WaitAsync(Farewell).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsEnd(e) || e is TimeoutException)
        {
            // A peer that is gone, or does not read, hears no goodbye.
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await written.ConfigureAwait(false);
        _stop.Dispose();
    }

    // Takes what has come until more is needed or somebody has to wait; what that gives to send leaves together.
    private static OperationStatus Take(RadiusStreamBuffer buffer, PacketHandler handler, Func<ValueTask>? ready, out ValueTask wait)
    {
        using Outbox.Scope scope = Outbox.Hold();
        wait = ValueTask.CompletedTask;
        while (wait.IsCompletedSuccessfully)
        {
            OperationStatus status = buffer.TryTake(out ReadOnlySpan<byte> packet);
            if (status != OperationStatus.Done)
            {
                return status;
            }

            if (!handler(packet))
            {
                return OperationStatus.InvalidData;
            }

            scope.Pace();
            wait = ready?.Invoke() ?? ValueTask.CompletedTask;
        }

        return OperationStatus.Done;
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;

    private async Task WriteAsync()
    {
        try
        {
            while (TryBeginWrite(out ReadOnlyMemory<byte> packets))
            {
                if (_stream is PacketTlsStream tls)
                {
                    await tls.WritePacketsAsync(packets, _stopping).ConfigureAwait(false);
                }
                else
                {
                    await _stream.WriteAsync(packets, _stopping).ConfigureAwait(false);
                }

                if (_writing.Length > UsualSize)
                {
                    // A burst is over: what it needed is not kept.
                    _writing = new byte[UsualSize];
                }
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The reader finds out why.
            lock (_gate)
            {
                _ended = true;
                EndWriting();
            }
        }
    }

    private bool TryBeginWrite(out ReadOnlyMemory<byte> packets)
    {
        lock (_gate)
        {
            packets = _gathering.AsMemory(0, _gathered);
            if (_gathered == 0)
            {
                EndWriting();
                return false;
            }

            (_writing, _gathering) = (_gathering, _writing);
            _gathered = 0;
            return true;
        }
    }

    // Asked for with the gate held.
    private void EndWriting()
    {
        _isWriting = false;
        _gathered = 0;
        _written?.SetResult();
        _written = null;
    }
}
