using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Tunnel;

/// <summary>
/// When something that was taken out of sight may be disposed of, at no cost to those who read: a reader says when it begins with a batch
/// and when it has ended it; what it found in between it uses no longer. So what nobody can find any more is free once each reader that was
/// in a batch has left that one.
/// </summary>
/// <param name="time">The clock by which readers are looked at again.</param>
internal sealed class Quiescence(TimeProvider? time = null)
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private Reader[] _readers = [];

    /// <summary>A new reader, to be used by one thread at a time.</summary>
    public Reader Register()
    {
        Reader reader = new();
        lock (_gate)
        {
            _readers = [.. _readers, reader];
        }

        return reader;
    }

    /// <summary>Forgets a reader that reads no more.</summary>
    public void Unregister(Reader reader)
    {
        lock (_gate)
        {
            _readers = [.. _readers.Where(r => r != reader)];
        }
    }

    /// <summary>Done once no reader uses what could be found before this was called: at once where all are idle.</summary>
    public async Task PassedAsync()
    {
        // What was taken out of sight before is so for every reader that is seen as idle here.
        Interlocked.MemoryBarrier();
        foreach ((Reader reader, long epoch) in Volatile.Read(ref _readers).Select(r => (r, r.Epoch)).ToArray())
        {
            while (IsReading(epoch) && reader.Epoch == epoch)
            {
                await Task.Delay(Grain, _time).ConfigureAwait(false);
            }
        }
    }

    private static bool IsReading(long epoch) => (epoch & 1) != 0;

    /// <summary>One reader. Its number is odd while it reads.</summary>
    internal sealed class Reader
    {
        private Line _line;

        public long Epoch => Volatile.Read(ref _line.Epoch);

        // A full barrier: nothing that is found afterwards was looked up before the number could be seen.
        public void Enter() => Interlocked.Increment(ref _line.Epoch);

        public void Leave() => Volatile.Write(ref _line.Epoch, _line.Epoch + 1);

        // Alone on its cache lines, since each reader writes its own for every batch.
        [StructLayout(LayoutKind.Explicit, Size = 192)]
        private struct Line
        {
            [FieldOffset(64)]
            public long Epoch;
        }
    }
}
