using System.Buffers;
using System.Net.Sockets;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport.Links;

/// <summary>Takes a packet of a stream.</summary>
/// <param name="packet">Its octets, valid until this returns.</param>
/// <returns>Whether the connection goes on.</returns>
internal delegate bool PacketHandler(ReadOnlySpan<byte> packet);

/// <summary>
/// A TCP or TLS connection as packets: one loop reads, one writes what has gathered since it last wrote, at once. What waits in either
/// direction is bounded in octets.
/// </summary>
internal sealed class PacketStream : IAsyncDisposable
{
    private const int UsualSize = 16 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private readonly Stream _stream;
    private readonly int _mostQueued;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _written = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Task _writer;
    private byte[] _gathering = new byte[UsualSize];
    private byte[] _writing = new byte[UsualSize];
    private int _gathered;
    private bool _ended;
    private int _disposed;

    /// <summary>Takes a connection over.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="mostQueued">How many octets may wait to be written.</param>
    public PacketStream(Stream stream, int mostQueued)
    {
        _stream = stream;
        _mostQueued = mostQueued;
        _stopping = _stop.Token;
        _writer = Task.Run(WriteAsync);
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

    /// <summary>Queues a packet.</summary>
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
            bool first = _gathered == 0;
            _gathered = end;
            if (first)
            {
                _written.Release();
            }

            return true;
        }
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
                while ((status = Take(buffer, handler)) == OperationStatus.Done)
                {
                    if (ready is not null)
                    {
                        await ready().ConfigureAwait(false);
                    }
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

        lock (_gate)
        {
            _ended = true;
            _written.Release();
        }

        try
        {
            await _writer.WaitAsync(Farewell).ConfigureAwait(false);
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
        await _writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _written.Dispose();
        _stop.Dispose();
    }

    private static OperationStatus Take(RadiusStreamBuffer buffer, PacketHandler handler)
    {
        OperationStatus status = buffer.TryTake(out ReadOnlySpan<byte> packet);
        return status == OperationStatus.Done && !handler(packet) ? OperationStatus.InvalidData : status;
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                await _written.WaitAsync(_stopping).ConfigureAwait(false);
                int length;
                lock (_gate)
                {
                    if (_gathered == 0)
                    {
                        // Nothing but the end is told without a packet.
                        return;
                    }

                    length = _gathered;
                    (_writing, _gathering) = (_gathering, _writing);
                    _gathered = 0;
                }

                ReadOnlyMemory<byte> packets = _writing.AsMemory(0, length);
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
            }
        }
    }
}
