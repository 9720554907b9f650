namespace Sallyport.Radius.Server;

/// <summary>
/// Octets of replies, in chunks that are used again: replies go in the order in which they came, so the oldest chunk is the first to be
/// free. Once it has grown to what is needed it allocates nothing.
/// </summary>
internal sealed class RadiusReplyStore(int mostChunks)
{
    /// <summary>The octets of a chunk: several of the longest packets.</summary>
    public const int ChunkSize = 16384;

    private readonly Stack<Chunk> _free = new();
    private Chunk? _current;
    private int _chunks;

    /// <summary>The octets of all chunks.</summary>
    public long Size => (long)_chunks * ChunkSize;

    /// <summary>Keeps a reply.</summary>
    /// <returns>Whether there was room: where not, the oldest replies have to be removed.</returns>
    public bool TryAdd(ReadOnlySpan<byte> reply, out Chunk? chunk, out int offset)
    {
        if (_current is { Live: 0 })
        {
            _current.Used = 0;
        }

        if (_current is null || _current.Used + reply.Length > ChunkSize)
        {
            if (_free.Count == 0 && _chunks >= mostChunks)
            {
                (chunk, offset) = (null, 0);
                return false;
            }

            if (_free.Count == 0)
            {
                _chunks++;
                _current = new Chunk();
            }
            else
            {
                _current = _free.Pop();
            }
        }

        chunk = _current;
        offset = chunk.Used;
        reply.CopyTo(chunk.Octets.AsSpan(offset));
        chunk.Used += reply.Length;
        chunk.Live++;
        return true;
    }

    /// <summary>Forgets a reply of a chunk.</summary>
    public void Remove(Chunk chunk)
    {
        if (--chunk.Live == 0 && chunk != _current)
        {
            chunk.Used = 0;
            _free.Push(chunk);
        }
    }

    /// <summary>A piece of the store.</summary>
    public sealed class Chunk
    {
        public byte[] Octets { get; } = new byte[ChunkSize];

        public int Used { get; set; }

        public int Live { get; set; }
    }
}
