using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sallyport.Radius.Transport.Datagrams;

/// <summary>Linux's calls that take and send many datagrams at once.</summary>
internal static unsafe partial class Libc
{
    /// <summary>MSG_WAITFORONE: waits for the first datagram, and takes what else is there.</summary>
    public const int WaitForOne = 0x10000;

    private const int Interrupted = 4;
    private const int BadDescriptor = 9;

    /// <summary>Whether the system has them: some filters of system calls let neither through.</summary>
    public static bool IsAvailable { get; } = Probe();

    /// <summary>Receives.</summary>
    /// <returns>How many datagrams.</returns>
    /// <exception cref="SocketException">None, for the reason given.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Receive(SafeSocketHandle socket, Message* messages, int count, int flags)
    {
        int received;
        while ((received = ReceiveMany(socket, messages, (uint)count, flags, null)) < 0)
        {
            ThrowUnlessInterrupted();
        }

        return received;
    }

    /// <summary>Sends the first of them, and as many of the others as it can.</summary>
    /// <returns>How many were sent.</returns>
    /// <exception cref="SocketException">Not even the first, for the reason given.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Send(SafeSocketHandle socket, Message* messages, int count)
    {
        int sent;
        while ((sent = SendMany(socket, messages, (uint)count, 0)) < 0)
        {
            ThrowUnlessInterrupted();
        }

        return sent;
    }

    // The platform has this table, and keeps it to itself.
    internal static SocketError ErrorOf(int number) => number switch
    {
        1 or 13 => SocketError.AccessDenied,
        BadDescriptor => SocketError.NotSocket,
        11 => SocketError.WouldBlock,
        12 or 105 => SocketError.NoBufferSpaceAvailable,
        22 => SocketError.InvalidArgument,
        32 => SocketError.Shutdown,
        90 => SocketError.MessageSize,
        97 => SocketError.AddressFamilyNotSupported,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        104 => SocketError.ConnectionReset,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    private static void ThrowUnlessInterrupted()
    {
        int error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            throw new SocketException((int)ErrorOf(error));
        }
    }

    // Where a call is there, it finds that there is no such socket.
    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !BitConverter.IsLittleEndian)
        {
            return false;
        }

        try
        {
            return ProbeReceive(-1, null, 0, 0, null) < 0 && Marshal.GetLastPInvokeError() == BadDescriptor
                && ProbeSend(-1, null, 0, 0) < 0 && Marshal.GetLastPInvokeError() == BadDescriptor;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(SafeSocketHandle socket, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(SafeSocketHandle socket, Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ProbeReceive(int socket, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int ProbeSend(int socket, Message* messages, uint count, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public byte* Octets;
        public nuint Length;
    }

    /// <summary>struct mmsghdr of a 64-bit system: a datagram, its peer, and how long it turned out.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct Message
    {
        [FieldOffset(0)]
        public byte* Name;

        [FieldOffset(8)]
        public uint NameLength;

        [FieldOffset(16)]
        public Piece* Pieces;

        [FieldOffset(24)]
        public nuint PieceCount;

        [FieldOffset(56)]
        public uint Length;
    }
}
