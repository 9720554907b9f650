using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>Random octets over a connection, both ways at a time, of which each must arrive as it was sent.</summary>
internal static class Transfer
{
    public const int Megabyte = 1 << 20;

    public static void BothWays(Socket client, Socket server, int size)
    {
        Task<byte[]> up = Task.Run(() => Receive(server));
        Task<byte[]> down = Task.Run(() => Receive(client));
        Task<byte[]> sentUp = Task.Run(() => Send(client, 1, size));
        Task<byte[]> sentDown = Task.Run(() => Send(server, 2, size));
        Assert.Equal(Convert.ToHexString(sentUp.Result), Convert.ToHexString(up.Result));
        Assert.Equal(Convert.ToHexString(sentDown.Result), Convert.ToHexString(down.Result));
    }

    private static byte[] Send(Socket socket, int seed, int size)
    {
        Random random = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[65536];
        for (int sent = 0; sent < size;)
        {
            // Now many octets at a time, now few: short packets, and such that end with PSH.
            int length = Math.Min(random.Next(10) == 0 ? random.Next(1, 100) : buffer.Length, size - sent);
            random.NextBytes(buffer.AsSpan(0, length));
            hash.AppendData(buffer, 0, length);
            socket.Send(buffer.AsSpan(0, length));
            sent += length;
        }

        socket.Shutdown(SocketShutdown.Send);
        return hash.GetHashAndReset();
    }

    private static byte[] Receive(Socket socket)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[65536];
        socket.ReceiveTimeout = 20_000;
        int length;
        while ((length = socket.Receive(buffer)) > 0)
        {
            hash.AppendData(buffer, 0, length);
        }

        return hash.GetHashAndReset();
    }
}
