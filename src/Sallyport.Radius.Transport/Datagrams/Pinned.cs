using System.Runtime.InteropServices;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>Arrays that stay where they are.</summary>
internal static class Pinned
{
    /// <summary>Where an array begins that was allocated pinned.</summary>
    public static unsafe T* Pointer<T>(T[] pinned)
        where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
