using System.Runtime.InteropServices;

namespace Sallyport.Ipsec.Devices.Linux;

/// <summary>
/// The system calls for TUN devices, batches of datagrams and rtnetlink. Numbers are those of Linux on every 64-bit architecture. What the
/// packet path calls takes descriptors by number: their owner sees to it that they stay open.
/// </summary>
internal static partial class Libc
{
    public const int ReadWriteNonblockCloseOnExec = 0x0002 | 0x0800 | 0x80000;
    public const int SetTunInterface = 0x400454ca;
    public const int SetTunOffloads = 0x400454d0;
    public const short TunWithoutPacketInformation = 0x0001 | 0x1000;
    public const short TunMultiQueue = 0x0100;
    public const short TunVirtioHeader = 0x4000;
    public const short TunExclusive = unchecked((short)0x8000);
    public const short PollIn = 0x0001;
    public const short PollOut = 0x0004;
    public const int DontWait = 0x40;
    public const int NetlinkFamily = 16;
    public const int RawCloseOnExec = 3 | 0x80000;
    public const int EventNonblockCloseOnExec = 0x0800 | 0x80000;

    public const int NotPermitted = 1;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int Invalid = 22;
    public const int MessageSize = 90;
    public const int NoBuffers = 105;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(nint descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int Ioctl(SafeDescriptor descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeDescriptor descriptor, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "readv", SetLastError = true)]
    public static unsafe partial nint ReadPieces(SafeDescriptor descriptor, Iovec* pieces, int count);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    public static unsafe partial nint WritePieces(SafeDescriptor descriptor, Iovec* pieces, int count);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    public static unsafe partial nint WritePieces(int descriptor, Iovec* pieces, int count);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static unsafe partial int ReceiveMessages(int descriptor, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static unsafe partial int SendMessages(int descriptor, Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static unsafe partial int SetOption(int descriptor, int level, int name, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static unsafe partial int GetOption(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static unsafe partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static unsafe partial int SocketName(int descriptor, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static unsafe partial nint Send(SafeDescriptor descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static unsafe partial nint Receive(SafeDescriptor descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint InterfaceIndex(string name);

    /// <summary>The last call's failure as the exception that a caller can tell apart.</summary>
    public static Exception Failure(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return Failure(what, error);
    }

    public static Exception Failure(string what, int error) => error is NotPermitted or AccessDenied
        ? new UnauthorizedAccessException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}; this needs root or the capability CAP_NET_ADMIN")
        : new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
