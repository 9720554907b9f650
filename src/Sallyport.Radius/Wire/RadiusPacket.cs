using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Wire;

/// <summary>
/// A RADIUS packet (RFC 2865 §3). Every length was checked once; no getter can fail. What an attribute's type does not allow (an address of
/// three octets, say) is not found by its typed key, and stays readable raw. Octets beyond the packet's Length are left out.
/// </summary>
public readonly ref struct RadiusPacket
{
    /// <summary>Code, Identifier, Length and Authenticator in octets.</summary>
    public const int HeaderSize = 20;

    /// <summary>The longest packet in octets (RFC 2865 §3).</summary>
    public const int LargestSize = 4096;

    /// <summary>How many attributes a packet may have.</summary>
    public const int MostAttributes = 512;

    internal const byte VendorSpecific = 26;
    internal const byte MessageAuthenticatorType = 80;
    internal const byte EapMessageType = 79;

    // A bit for the lower six bits of each type that is there: most questions for what is absent need no walk.
    private readonly ulong _present;

    private RadiusPacket(ReadOnlySpan<byte> octets, int messageAuthenticatorOffset, ulong present)
    {
        Span = octets;
        MessageAuthenticatorOffset = messageAuthenticatorOffset;
        _present = present;
    }

    /// <summary>The packet's octets.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>What kind of packet it is.</summary>
    public RadiusCode Code => (RadiusCode)Span[0];

    /// <summary>Matches replies to requests.</summary>
    public byte Identifier => Span[1];

    /// <summary>The Request or Response Authenticator, 16 octets.</summary>
    public ReadOnlySpan<byte> Authenticator => Span.Slice(4, 16);

    /// <summary>Where the Message-Authenticator's value begins, or 0 where there is none.</summary>
    public int MessageAuthenticatorOffset { get; }

    /// <summary>Whether there is a Message-Authenticator (RFC 3579 §3.2).</summary>
    public bool HasMessageAuthenticator => MessageAuthenticatorOffset != 0;

    /// <summary>All attributes, raw and in order.</summary>
    public RadiusAttributes Attributes => new(Span[HeaderSize..]);

    /// <summary>Checks a datagram.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RadiusPacket packet, out RadiusParseError error)
    {
        packet = default;
        if (datagram.Length < HeaderSize)
        {
            error = RadiusParseError.TooShort;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length < HeaderSize || length > LargestSize || length > datagram.Length)
        {
            error = RadiusParseError.Length;
            return false;
        }

        ReadOnlySpan<byte> octets = datagram[..length];
        int messageAuthenticator = 0;
        int count = 0;
        ulong present = 0;
        for (int at = HeaderSize; at < octets.Length;)
        {
            byte type = octets[at];
            int size = at + 1 < octets.Length ? octets[at + 1] : 0;
            if (size < 2 || size > octets.Length - at)
            {
                error = RadiusParseError.AttributeLength;
                return false;
            }

            if (++count > MostAttributes)
            {
                error = RadiusParseError.TooManyAttributes;
                return false;
            }

            if (type == MessageAuthenticatorType)
            {
                if (messageAuthenticator != 0 || size != 18)
                {
                    error = RadiusParseError.MessageAuthenticator;
                    return false;
                }

                messageAuthenticator = at + 2;
            }

            present |= 1UL << type;
            at += size;
        }

        packet = new RadiusPacket(octets, messageAuthenticator, present);
        error = RadiusParseError.None;
        return true;
    }

    /// <summary>Whether an attribute is there, raw.</summary>
    public bool Contains(RadiusAttributeId id) => TryGetRaw(id, out _);

    /// <summary>The first value of an attribute, raw.</summary>
    public bool TryGetRaw(RadiusAttributeId id, out ReadOnlySpan<byte> value)
    {
        if (id.Vendor != 0)
        {
            RadiusValues values = new(this, id);
            bool found = values.MoveNext();
            value = found ? values.Current : default;
            return found;
        }

        value = default;
        if (((_present >> id.Type) & 1) == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> octets = Span;
        for (int at = HeaderSize; at < octets.Length; at += octets[at + 1])
        {
            if (octets[at] == id.Type)
            {
                value = octets.Slice(at + 2, octets[at + 1] - 2);
                return true;
            }
        }

        return false;
    }

    /// <summary>The text, in UTF-8.</summary>
    public bool TryGet(TextKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value);

    /// <summary>The text, or <see langword="null"/> where the attribute is absent. Allocates the string.</summary>
    public string? GetString(TextKey key) => TryGetRaw(key.Id, out ReadOnlySpan<byte> value) ? Octets.Utf8(value) : null;

    /// <summary>The octets.</summary>
    public bool TryGet(OctetsKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value);

    /// <summary>The attributes within the attribute, undivided.</summary>
    public bool TryGet(TlvKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value);

    /// <summary>The number.</summary>
    public bool TryGet(IntegerKey key, out uint value) => TryGetUInt32(key.Id, out value);

    /// <summary>The number.</summary>
    public bool TryGet(Integer64Key key, out ulong value)
    {
        bool found = TryGetSized(key.Id, 8, out ReadOnlySpan<byte> octets);
        value = found ? BinaryPrimitives.ReadUInt64BigEndian(octets) : 0;
        return found;
    }

    /// <summary>The number.</summary>
    public bool TryGet(SignedKey key, out int value)
    {
        bool found = TryGetUInt32(key.Id, out uint bits);
        value = unchecked((int)bits);
        return found;
    }

    /// <summary>The number.</summary>
    public bool TryGet(ShortKey key, out ushort value)
    {
        bool found = TryGetSized(key.Id, 2, out ReadOnlySpan<byte> octets);
        value = found ? BinaryPrimitives.ReadUInt16BigEndian(octets) : (ushort)0;
        return found;
    }

    /// <summary>The number.</summary>
    public bool TryGet(ByteKey key, out byte value)
    {
        bool found = TryGetSized(key.Id, 1, out ReadOnlySpan<byte> octets);
        value = found ? octets[0] : (byte)0;
        return found;
    }

    /// <summary>The named number, which may be one without a name.</summary>
    public bool TryGet<T>(EnumKey<T> key, out T value)
        where T : struct, Enum
    {
        bool found = TryGetUInt32(key.Id, out uint number);
        value = Unsafe.SizeOf<T>() == sizeof(uint) ? Unsafe.As<uint, T>(ref number) : default;
        return found && Unsafe.SizeOf<T>() == sizeof(uint);
    }

    /// <summary>The time.</summary>
    public bool TryGet(DateKey key, out DateTimeOffset value)
    {
        bool found = TryGetUInt32(key.Id, out uint seconds);
        value = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return found;
    }

    /// <summary>The address. Allocates it.</summary>
    public bool TryGet(IPv4Key key, out IPAddress value) => TryGetAddress(key.Id, 4, out value);

    /// <summary>The address, 4 octets.</summary>
    public bool TryGetOctets(IPv4Key key, out ReadOnlySpan<byte> value) => TryGetSized(key.Id, 4, out value);

    /// <summary>The address. Allocates it.</summary>
    public bool TryGet(IPv6Key key, out IPAddress value) => TryGetAddress(key.Id, 16, out value);

    /// <summary>The address, 16 octets.</summary>
    public bool TryGetOctets(IPv6Key key, out ReadOnlySpan<byte> value) => TryGetSized(key.Id, 16, out value);

    /// <summary>The prefix (RFC 8044 §3.11). Allocates its address.</summary>
    public bool TryGet(IPv4PrefixKey key, out IPAddress address, out int prefixLength)
    {
        bool found = TryGetSized(key.Id, 6, out ReadOnlySpan<byte> octets) && octets[1] <= 32;
        prefixLength = found ? octets[1] : 0;
        address = found ? Octets.Address(octets[2..]) : IPAddress.Any;
        return found;
    }

    /// <summary>The prefix (RFC 8044 §3.10), whose trailing octets may be left out. Allocates its address.</summary>
    public bool TryGet(IPv6PrefixKey key, out IPAddress address, out int prefixLength)
    {
        bool found = TryGetRaw(key.Id, out ReadOnlySpan<byte> octets) && octets.Length is >= 2 and <= 18 && octets[1] <= 128 && (octets.Length - 2) * 8 >= octets[1];
        Span<byte> whole = stackalloc byte[16];
        whole.Clear();
        prefixLength = 0;
        if (found)
        {
            octets[2..].CopyTo(whole);
            prefixLength = octets[1];
        }

        address = Octets.Address(whole);
        return found;
    }

    /// <summary>The interface identifier, 8 octets.</summary>
    public bool TryGet(InterfaceIdKey key, out ReadOnlySpan<byte> value) => TryGetSized(key.Id, 8, out value);

    /// <summary>The Ethernet address, 6 octets.</summary>
    public bool TryGet(EtherKey key, out ReadOnlySpan<byte> value) => TryGetSized(key.Id, 6, out value);

    /// <summary>The tag and the number (RFC 2868 §3.1).</summary>
    public bool TryGet(TaggedIntegerKey key, out byte tag, out uint value)
    {
        bool found = TryGetUInt32(key.Id, out uint number);
        tag = (byte)(number >> 24);
        value = number & 0xffffff;
        return found;
    }

    /// <summary>The tag and the text (RFC 2868 §3.3): a first octet above 0x1F is text, and the tag is 0.</summary>
    public bool TryGet(TaggedTextKey key, out byte tag, out ReadOnlySpan<byte> value)
    {
        bool found = TryGetRaw(key.Id, out value);
        tag = 0;
        if (found && !value.IsEmpty && value[0] <= 0x1f)
        {
            tag = value[0];
            value = value[1..];
        }

        return found;
    }

    /// <summary>How long a value is that is cut into several attributes; 0 where there is none.</summary>
    public int GetLength(ConcatKey key)
    {
        int length = 0;
        foreach (ReadOnlySpan<byte> piece in new RadiusValues(this, key.Id))
        {
            length += piece.Length;
        }

        return length;
    }

    /// <summary>Joins a value that is cut into several attributes (RFC 3579 §3.1).</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">At least <see cref="GetLength"/> octets.</param>
    /// <param name="length">The value's octets.</param>
    /// <returns>Whether the attribute is there and the value fits.</returns>
    public bool TryGet(ConcatKey key, Span<byte> destination, out int length)
    {
        length = 0;
        bool found = false;
        foreach (ReadOnlySpan<byte> piece in new RadiusValues(this, key.Id))
        {
            if (length + piece.Length > destination.Length)
            {
                return false;
            }

            found = true;
            piece.CopyTo(destination[length..]);
            length += piece.Length;
        }

        return found;
    }

    /// <summary>Every value of an attribute, in order.</summary>
    public RadiusValues GetAll(OctetsKey key) => new(this, key.Id);

    /// <summary>Every value of an attribute, in order, in UTF-8.</summary>
    public RadiusValues GetAll(TextKey key) => new(this, key.Id);

    /// <summary>Every value of an attribute, in order and raw.</summary>
    public RadiusValues GetAll(RadiusAttributeId id) => new(this, id);

    /// <summary>The code, the identifier and how long it is.</summary>
    public override string ToString() => $"{Code} id {Identifier}, {Span.Length} octets";

    private bool TryGetSized(RadiusAttributeId id, int size, out ReadOnlySpan<byte> value) => TryGetRaw(id, out value) && value.Length == size;

    private bool TryGetUInt32(RadiusAttributeId id, out uint value)
    {
        bool found = TryGetSized(id, 4, out ReadOnlySpan<byte> octets);
        value = found ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;
        return found;
    }

    private bool TryGetAddress(RadiusAttributeId id, int size, out IPAddress value)
    {
        bool found = TryGetSized(id, size, out ReadOnlySpan<byte> octets);
        value = found ? Octets.Address(octets) : IPAddress.None;
        return found;
    }
}
