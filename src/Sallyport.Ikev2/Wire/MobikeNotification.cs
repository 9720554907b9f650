using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sallyport.Ikev2.Wire;

/// <summary>The data of MOBIKE's notifications (RFC 4555 §4.2).</summary>
public static class MobikeNotification
{
    /// <summary>How long COOKIE2 is at least (RFC 4555 §4.2.5).</summary>
    public const int SmallestCookie = 8;

    /// <summary>How long COOKIE2 is at most.</summary>
    public const int LargestCookie = 64;

    private const int PortsSize = 4;

    /// <summary>Reads ADDITIONAL_IP4_ADDRESS or ADDITIONAL_IP6_ADDRESS (RFC 4555 §4.2.2, §4.2.3).</summary>
    /// <param name="notify">The notification.</param>
    /// <param name="address">The address, which may be any: it is only what the peer says.</param>
    /// <returns>Whether it is one of the two, with an address of its family.</returns>
    public static bool TryReadAddress(NotifyPayload notify, out IPAddress address)
    {
        bool valid = (notify.Type, notify.Data.Length) is (IkeNotifyType.AdditionalIPv4Address, 4) or (IkeNotifyType.AdditionalIPv6Address, 16);
        address = valid ? new IPAddress(notify.Data) : IPAddress.None;
        return valid;
    }

    /// <summary>Adds ADDITIONAL_IP4_ADDRESS or ADDITIONAL_IP6_ADDRESS.</summary>
    public static void AddAddress(ref IkePayloadWriter writer, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        writer.AddNotify(
            address.AddressFamily == AddressFamily.InterNetwork ? IkeNotifyType.AdditionalIPv4Address : IkeNotifyType.AdditionalIPv6Address, address.GetAddressBytes());
    }

    /// <summary>Reads NO_NATS_ALLOWED (RFC 4555 §4.2.6): where its sender has sent the message from, and where to.</summary>
    /// <param name="notify">The notification.</param>
    /// <param name="source">The sender's address and port.</param>
    /// <param name="destination">The receiver's.</param>
    /// <returns>Whether it is one, of one of its two lengths.</returns>
    public static bool TryReadNoNats(NotifyPayload notify, out IPEndPoint source, out IPEndPoint destination)
    {
        ReadOnlySpan<byte> data = notify.Data;
        int size = (data.Length - PortsSize) / 2;
        if (notify.Type != IkeNotifyType.NoNatsAllowed || data.Length is not (12 or 36))
        {
            source = destination = new IPEndPoint(IPAddress.None, 0);
            return false;
        }

        source = new IPEndPoint(new IPAddress(data[..size]), BinaryPrimitives.ReadUInt16BigEndian(data[(2 * size)..]));
        destination = new IPEndPoint(new IPAddress(data[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(data[((2 * size) + 2)..]));
        return true;
    }

    /// <summary>Adds NO_NATS_ALLOWED.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="source">Where the message is sent from.</param>
    /// <param name="destination">Where to, an address of the same family.</param>
    public static void AddNoNats(ref IkePayloadWriter writer, IPEndPoint source, IPEndPoint destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        byte[] data = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(data.Length - 4), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(data.Length - 2), (ushort)destination.Port);
        writer.AddNotify(IkeNotifyType.NoNatsAllowed, data);
    }
}
