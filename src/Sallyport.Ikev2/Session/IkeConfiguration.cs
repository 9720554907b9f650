using System.Net;
using System.Net.Sockets;
using System.Text;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>What a client asks for and a gateway gives by the Configuration payload (RFC 7296 §2.19, §3.15).</summary>
public sealed record IkeConfiguration
{
    private const int UnitySubnetSize = 14;
    private const int IPv6PrefixSize = 17;

    /// <summary>The client's address of IPv4 inside.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The client's address of IPv6 inside. It is given only to a client that asks for one.</summary>
    public IPAddress? AddressV6 { get; init; }

    /// <summary>Its netmask.</summary>
    public IPAddress? Netmask { get; init; }

    /// <summary>DNS servers. Those of IPv6 are told only to a client that asks for such.</summary>
    public IReadOnlyList<IPAddress> Dns { get; init; } = [];

    /// <summary>Networks behind the gateway (INTERNAL_IP4_SUBNET, INTERNAL_IP6_SUBNET and Cisco's split include).</summary>
    public IReadOnlyList<IPNetwork> Subnets { get; init; } = [];

    /// <summary>The domain that names are looked up in first.</summary>
    public string? DefaultDomain { get; init; }

    /// <summary>What to show to the person.</summary>
    public string? Banner { get; init; }

    /// <summary>The gateway's program and version.</summary>
    public string? ApplicationVersion { get; init; }

    /// <summary>The client's addresses inside, of either version.</summary>
    internal IEnumerable<IPAddress> Addresses => new[] { Address, AddressV6 }.OfType<IPAddress>();

    /// <summary>Writes the attributes that a client asks for, all left open.</summary>
    /// <param name="writer">Where they go.</param>
    /// <param name="v6">Whether those of IPv6 are among them.</param>
    internal static void WriteRequest(ref IkePayloadWriter writer, bool v6)
    {
        writer.BeginConfiguration(IkeConfigurationType.Request);
        foreach (IkeConfigurationAttributeType type in (ReadOnlySpan<IkeConfigurationAttributeType>)
            [
                IkeConfigurationAttributeType.InternalIPv4Address, IkeConfigurationAttributeType.InternalIPv4Netmask, IkeConfigurationAttributeType.InternalIPv4Dns,
                IkeConfigurationAttributeType.InternalIPv4Subnet, IkeConfigurationAttributeType.ApplicationVersion, IkeConfigurationAttributeType.UnityBanner,
                IkeConfigurationAttributeType.UnityDefaultDomain, IkeConfigurationAttributeType.UnitySplitInclude,
            ])
        {
            writer.AddConfigurationAttribute(type, default);
        }

        if (v6)
        {
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Address, default);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Dns, default);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Subnet, default);
        }

        writer.EndPayload();
    }

    /// <summary>Writes a reply.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="requested">What the client asked for.</param>
    /// <param name="ciscoPeer">Whether the client showed a Cisco vendor id. Cisco's private attributes go only to such a client, and to one that
    /// asked for any of them: others may refuse the whole over an attribute that they do not know.</param>
    internal void WriteReply(ref IkePayloadWriter writer, IReadOnlySet<IkeConfigurationAttributeType> requested, bool ciscoPeer)
    {
        writer.BeginConfiguration(IkeConfigurationType.Reply);
        Span<byte> octets = stackalloc byte[UnitySubnetSize];
        if (Address is { AddressFamily: AddressFamily.InterNetwork })
        {
            Address.TryWriteBytes(octets, out int length);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Address, octets[..length]);
        }

        if (Netmask is not null && requested.Contains(IkeConfigurationAttributeType.InternalIPv4Netmask))
        {
            Netmask.TryWriteBytes(octets, out int length);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Netmask, octets[..length]);
        }

        WriteIPv6(ref writer, requested);
        foreach (IPAddress server in Dns.Where(d => d.AddressFamily == AddressFamily.InterNetwork))
        {
            server.TryWriteBytes(octets, out int length);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Dns, octets[..length]);
        }

        bool unity = ciscoPeer || requested.Any(t => (ushort)t is >= 28672 and <= 28687);
        foreach (IPNetwork subnet in Subnets.Where(s => s.BaseAddress.AddressFamily == AddressFamily.InterNetwork))
        {
            octets.Clear();
            subnet.BaseAddress.TryWriteBytes(octets, out _);
            Mask(subnet.PrefixLength, octets[4..8]);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Subnet, octets[..8]);
            if (unity)
            {
                // Cisco Unity: network, mask and six octets for protocol and ports, which stay zero.
                writer.AddConfigurationAttribute(IkeConfigurationAttributeType.UnitySplitInclude, octets);
            }
        }

        AddText(ref writer, IkeConfigurationAttributeType.ApplicationVersion, requested.Contains(IkeConfigurationAttributeType.ApplicationVersion) ? ApplicationVersion : null);
        AddText(ref writer, IkeConfigurationAttributeType.UnityDefaultDomain, unity ? DefaultDomain : null);
        AddText(ref writer, IkeConfigurationAttributeType.UnityBanner, unity ? Banner : null);
        writer.EndPayload();
    }

    // RFC 7296 §3.15.1: an address is followed by the length of its prefix, and so is a network. The address is the client's alone.
    private void WriteIPv6(ref IkePayloadWriter writer, IReadOnlySet<IkeConfigurationAttributeType> requested)
    {
        Span<byte> octets = stackalloc byte[IPv6PrefixSize];
        if (AddressV6 is { AddressFamily: AddressFamily.InterNetworkV6 } && requested.Contains(IkeConfigurationAttributeType.InternalIPv6Address))
        {
            AddressV6.TryWriteBytes(octets, out int length);
            octets[length] = 128;
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Address, octets);
        }

        foreach (IPAddress server in Dns.Where(d => d.AddressFamily == AddressFamily.InterNetworkV6 && requested.Contains(IkeConfigurationAttributeType.InternalIPv6Dns)))
        {
            server.TryWriteBytes(octets, out int length);
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Dns, octets[..length]);
        }

        foreach (IPNetwork subnet in Subnets.Where(s => s.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 && requested.Contains(IkeConfigurationAttributeType.InternalIPv6Subnet)))
        {
            subnet.BaseAddress.TryWriteBytes(octets, out int length);
            octets[length] = (byte)subnet.PrefixLength;
            writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv6Subnet, octets);
        }
    }

    /// <summary>Reads a reply; what is unknown or of a wrong length is skipped (RFC 7296 §3.15.1).</summary>
    internal static IkeConfiguration ReadReply(ConfigurationPayload payload)
    {
        IkeConfiguration configuration = new();
        List<IPAddress> dns = [];
        List<IPNetwork> subnets = [];
        foreach (IkeConfigurationAttributeView attribute in payload)
        {
            ReadOnlySpan<byte> value = attribute.Value;
            switch (attribute.Type)
            {
                case IkeConfigurationAttributeType.InternalIPv4Address when value.Length == 4:
                    configuration = configuration with { Address = new IPAddress(value) };
                    break;
                case IkeConfigurationAttributeType.InternalIPv6Address when value.Length == IPv6PrefixSize:
                    configuration = configuration with { AddressV6 = new IPAddress(value[..16]) };
                    break;
                case IkeConfigurationAttributeType.InternalIPv6Dns when value.Length == 16:
                    dns.Add(new IPAddress(value));
                    break;
                case IkeConfigurationAttributeType.InternalIPv6Subnet when value.Length == IPv6PrefixSize && value[16] <= 128:
                    subnets.Add(NetworkV6(value));
                    break;
                case IkeConfigurationAttributeType.InternalIPv4Netmask when value.Length == 4:
                    configuration = configuration with { Netmask = new IPAddress(value) };
                    break;
                case IkeConfigurationAttributeType.InternalIPv4Dns when value.Length == 4:
                    dns.Add(new IPAddress(value));
                    break;
                case IkeConfigurationAttributeType.InternalIPv4Subnet when value.Length == 8:
                case IkeConfigurationAttributeType.UnitySplitInclude when value.Length == UnitySubnetSize:
                    if (TryNetwork(value[..4], value[4..8], out IPNetwork network) && !subnets.Contains(network))
                    {
                        subnets.Add(network);
                    }

                    break;
                case IkeConfigurationAttributeType.UnityDefaultDomain:
                    configuration = configuration with { DefaultDomain = Encoding.UTF8.GetString(value) };
                    break;
                case IkeConfigurationAttributeType.UnityBanner:
                    configuration = configuration with { Banner = Encoding.UTF8.GetString(value) };
                    break;
                case IkeConfigurationAttributeType.ApplicationVersion:
                    configuration = configuration with { ApplicationVersion = Encoding.UTF8.GetString(value) };
                    break;
                default:
                    break;
            }
        }

        return configuration with { Dns = dns, Subnets = subnets };
    }

    private static void AddText(ref IkePayloadWriter writer, IkeConfigurationAttributeType type, string? text)
    {
        if (text is not null)
        {
            writer.AddConfigurationAttribute(type, Encoding.UTF8.GetBytes(text));
        }
    }

    private static void Mask(int prefix, Span<byte> mask)
    {
        for (int bit = 0; bit < prefix; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }
    }

    // What stands behind the prefix counts for nothing.
    private static IPNetwork NetworkV6(ReadOnlySpan<byte> value)
    {
        int prefix = value[16];
        UInt128 bits = prefix == 0 ? 0 : UInt128.MaxValue << (128 - prefix);
        Span<byte> masked = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(masked, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(value) & bits);
        return new IPNetwork(new IPAddress(masked), prefix);
    }

    private static bool TryNetwork(ReadOnlySpan<byte> address, ReadOnlySpan<byte> mask, out IPNetwork network)
    {
        network = default;
        uint bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(mask);
        uint start = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address);
        if ((~bits & (~bits + 1)) != 0)
        {
            return false;
        }

        Span<byte> masked = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(masked, start & bits);
        network = new IPNetwork(new IPAddress(masked), System.Numerics.BitOperations.PopCount(bits));
        return true;
    }
}
