namespace Sallyport.Ipsec.Devices;

/// <summary>
/// Where inner IP packets come from and go to: a TUN device of the operating system, or a host inside the process. One reader and any number
/// of writers may use it at the same time.
/// </summary>
public interface IPacketDevice : IAsyncDisposable
{
    /// <summary>The device's name, for people.</summary>
    string Name { get; }

    /// <summary>The longest IP packet in octets that may be written, and that is ever read.</summary>
    int Mtu { get; }

    /// <summary>Waits for the next IP packet that is to enter a tunnel.</summary>
    /// <param name="packet">Where it is put; at least <see cref="Mtu"/> octets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The packet's length in octets, or 0 once the device is disposed of.</returns>
    ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default);

    /// <summary>Delivers an IP packet that came out of a tunnel. Never waits.</summary>
    /// <param name="packet">The packet, from its IP header on.</param>
    /// <returns><see langword="false"/> where it could not be taken: the device is full, gone, or the packet longer than <see cref="Mtu"/>.</returns>
    bool TryWrite(ReadOnlySpan<byte> packet);
}
