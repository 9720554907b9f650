using Microsoft.Win32.SafeHandles;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>A file descriptor that is closed once.</summary>
internal sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    public SafeDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;
}
