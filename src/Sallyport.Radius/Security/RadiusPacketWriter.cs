using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <summary>
/// Writes a packet into the caller's span and signs it at the end: there is no way to an unsigned one. The Message-Authenticator stands first
/// (CVE-2024-3596). A span that is too small, or a value too long for its attribute, is remembered and reported once, by
/// <see cref="TryComplete"/>.
/// </summary>
public ref struct RadiusPacketWriter
{
    private const int LargestValue = 253;
    private const int LargestVendorValue = 247;
    private readonly Span<byte> _buffer;
    private readonly ReadOnlySpan<byte> _authenticator;
    private readonly bool _hasMessageAuthenticator;
    private int _length;
    private bool _malformed;

    /// <summary>Begins a packet.</summary>
    /// <param name="buffer">Where it goes; <see cref="RadiusPacket.LargestSize"/> octets hold any.</param>
    /// <param name="code">The code.</param>
    /// <param name="identifier">The identifier; in a reply the request's.</param>
    /// <param name="authenticator">16 octets: of an Access-Request or Status-Server its own, random and never used before (RFC 2865 §3); of a
    /// reply the request's; of other requests ignored, but for the Token of RADIUS/1.1. Must stay as it is until the packet is complete.</param>
    public RadiusPacketWriter(Span<byte> buffer, RadiusCode code, byte identifier, ReadOnlySpan<byte> authenticator)
    {
        _buffer = buffer;
        _authenticator = authenticator;
        Code = code;
        _length = RadiusPacket.HeaderSize;
        if (buffer.Length < RadiusPacket.HeaderSize || (!IsHashedRequest(code) && authenticator.Length != RadiusAuthenticators.Size))
        {
            _malformed = true;
            return;
        }

        buffer[0] = (byte)code;
        buffer[1] = identifier;

        // Accounting has its own authenticator and no need of it (RFC 5080 §2.2.2); everything else is signed twice.
        _hasMessageAuthenticator = code is not (RadiusCode.AccountingRequest or RadiusCode.AccountingResponse);
        if (_hasMessageAuthenticator)
        {
            Span<byte> zeros = stackalloc byte[RadiusAuthenticators.Size];
            zeros.Clear();
            AddAttribute(RadiusPacket.MessageAuthenticatorType, zeros);
        }
    }

    /// <summary>The code.</summary>
    public RadiusCode Code { get; }

    /// <summary>The authenticator given: in an Access-Request its own, over which CHAP may be computed (RFC 2865 §5.3).</summary>
    public readonly ReadOnlySpan<byte> Authenticator => _authenticator;

    /// <summary>Octets written so far, or needed where the buffer is too small.</summary>
    public readonly int Length => _length;

    /// <summary>Adds text, in UTF-8.</summary>
    public void Add(TextKey key, scoped ReadOnlySpan<byte> value) => AddRaw(key.Id, value);

    /// <summary>Adds text.</summary>
    public void Add(TextKey key, string value) => AddRaw(key.Id, Encoding.UTF8.GetBytes(value ?? throw new ArgumentNullException(nameof(value))));

    /// <summary>Adds octets.</summary>
    public void Add(OctetsKey key, scoped ReadOnlySpan<byte> value) => AddRaw(key.Id, value);

    /// <summary>Adds attributes within an attribute.</summary>
    public void Add(TlvKey key, scoped ReadOnlySpan<byte> value) => AddRaw(key.Id, value);

    /// <summary>Adds a number.</summary>
    public void Add(IntegerKey key, uint value) => AddUInt32(key.Id, value);

    /// <summary>Adds a number.</summary>
    public void Add(SignedKey key, int value) => AddUInt32(key.Id, unchecked((uint)value));

    /// <summary>Adds a number.</summary>
    public void Add(Integer64Key key, ulong value)
    {
        Span<byte> octets = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(octets, value);
        AddRaw(key.Id, octets);
    }

    /// <summary>Adds a number.</summary>
    public void Add(ShortKey key, ushort value)
    {
        Span<byte> octets = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, value);
        AddRaw(key.Id, octets);
    }

    /// <summary>Adds an octet.</summary>
    public void Add(ByteKey key, byte value)
    {
        Span<byte> octets = stackalloc byte[1];
        octets[0] = value;
        AddRaw(key.Id, octets);
    }

    /// <summary>Adds a named number.</summary>
    public void Add<T>(EnumKey<T> key, T value)
        where T : struct, Enum
    {
        _malformed |= Unsafe.SizeOf<T>() != sizeof(uint);
        AddUInt32(key.Id, _malformed ? 0 : Unsafe.As<T, uint>(ref value));
    }

    /// <summary>Adds a time, whole seconds from 1970 to 2106.</summary>
    public void Add(DateKey key, DateTimeOffset value)
    {
        long seconds = value.ToUnixTimeSeconds();
        _malformed |= seconds is < 0 or > uint.MaxValue;
        AddUInt32(key.Id, unchecked((uint)seconds));
    }

    /// <summary>Adds an address.</summary>
    public void Add(IPv4Key key, IPAddress value) => AddAddress(key.Id, value, 4);

    /// <summary>Adds an address, 4 octets.</summary>
    public void Add(IPv4Key key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, 4);

    /// <summary>Adds an address.</summary>
    public void Add(IPv6Key key, IPAddress value) => AddAddress(key.Id, value, 16);

    /// <summary>Adds an address, 16 octets.</summary>
    public void Add(IPv6Key key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, 16);

    /// <summary>Adds an interface identifier, 8 octets.</summary>
    public void Add(InterfaceIdKey key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, 8);

    /// <summary>Adds an Ethernet address, 6 octets.</summary>
    public void Add(EtherKey key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, 6);

    /// <summary>Adds a prefix (RFC 8044 §3.11).</summary>
    public void Add(IPv4PrefixKey key, IPAddress address, int prefixLength) => AddPrefix(key.Id, address, prefixLength, 4);

    /// <summary>Adds a prefix (RFC 8044 §3.10).</summary>
    public void Add(IPv6PrefixKey key, IPAddress address, int prefixLength) => AddPrefix(key.Id, address, prefixLength, 16);

    /// <summary>Adds a tag and a number below 2^24 (RFC 2868 §3.1).</summary>
    public void Add(TaggedIntegerKey key, byte tag, uint value)
    {
        _malformed |= value > 0xffffff || tag > 0x1f;
        AddUInt32(key.Id, ((uint)tag << 24) | (value & 0xffffff));
    }

    /// <summary>Adds a tag and text (RFC 2868 §3.3).</summary>
    public void Add(TaggedTextKey key, byte tag, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> octets = stackalloc byte[LargestValue];
        _malformed |= value.Length > LargestValue - 1 || tag > 0x1f;
        if (!_malformed)
        {
            octets[0] = tag;
            value.CopyTo(octets[1..]);
            AddRaw(key.Id, octets[..(1 + value.Length)]);
        }
    }

    /// <summary>Adds a value of any length, cut into attributes of up to 253 octets (RFC 3579 §3.1).</summary>
    public void Add(ConcatKey key, scoped ReadOnlySpan<byte> value)
    {
        int piece = key.Id.Vendor == 0 ? LargestValue : LargestVendorValue;
        do
        {
            int take = Math.Min(piece, value.Length);
            AddRaw(key.Id, value[..take]);
            value = value[take..];
        }
        while (!value.IsEmpty);
    }

    /// <summary>Adds a value that is hidden as User-Password is (RFC 2865 §5.2): at most 128 octets.</summary>
    public void Add(EncryptedKey key, scoped ReadOnlySpan<byte> value, RadiusSecret secret)
    {
        Guard.NotNull(secret);
        _malformed |= key.Encryption != RadiusEncryption.UserPassword || value.Length > RadiusHiding.LargestPassword || _authenticator.IsEmpty;
        if (!_malformed)
        {
            if (secret.IsNone)
            {
                // RFC 9765 §5.1.1.
                AddRaw(key.Id, value);
                return;
            }

            Span<byte> hidden = stackalloc byte[RadiusHiding.LargestPassword];
            hidden = hidden[..RadiusHiding.HiddenPasswordSize(value.Length)];
            RadiusHiding.HidePassword(value, secret, _authenticator, hidden);
            AddRaw(key.Id, hidden);
        }
    }

    /// <summary>Adds a value that is hidden with a salt (RFC 2868 §3.5, RFC 2548 §2.4.2): at most 239 octets.</summary>
    /// <param name="key">The attribute.</param>
    /// <param name="value">The value.</param>
    /// <param name="secret">The secret shared with the receiver.</param>
    /// <param name="salt">Random, and another one for every attribute of the packet; its top bit is set here.</param>
    /// <param name="tag">The tag, at most 0x1F; 0 where the attribute has none.</param>
    public void Add(EncryptedKey key, scoped ReadOnlySpan<byte> value, RadiusSecret secret, ushort salt, byte tag = 0)
    {
        Guard.NotNull(secret);
        _malformed |= key.Encryption != RadiusEncryption.Salted || value.Length > RadiusHiding.LargestSalted || _authenticator.IsEmpty || tag > (key.IsTagged ? 0x1f : 0);
        if (!_malformed)
        {
            Span<byte> hidden = stackalloc byte[256];
            int at = key.IsTagged ? 1 : 0;
            if (secret.IsNone)
            {
                // RFC 9765 §5.1.3, §5.1.4: the tag stays, the salt goes.
                hidden[0] = tag;
                value.CopyTo(hidden[at..]);
                AddRaw(key.Id, hidden[..(at + value.Length)]);
                return;
            }

            hidden = hidden[..(at + RadiusHiding.HiddenSaltedSize(value.Length))];
            hidden[0] = tag;
            RadiusHiding.HideSalted(value, salt, secret, _authenticator, hidden[at..]);
            AddRaw(key.Id, hidden);
        }
    }

    /// <summary>Adds an attribute as it is, such as one copied from another packet.</summary>
    /// <param name="item">The attribute. A Message-Authenticator is left out: the packet has its own.</param>
    public void Add(RadiusRawItem item)
    {
        if (item.Type != RadiusPacket.MessageAuthenticatorType)
        {
            AddAttribute(item.Type, item.Value);
        }
    }

    /// <summary>Adds a value as it is, for tables of attributes that are known only at run time. A Message-Authenticator is refused: the packet has its own.</summary>
    public void AddRaw(RadiusAttributeId id, scoped ReadOnlySpan<byte> value)
    {
        if (id.Vendor == 0)
        {
            _malformed |= id.Type == RadiusPacket.MessageAuthenticatorType;
            AddAttribute(id.Type, value);
            return;
        }

        _malformed |= value.Length > LargestVendorValue;
        if (!_malformed)
        {
            Span<byte> octets = stackalloc byte[LargestValue];
            BinaryPrimitives.WriteUInt32BigEndian(octets, id.Vendor);
            octets[4] = id.Type;
            octets[5] = (byte)(2 + value.Length);
            value.CopyTo(octets[6..]);
            AddAttribute(RadiusPacket.VendorSpecific, octets[..(6 + value.Length)]);
        }
    }

    /// <summary>Signs and completes the packet.</summary>
    /// <param name="secret">The secret shared with the receiver; with <see cref="RadiusSecret.None"/> the packet is one of RADIUS/1.1, whose Token
    /// are the first four octets of the authenticator.</param>
    /// <param name="length">The packet's octets; where the buffer is too small, what it needs.</param>
    /// <returns>Whether the packet is whole: false where the buffer is too small or a value does not fit its attribute.</returns>
    public readonly bool TryComplete(RadiusSecret secret, out int length)
    {
        Guard.NotNull(secret);
        length = _length;
        if (_malformed || _length > _buffer.Length || _length > RadiusPacket.LargestSize)
        {
            return false;
        }

        Span<byte> packet = _buffer[.._length];
        if (secret.IsNone)
        {
            length = CompleteWithToken(packet);
            return true;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)_length);
        Span<byte> authenticator = stackalloc byte[RadiusAuthenticators.Size];
        authenticator.Clear();
        bool hashed = IsHashedRequest(Code);
        if (!hashed)
        {
            _authenticator.CopyTo(authenticator);
        }

        // RFC 3579 §3.2: the Message-Authenticator comes first, over the request's authenticator; then the one over everything.
        if (_hasMessageAuthenticator)
        {
            const int Offset = RadiusPacket.HeaderSize + 2;
            RadiusAuthenticators.ComputeMessageAuthenticator(packet, Offset, authenticator, secret, packet.Slice(Offset, RadiusAuthenticators.Size));
        }

        if (Code is RadiusCode.AccessRequest or RadiusCode.StatusServer)
        {
            authenticator.CopyTo(packet[4..]);
        }
        else
        {
            Span<byte> result = stackalloc byte[RadiusAuthenticators.Size];
            RadiusAuthenticators.ComputeAuthenticator(packet, authenticator, secret, result);
            result.CopyTo(packet[4..]);
        }

        return true;
    }

    // RFC 9765 §4.1 and §5.2: the identifier's octet is zero, the Token stands behind the length, zeros after it, and there is no Message-Authenticator.
    private readonly int CompleteWithToken(Span<byte> packet)
    {
        int length = packet.Length;
        if (_hasMessageAuthenticator)
        {
            const int Size = 2 + RadiusAuthenticators.Size;
            packet[(RadiusPacket.HeaderSize + Size)..].CopyTo(packet[RadiusPacket.HeaderSize..]);
            length -= Size;
        }

        packet[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        packet[4..RadiusPacket.HeaderSize].Clear();
        _authenticator[..Math.Min(RadiusAuthenticators.TokenSize, _authenticator.Length)].CopyTo(packet[4..]);
        return length;
    }

    // Requests whose authenticator is a hash over themselves (RFC 2866 §3, RFC 5176 §2.3).
    private static bool IsHashedRequest(RadiusCode code) => code is RadiusCode.AccountingRequest or RadiusCode.DisconnectRequest or RadiusCode.CoaRequest;

    private void AddAttribute(byte type, scoped ReadOnlySpan<byte> value)
    {
        _malformed |= value.Length > LargestValue;
        int end = _length + 2 + value.Length;
        if (!_malformed && end <= _buffer.Length)
        {
            _buffer[_length] = type;
            _buffer[_length + 1] = (byte)(2 + value.Length);
            value.CopyTo(_buffer[(_length + 2)..]);
        }

        _length = end;
    }

    private void AddUInt32(RadiusAttributeId id, uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        AddRaw(id, octets);
    }

    private void AddSized(RadiusAttributeId id, scoped ReadOnlySpan<byte> value, int size)
    {
        _malformed |= value.Length != size;
        AddRaw(id, value);
    }

    private void AddAddress(RadiusAttributeId id, IPAddress value, int size)
    {
        Guard.NotNull(value);
#if NET
        Span<byte> octets = stackalloc byte[16];
        value.TryWriteBytes(octets, out int length);
        AddSized(id, octets[..length], size);
#else
        AddSized(id, value.GetAddressBytes(), size);
#endif
    }

    private void AddPrefix(RadiusAttributeId id, IPAddress address, int prefixLength, int size)
    {
        Guard.NotNull(address);
        byte[] octets = address.GetAddressBytes();
        _malformed |= octets.Length != size || prefixLength < 0 || prefixLength > size * 8;
        if (!_malformed)
        {
            Span<byte> value = stackalloc byte[18];
            value[0] = 0;
            value[1] = (byte)prefixLength;
            octets.CopyTo(value[2..]);

            // RFC 3162 §2.3, RFC 8044 §3.10 and §3.11: the bits behind the prefix are zero.
            for (int i = 0; i < size; i++)
            {
                int kept = prefixLength - (8 * i);
                value[2 + i] &= kept >= 8 ? (byte)0xff : kept <= 0 ? (byte)0 : (byte)(0xff << (8 - kept));
            }

            AddRaw(id, value[..(2 + size)]);
        }
    }
}
