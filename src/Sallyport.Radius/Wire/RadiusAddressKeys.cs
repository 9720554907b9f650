using System.Net;
using System.Net.NetworkInformation;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Wire;

/// <summary>A network: an address and how many of its bits count.</summary>
/// <param name="Address">The address.</param>
/// <param name="Length">The bits: up to 32 or 128.</param>
public readonly record struct RadiusPrefix(IPAddress Address, int Length)
{
    /// <summary>With a slash between.</summary>
    public override string ToString() => $"{Address}/{Length}";
}

/// <summary>The key of an attribute that holds an IPv4 address (RFC 8044 §3.8).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPv4Key(RadiusAttributeId Id) : IRadiusKey<IPAddress>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out IPAddress value) => RadiusAddresses.TryRead(octets, octets.Length == 4, out value);

    /// <inheritdoc/>
    public bool TryWrite(IPAddress value, Span<byte> octets, out int length) => Octets.TryWrite(value, octets, out length) && length == 4;
}

/// <summary>The key of an attribute that holds an IPv6 address (RFC 8044 §3.9).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPv6Key(RadiusAttributeId Id) : IRadiusKey<IPAddress>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out IPAddress value) => RadiusAddresses.TryRead(octets, octets.Length == 16, out value);

    /// <inheritdoc/>
    public bool TryWrite(IPAddress value, Span<byte> octets, out int length) => Octets.TryWrite(value, octets, out length) && length == 16;
}

/// <summary>The key of an attribute that holds an address of either version, told apart by its length: <c>combo-ip</c> of dictionaries.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPAddressKey(RadiusAttributeId Id) : IRadiusKey<IPAddress>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out IPAddress value) => RadiusAddresses.TryRead(octets, octets.Length is 4 or 16, out value);

    /// <inheritdoc/>
    public bool TryWrite(IPAddress value, Span<byte> octets, out int length) => Octets.TryWrite(value, octets, out length);
}

/// <summary>The key of an attribute that holds an IPv4 prefix (RFC 8044 §3.11).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPv4PrefixKey(RadiusAttributeId Id) : IRadiusKey<RadiusPrefix>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out RadiusPrefix value)
    {
        bool found = octets.Length == 6 && octets[1] <= 32;
        value = found ? new RadiusPrefix(Octets.Address(octets[2..]), octets[1]) : new RadiusPrefix(IPAddress.Any, 0);
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(RadiusPrefix value, Span<byte> octets, out int length) => RadiusAddresses.TryWrite(value, 4, octets, out length);
}

/// <summary>The key of an attribute that holds an IPv6 prefix, whose trailing octets may be left out (RFC 8044 §3.10).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPv6PrefixKey(RadiusAttributeId Id) : IRadiusKey<RadiusPrefix>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out RadiusPrefix value)
    {
        bool found = octets.Length is >= 2 and <= 18 && octets[1] <= 128 && (octets.Length - 2) * 8 >= octets[1];
        value = new RadiusPrefix(IPAddress.IPv6Any, 0);
        if (found)
        {
            Span<byte> whole = stackalloc byte[16];
            whole.Clear();
            octets[2..].CopyTo(whole);
            value = new RadiusPrefix(Octets.Address(whole), octets[1]);
        }

        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(RadiusPrefix value, Span<byte> octets, out int length) => RadiusAddresses.TryWrite(value, 16, octets, out length);
}

/// <summary>The key of an attribute that holds a prefix of either version, told apart by its octets: <c>combo-prefix</c> of dictionaries.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IPPrefixKey(RadiusAttributeId Id) : IRadiusKey<RadiusPrefix>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out RadiusPrefix value) => new IPv4PrefixKey(Id).TryRead(octets, out value) || new IPv6PrefixKey(Id).TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(RadiusPrefix value, Span<byte> octets, out int length) =>
        RadiusAddresses.TryWrite(value, 4, octets, out length) || RadiusAddresses.TryWrite(value, 16, octets, out length);
}

/// <summary>The key of an attribute that holds an interface identifier, 64 bits (RFC 8044 §3.7).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct InterfaceIdKey(RadiusAttributeId Id) : IRadiusKey<ulong>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out ulong value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(ulong value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds an Ethernet address, 6 octets.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct EtherKey(RadiusAttributeId Id) : IRadiusKey<PhysicalAddress>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out PhysicalAddress value)
    {
        bool found = octets.Length == 6;
        value = found ? new PhysicalAddress(octets.ToArray()) : PhysicalAddress.None;
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(PhysicalAddress value, Span<byte> octets, out int length)
    {
        Guard.NotNull(value);
        byte[] address = value.GetAddressBytes();
        length = address.Length;
        return length == 6 && address.AsSpan().TryCopyTo(octets);
    }
}

/// <summary>Addresses and prefixes in octets.</summary>
internal static class RadiusAddresses
{
    public static bool TryRead(ReadOnlySpan<byte> octets, bool sized, out IPAddress value)
    {
        value = sized ? Octets.Address(octets) : IPAddress.None;
        return sized;
    }

    public static bool TryWrite(RadiusPrefix prefix, int size, Span<byte> octets, out int length)
    {
        length = 2 + size;
        octets[0] = 0;
        octets[1] = (byte)prefix.Length;
        if (prefix.Length < 0 || prefix.Length > size * 8 || !Octets.TryWrite(prefix.Address, octets[2..], out int written) || written != size)
        {
            return false;
        }

        // RFC 3162 §2.3, RFC 8044 §3.10 and §3.11: the bits behind the prefix are zero.
        for (int i = 0; i < size; i++)
        {
            int kept = prefix.Length - (8 * i);
            octets[2 + i] &= kept >= 8 ? (byte)0xff : kept <= 0 ? (byte)0 : (byte)(0xff << (8 - kept));
        }

        return true;
    }
}
