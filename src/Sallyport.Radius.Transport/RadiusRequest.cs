using System.Net;
using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>Adds attributes to a packet that is being written.</summary>
/// <param name="writer">The packet.</param>
public delegate void RadiusAttributeWriter(ref RadiusPacketWriter writer);

/// <summary>A verified request of a known device.</summary>
public sealed class RadiusRequest
{
    private static readonly OctetsKey ProxyState = new(33);

    internal RadiusRequest(byte[] octets, IPEndPoint remote, IPEndPoint local, RadiusPeer peer)
    {
        Octets = octets;
        Remote = remote;
        Local = local;
        Peer = peer;
    }

    /// <summary>The request's octets.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>Who sent it.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Where it came in.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The device.</summary>
    public RadiusPeer Peer { get; }

    /// <summary>The request.</summary>
    public RadiusPacket Packet => RadiusPacket.TryParse(Octets.Span, out RadiusPacket packet, out _) ? packet : default;

    /// <summary>
    /// Makes a signed reply: Message-Authenticator first, then what <paramref name="write"/> adds, then the request's Proxy-State attributes in
    /// order (RFC 2865 §5.33).
    /// </summary>
    /// <param name="code">The reply's code.</param>
    /// <param name="write">Adds its attributes, or null for none.</param>
    /// <exception cref="InvalidOperationException">The attributes do not fit a packet.</exception>
    public ReadOnlyMemory<byte> CreateReply(RadiusCode code, RadiusAttributeWriter? write = null)
    {
        // The reply is kept for retransmissions: it takes no more room than it needs.
        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        RadiusPacket packet = Packet;
        RadiusPacketWriter writer = new(buffer, code, packet.Identifier, packet.Authenticator);
        write?.Invoke(ref writer);
        foreach (ReadOnlySpan<byte> state in packet.GetAll(ProxyState))
        {
            writer.Add(ProxyState, state);
        }

        return writer.TryComplete(Peer.Secret, out int length)
            ? buffer[..length].ToArray()
            : throw new InvalidOperationException($"the reply would have {length} octets, or a value that does not fit its attribute");
    }

    /// <summary>A random salt for hidden attributes of the reply; take another one for each.</summary>
    public static ushort CreateSalt() => (ushort)RandomNumberGenerator.GetInt32(0, 0x8000);
}
