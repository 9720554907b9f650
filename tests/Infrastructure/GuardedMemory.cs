using System.Runtime.InteropServices;

namespace Sallyport.Tests.Infrastructure;

/// <summary>
/// Memory between two pages that nobody may touch (Linux): reading or writing one octet beyond either end ends the process.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int None = 0;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private readonly byte* _mapping;
    private readonly nint _length;

    /// <summary>Takes so many octets, made up to whole pages.</summary>
    public GuardedMemory(int size)
    {
        int page = Environment.SystemPageSize;
        Size = (size + page - 1) / page * page;
        _length = Size + (2 * page);
        _mapping = Map(0, _length, None, PrivateAnonymous, -1, 0);
        if ((nint)_mapping == -1 || Protect(_mapping + page, Size, ReadWrite) != 0)
        {
            throw new InvalidOperationException($"no guarded memory: error {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Its octets.</summary>
    public int Size { get; }

    /// <summary>Octets whose last one is the last that may be touched.</summary>
    public Span<byte> Last(int count) => All[^count..];

    /// <summary>Octets whose first one is the first that may be touched.</summary>
    public Span<byte> First(int count) => All[..count];

    public void Dispose() => Unmap(_mapping, _length);

    private Span<byte> All => new(_mapping + Environment.SystemPageSize, Size);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(byte* address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nint length);
}
