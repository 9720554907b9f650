using System.Net;
using System.Runtime.Versioning;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.PathMtu;
using Sallyport.Ipsec.Tests.Devices;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>
/// A path between two network namespaces on which a test may do what real ones do: lose packets, change their order, mark them, and carry
/// only short ones. It is made of a TUN device at each end; what one gives goes to the other.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TunWire : IDisposable
{
    private const int InterfaceMtu = 1500;
    private readonly Lock _gate = new();
    private readonly TunDevice _first;
    private readonly TunDevice _second;
    private readonly Task[] _ways;

    public TunWire(NetworkNamespace first, IPAddress firstAddress, NetworkNamespace second, IPAddress secondAddress)
    {
        _first = Open(first, firstAddress);
        _second = Open(second, secondAddress);
        _ways = [CarryAsync(_first, _second), CarryAsync(_second, _first)];
    }

    /// <summary>What becomes of a packet; what is returned goes on. Null leaves everything as it is. Called by one thread at a time.</summary>
    public Func<byte[], IEnumerable<byte[]>>? Meddle { get; set; }

    /// <summary>The longest packet that is carried. Of others the sender is told, as a router does, or they are cut.</summary>
    public int Mtu { get; set; } = InterfaceMtu;

    /// <summary>How many fragments went by, of whoever made them.</summary>
    public int Fragments { get; private set; }

    /// <summary>The ends, and all that is under way: before the namespaces.</summary>
    public void Dispose()
    {
        _first.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _second.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Task.WaitAll(_ways);
    }

    private static TunDevice Open(NetworkNamespace network, IPAddress address)
    {
        TunDevice device = network.Do(() =>
        {
            TunDevice opened = TunDevice.Open("cable", InterfaceMtu);
            opened.AddAddress(address, address.GetAddressBytes().Length == 4 ? 24 : 64);
            return opened;
        });
        network.Ip("link set lo up");
        network.Ip("link set cable txqueuelen 10000");
        return device;
    }

    private async Task CarryAsync(TunDevice from, TunDevice to)
    {
        byte[] buffer = new byte[InterfaceMtu];
        byte[] message = new byte[PacketTooBig.LargestSize];
        int length;
        while ((length = await from.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            if (length > Mtu && PacketFit.Of(buffer, length, Mtu).Action == PacketFitAction.Refuse)
            {
                if (PacketTooBig.TryWrite(buffer.AsSpan(0, length), Mtu, message, out int size))
                {
                    from.TryWrite(message.AsSpan(0, size));
                }

                continue;
            }

            lock (_gate)
            {
                foreach (byte[] packet in Cut(buffer[..length]))
                {
                    Fragments += IsFragment(packet) ? 1 : 0;
                    foreach (byte[] passed in Meddle?.Invoke(packet) ?? [packet])
                    {
                        to.TryWrite(passed);
                    }
                }
            }
        }
    }

    private List<byte[]> Cut(byte[] packet)
    {
        if (packet.Length <= Mtu || !IPv4Fragments.TryCreate(packet, Mtu, out IPv4Fragments fragments))
        {
            return [packet];
        }

        List<byte[]> cut = [];
        byte[] buffer = new byte[Mtu];
        while (fragments.TryNext(buffer, out int length))
        {
            cut.Add(buffer[..length]);
        }

        return cut;
    }

    private static bool IsFragment(byte[] packet) => packet[0] >> 4 == 4 ? (packet[6] & 0x3F) != 0 || packet[7] != 0 : packet[6] == 44;
}
