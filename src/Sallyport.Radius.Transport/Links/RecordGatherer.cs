namespace Sallyport.Radius.Transport.Links;

/// <summary>What stands below TLS: between <see cref="Begin"/> and <see cref="EndAsync"/> it keeps what is written and then writes it at once.</summary>
/// <param name="stream">The connection, which it owns.</param>
internal sealed class RecordGatherer(Stream stream) : Stream
{
    private const int UsualSize = 16 * 1024;
    private readonly Lock _gate = new();
    private byte[] _records = new byte[UsualSize];
    private int _length;
    private bool _gathers;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on what is written is kept.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _gathers = true;
        }
    }

    /// <summary>Writes what was kept.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        byte[] records;
        int length;
        lock (_gate)
        {
            (records, length) = (_records, _length);
            (_records, _length, _gathers) = ([], 0, false);
        }

        await stream.WriteAsync(records.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            // A burst is over: what it needed is not kept.
            _records = records.Length > UsualSize ? new byte[UsualSize] : records;
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_gathers)
            {
                if (_records.Length < _length + buffer.Length)
                {
                    Array.Resize(ref _records, Math.Max(_length + buffer.Length, 2 * _records.Length));
                }

                buffer.CopyTo(_records.AsMemory(_length));
                _length += buffer.Length;
                return ValueTask.CompletedTask;
            }
        }

        return stream.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => stream.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => stream.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => stream.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
