using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>A piece of what one call reads or writes: struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Iovec
{
    /// <summary>Where it begins.</summary>
    public byte* Base;

    /// <summary>Its octets.</summary>
    public nuint Length;
}
