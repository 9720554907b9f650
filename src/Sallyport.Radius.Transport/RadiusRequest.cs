using System.Net;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>Adds attributes to a packet that is being written.</summary>
/// <param name="writer">The packet.</param>
public delegate void RadiusAttributeWriter(ref RadiusPacketWriter writer);

/// <summary>Adds attributes to a packet that is being written.</summary>
/// <typeparam name="TState">What they are made of.</typeparam>
/// <param name="writer">The packet.</param>
/// <param name="state">What they are made of; passed on, so that the delegate need not be made anew for each packet.</param>
public delegate void RadiusAttributeWriter<in TState>(ref RadiusPacketWriter writer, TState state);

/// <summary>
/// A verified request of a known device. It belongs to its handler until the handler has completed: a handler that waited for nothing has its
/// request used again for the next one.
/// </summary>
public sealed class RadiusRequest
{
    private static readonly OctetsKey ProxyState = new(33);

    // Where replies are written until their length is known; taken out while in use, in case that a writer makes another reply.
    [ThreadStatic]
    private static byte[]? s_scratch;

    private byte[] _octets = [];
    private byte[] _reply = [];
    private int _length;
    private bool _replied;
    private IPEndPoint? _remoteEndPoint;
    private RadiusRemote _remote;

    internal RadiusRequest(RadiusSource source)
    {
        Source = source;
        Peer = null!;
    }

    /// <summary>The request's octets.</summary>
    public ReadOnlyMemory<byte> Octets => _octets.AsMemory(0, _length);

    /// <summary>Who sent it.</summary>
    public IPEndPoint Remote => _remoteEndPoint ??= _remote.ToEndPoint();

    /// <summary>Where it came in.</summary>
    public IPEndPoint Local => Source.LocalEndPoint;

    /// <summary>What it came in by: <c>udp</c>, <c>tcp</c> or <c>tls</c>.</summary>
    public string Transport => Source.Transport;

    /// <summary>The device.</summary>
    public RadiusPeer Peer { get; private set; }

    /// <summary>The request.</summary>
    public RadiusPacket Packet => RadiusPacket.TryParse(_octets.AsSpan(0, _length), out RadiusPacket packet, out _) ? packet : default;

    internal RadiusSource Source { get; }

    internal RadiusReplySlot Slot { get; private set; }

    internal long Began { get; private set; }

    internal ref readonly RadiusRemote Sender => ref _remote;

    /// <summary>
    /// Makes a signed reply: Message-Authenticator first, then what <paramref name="write"/> adds, then the request's Proxy-State attributes in
    /// order (RFC 2865 §5.33).
    /// </summary>
    /// <param name="code">The reply's code.</param>
    /// <param name="write">Adds its attributes, or null for none.</param>
    /// <exception cref="InvalidOperationException">The attributes do not fit a packet.</exception>
    public RadiusResponse CreateReply(RadiusCode code, RadiusAttributeWriter? write = null) =>
        CreateReply(code, write, static (ref RadiusPacketWriter writer, RadiusAttributeWriter? w) => w?.Invoke(ref writer));

    /// <summary>Makes a signed reply, without a delegate that has to be made for it.</summary>
    /// <param name="code">The reply's code.</param>
    /// <param name="state">What its attributes are made of.</param>
    /// <param name="write">Adds its attributes; a static lambda allocates nothing.</param>
    /// <exception cref="InvalidOperationException">The attributes do not fit a packet.</exception>
    public RadiusResponse CreateReply<TState>(RadiusCode code, TState state, RadiusAttributeWriter<TState> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        byte[] scratch = s_scratch ?? new byte[RadiusPacket.LargestSize];
        s_scratch = null;
        try
        {
            RadiusPacket packet = Packet;
            RadiusPacketWriter writer = new(scratch, code, packet.Identifier, packet.Authenticator);
            write(ref writer, state);
            foreach (ReadOnlySpan<byte> proxyState in packet.GetAll(ProxyState))
            {
                writer.Add(ProxyState, proxyState);
            }

            return writer.TryComplete(Peer.Secret, out int length)
                ? Keep(scratch.AsSpan(0, length))
                : throw new InvalidOperationException($"the reply would have {length} octets, or a value that does not fit its attribute");
        }
        finally
        {
            s_scratch = scratch;
        }
    }

    /// <summary>A random salt for hidden attributes of the reply; take another one for each.</summary>
    public static ushort CreateSalt()
    {
        Span<byte> salt = stackalloc byte[sizeof(ushort)];
        RadiusRandom.Fill(salt);
        return (ushort)(BitConverter.ToUInt16(salt) & 0x7fff);
    }

    internal void Set(RadiusPacket packet, in RadiusRemote remote, RadiusPeer peer, RadiusReplySlot slot, long began)
    {
        ReadOnlySpan<byte> octets = packet.Span;
        if (octets.Length > _octets.Length)
        {
            _octets = new byte[octets.Length];
        }

        octets.CopyTo(_octets);
        _length = octets.Length;
        _remoteEndPoint = _remoteEndPoint is not null && _remote == remote ? _remoteEndPoint : null;
        _remote = remote;
        (Peer, Slot, Began, _replied) = (peer, slot, began, false);
    }

    // The first reply of a request goes where the one of the request before was; only a further one needs its own place.
    private RadiusResponse Keep(ReadOnlySpan<byte> reply)
    {
        if (_replied || reply.Length > _reply.Length)
        {
            _reply = new byte[Math.Max(reply.Length, _replied ? 0 : 64)];
        }

        _replied = true;
        reply.CopyTo(_reply);
        return new RadiusResponse(this, _reply.AsMemory(0, reply.Length));
    }
}
