using System.Buffers.Binary;

namespace Sallyport.Ikev2.Wire;

/// <summary>
/// Writes a chain of payloads (RFC 7296 §3.2) into the caller's span: the payloads of a message in the clear, or those that the crypto layer
/// then seals into an Encrypted payload. A span that is too small is remembered and reported once, by <see cref="TryComplete"/>.
/// </summary>
public ref struct IkePayloadWriter
{
    private readonly Span<byte> _buffer;
    private int _length;
    private int _current;
    private int _nextPayloadAt;
    private bool _malformed;

    /// <summary>Begins an empty chain.</summary>
    /// <param name="buffer">Where the chain goes.</param>
    public IkePayloadWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _nextPayloadAt = -1;
        _current = -1;
        First = IkePayloadType.None;
    }

    /// <summary>The first payload's type, which goes into the header in front of the chain.</summary>
    public IkePayloadType First { get; private set; }

    /// <summary>Octets written so far, or needed where the buffer is too small.</summary>
    public readonly int Length => _length;

    /// <summary>Begins a payload; <see cref="EndPayload"/> ends it.</summary>
    public void BeginPayload(IkePayloadType type, bool critical = false)
    {
        if (_nextPayloadAt < 0)
        {
            First = type;
        }
        else if (_nextPayloadAt < _buffer.Length)
        {
            _buffer[_nextPayloadAt] = (byte)type;
        }

        _current = _length;
        _nextPayloadAt = _length;
        WriteByte(0);
        WriteByte(critical ? (byte)0x80 : (byte)0);
        WriteUInt16(0);
    }

    /// <summary>Ends the payload and fixes its length.</summary>
    public void EndPayload() => FixLength(_current);

    /// <summary>Adds a payload whose body is ready: Nonce, Vendor ID, EAP, Identification and others.</summary>
    public void Add(IkePayloadType type, scoped ReadOnlySpan<byte> body, bool critical = false)
    {
        BeginPayload(type, critical);
        Write(body);
        EndPayload();
    }

    /// <summary>Adds a Key Exchange payload (RFC 7296 §3.4).</summary>
    public void AddKeyExchange(KeyExchangeMethod method, scoped ReadOnlySpan<byte> publicValue)
    {
        BeginPayload(IkePayloadType.KeyExchange);
        WriteUInt16((ushort)method);
        WriteUInt16(0);
        Write(publicValue);
        EndPayload();
    }

    /// <summary>Adds a Notify payload (RFC 7296 §3.10).</summary>
    public void AddNotify(IkeNotifyType type, scoped ReadOnlySpan<byte> data = default, IkeProtocolId protocol = IkeProtocolId.None, scoped ReadOnlySpan<byte> spi = default)
    {
        BeginPayload(IkePayloadType.Notify);
        WriteByte((byte)protocol);
        WriteByte((byte)spi.Length);
        WriteUInt16((ushort)type);
        Write(spi);
        Write(data);
        EndPayload();
    }

    /// <summary>Adds a Certificate or Certificate Request payload (RFC 7296 §3.6, §3.7).</summary>
    public void AddCertificate(IkePayloadType type, IkeCertificateEncoding encoding, scoped ReadOnlySpan<byte> data)
    {
        BeginPayload(type);
        WriteByte((byte)encoding);
        Write(data);
        EndPayload();
    }

    /// <summary>Adds an Authentication payload (RFC 7296 §3.8).</summary>
    public void AddAuthentication(IkeAuthenticationMethod method, scoped ReadOnlySpan<byte> data)
    {
        BeginPayload(IkePayloadType.Authentication);
        WriteByte((byte)method);
        WriteZeros(3);
        Write(data);
        EndPayload();
    }

    /// <summary>Adds a Delete payload for the IKE SA itself (RFC 7296 §3.11).</summary>
    public void AddDeleteIke()
    {
        BeginPayload(IkePayloadType.Delete);
        WriteByte((byte)IkeProtocolId.Ike);
        WriteZeros(3);
        EndPayload();
    }

    /// <summary>Adds a Delete payload for one ESP SA, named by the SPI under which we receive (RFC 7296 §3.11).</summary>
    public void AddDeleteEsp(uint spi)
    {
        BeginPayload(IkePayloadType.Delete);
        WriteByte((byte)IkeProtocolId.Esp);
        WriteByte(4);
        WriteUInt16(1);
        WriteUInt32(spi);
        EndPayload();
    }

    /// <summary>Begins a proposal in an SA payload; <see cref="EndProposal"/> ends it.</summary>
    /// <param name="number">The proposal's number, from 1.</param>
    /// <param name="protocol">IKE or ESP.</param>
    /// <param name="spi">Our SPI: empty in the first exchange, 4 octets of ESP.</param>
    /// <param name="transforms">How many transforms follow.</param>
    /// <param name="last">Whether no proposal follows.</param>
    /// <returns>What <see cref="EndProposal"/> wants.</returns>
    public int BeginProposal(byte number, IkeProtocolId protocol, scoped ReadOnlySpan<byte> spi, int transforms, bool last)
    {
        int start = _length;
        WriteByte(last ? (byte)0 : (byte)2);
        WriteByte(0);
        WriteUInt16(0);
        WriteByte(number);
        WriteByte((byte)protocol);
        WriteByte((byte)spi.Length);
        WriteByte((byte)transforms);
        Write(spi);
        return start;
    }

    /// <summary>Adds a transform to the proposal (RFC 7296 §3.3.2).</summary>
    /// <param name="type">What it transforms.</param>
    /// <param name="id">The algorithm's number.</param>
    /// <param name="keyBits">The key length in bits, 0 for none.</param>
    /// <param name="last">Whether no transform follows.</param>
    public void AddTransform(IkeTransformType type, ushort id, ushort keyBits, bool last)
    {
        WriteByte(last ? (byte)0 : (byte)3);
        WriteByte(0);
        WriteUInt16(keyBits == 0 ? (ushort)8 : (ushort)12);
        WriteByte((byte)type);
        WriteByte(0);
        WriteUInt16(id);
        if (keyBits != 0)
        {
            WriteUInt16(0x8000 | 14);
            WriteUInt16(keyBits);
        }
    }

    /// <summary>Ends a proposal.</summary>
    /// <param name="start">What <see cref="BeginProposal"/> returned.</param>
    public void EndProposal(int start) => FixLength(start);

    /// <summary>Begins a Traffic Selector payload (RFC 7296 §3.13); <see cref="EndPayload"/> ends it.</summary>
    public void BeginTrafficSelectors(IkePayloadType type, int count)
    {
        BeginPayload(type);
        WriteByte((byte)count);
        WriteZeros(3);
    }

    /// <summary>Adds a selector to a Traffic Selector payload.</summary>
    /// <param name="protocol">The IP protocol, 0 for any.</param>
    /// <param name="startPort">The first port.</param>
    /// <param name="endPort">The last port.</param>
    /// <param name="startAddress">The first address, 4 or 16 octets.</param>
    /// <param name="endAddress">The last address, of the same family.</param>
    public void AddTrafficSelector(byte protocol, ushort startPort, ushort endPort, scoped ReadOnlySpan<byte> startAddress, scoped ReadOnlySpan<byte> endAddress)
    {
        _malformed |= startAddress.Length != endAddress.Length || startAddress.Length is not (4 or 16);
        WriteByte((byte)(startAddress.Length == 4 ? IkeTrafficSelectorType.IPv4AddressRange : IkeTrafficSelectorType.IPv6AddressRange));
        WriteByte(protocol);
        WriteUInt16((ushort)(8 + startAddress.Length + endAddress.Length));
        WriteUInt16(startPort);
        WriteUInt16(endPort);
        Write(startAddress);
        Write(endAddress);
    }

    /// <summary>Begins a Configuration payload (RFC 7296 §3.15); <see cref="EndPayload"/> ends it.</summary>
    public void BeginConfiguration(IkeConfigurationType type)
    {
        BeginPayload(IkePayloadType.Configuration);
        WriteByte((byte)type);
        WriteZeros(3);
    }

    /// <summary>Adds an attribute to a Configuration payload.</summary>
    public void AddConfigurationAttribute(IkeConfigurationAttributeType type, scoped ReadOnlySpan<byte> value)
    {
        WriteUInt16((ushort)type);
        WriteUInt16((ushort)value.Length);
        Write(value);
    }

    /// <summary>Adds octets to the payload begun last.</summary>
    public void Write(scoped ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length <= _buffer.Length)
        {
            octets.CopyTo(_buffer[_length..]);
        }

        _length += octets.Length;
    }

    /// <summary>Adds a 16-bit number to the payload begun last.</summary>
    public void WriteUInt16(ushort value)
    {
        Span<byte> octets = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, value);
        Write(octets);
    }

    /// <summary>Adds a 32-bit number to the payload begun last.</summary>
    public void WriteUInt32(uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        Write(octets);
    }

    /// <summary>Completes the chain.</summary>
    /// <param name="length">Its octets; where it fails for space, the octets it needs.</param>
    /// <returns>Whether the chain is whole and every length fits its field.</returns>
    public readonly bool TryComplete(out int length)
    {
        length = _length;
        return _length <= _buffer.Length && !_malformed;
    }

    private void WriteByte(byte value) => Write([value]);

    private void WriteZeros(int count)
    {
        Span<byte> zeros = stackalloc byte[4];
        zeros.Clear();
        Write(zeros[..count]);
    }

    private void FixLength(int start)
    {
        int length = _length - start;
        _malformed |= length > ushort.MaxValue;
        if (start + 4 <= _buffer.Length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer[(start + 2)..], (ushort)length);
        }
    }
}
