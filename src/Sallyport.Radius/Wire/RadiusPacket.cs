using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sallyport.Radius.Wire;

/// <summary>
/// A RADIUS packet (RFC 2865 §3). Every length was checked once; no getter can fail. What an attribute's type does not allow (an address of
/// three octets, say) is not found by its typed key, and stays readable raw. Octets beyond the packet's Length are left out.
/// </summary>
public readonly ref partial struct RadiusPacket
{
    /// <summary>Code, Identifier, Length and Authenticator in octets.</summary>
    public const int HeaderSize = 20;

    /// <summary>The longest packet in octets (RFC 2865 §3).</summary>
    public const int LargestSize = 4096;

    /// <summary>How many attributes a packet may have.</summary>
    public const int MostAttributes = 512;

    internal const byte VendorSpecific = 26;
    internal const byte EapMessageType = 79;
    internal const byte MessageAuthenticatorType = 80;
    internal const byte FirstExtended = 241;
    internal const byte FirstLongExtended = 245;
    internal const byte LastExtended = 246;

    // What holds any value of a fixed form; the longest is an IPv6 prefix.
    internal const int LargestFixed = 18;

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

    /// <summary>Whether an attribute is there, in whatever form.</summary>
    public bool Contains(RadiusAttributeId id) => id.IsPlain ? TryGetRaw(id, out _) : ContainsWithin(id);

    /// <summary>The first value of an attribute, raw. One that is cut into several attributes is passed over.</summary>
    public bool TryGetRaw(RadiusAttributeId id, out ReadOnlySpan<byte> value)
    {
        if (!id.IsPlain)
        {
            return TryGetRawWithin(id, out value);
        }

        value = default;
        byte type = (byte)id.Type;
        if (!MayHold(type))
        {
            return false;
        }

        ReadOnlySpan<byte> octets = Span;
        for (int at = HeaderSize; at < octets.Length; at += octets[at + 1])
        {
            if (octets[at] == type)
            {
                value = octets.Slice(at + 2, octets[at + 1] - 2);
                return true;
            }
        }

        return false;
    }

    /// <summary>The first value of an attribute, raw, joined where it is cut into several attributes.</summary>
    /// <param name="id">Where it stands.</param>
    /// <param name="scratch">Where it is joined if need be. One that does not fit is not found.</param>
    /// <param name="value">The value: of the packet, or of the scratch.</param>
    public bool TryGetRaw(RadiusAttributeId id, Span<byte> scratch, out ReadOnlySpan<byte> value)
    {
        return id.MayBeFragmented ? TryGetRawJoined(id, scratch, out value) : TryGetRaw(id, out value);
    }

    /// <summary>Every value of an attribute, in order and raw. Those that are cut into several attributes are passed over.</summary>
    public RadiusValues GetAll(RadiusAttributeId id) => new(this, id);

    /// <summary>The code, the identifier and how long it is.</summary>
    public override string ToString() => $"{Code} id {Identifier}, {Span.Length} octets";

    // Apart from the others, which would otherwise pay for the room that a walk takes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetRawWithin(RadiusAttributeId id, out ReadOnlySpan<byte> value)
    {
        RadiusValues values = new(this, id);
        bool found = values.MoveNext();
        value = values.Current;
        return found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetRawJoined(RadiusAttributeId id, Span<byte> scratch, out ReadOnlySpan<byte> value)
    {
        RadiusWalk walk = new(this, id);
        value = default;
        return walk.MoveNext() && walk.TryGet(scratch, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ContainsWithin(RadiusAttributeId id) => new RadiusWalk(this, id).MoveNext();

    /// <summary>Whether an attribute may be there: where this says no, it is not.</summary>
    internal bool MayHold(byte type) => ((_present >> type) & 1) != 0;
}
