using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Wire;

/// <content>What an attribute means, by its key: the first value that has the form of the data type, or all of them.</content>
public readonly ref partial struct RadiusPacket
{
    /// <summary>The text, in UTF-8.</summary>
    public bool TryGet(TextKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value);

    /// <summary>The text, or <see langword="null"/> where the attribute is absent. Allocates the string.</summary>
    public string? GetString(TextKey key) => TryGetRaw(key.Id, out ReadOnlySpan<byte> value) ? Octets.Utf8(value) : null;

    /// <summary>The octets.</summary>
    public bool TryGet(OctetsKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value);

    /// <summary>The number.</summary>
    public bool TryGet(IntegerKey key, out uint value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(Integer64Key key, out ulong value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(SignedKey key, out int value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(ShortKey key, out ushort value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(ByteKey key, out byte value) => TryRead(key, out value);

    /// <summary>Whether it is 1 rather than 0.</summary>
    public bool TryGet(BoolKey key, out bool value) => TryRead(key, out value);

    /// <summary>The named number, which may be one without a name.</summary>
    public bool TryGet<T>(EnumKey<T> key, out T value)
        where T : struct, Enum => TryRead(key, out value);

    /// <summary>The time.</summary>
    public bool TryGet(DateKey key, out DateTimeOffset value) => TryRead(key, out value);

    /// <summary>The address. Allocates it.</summary>
    public bool TryGet(IPv4Key key, out IPAddress value) => TryRead(key, out value);

    /// <summary>The address, 4 octets.</summary>
    public bool TryGetOctets(IPv4Key key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value) && value.Length == 4;

    /// <summary>The address. Allocates it.</summary>
    public bool TryGet(IPv6Key key, out IPAddress value) => TryRead(key, out value);

    /// <summary>The address, 16 octets.</summary>
    public bool TryGetOctets(IPv6Key key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value) && value.Length == 16;

    /// <summary>The address of either version. Allocates it.</summary>
    public bool TryGet(IPAddressKey key, out IPAddress value) => TryRead(key, out value);

    /// <summary>The address, 4 or 16 octets.</summary>
    public bool TryGetOctets(IPAddressKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value) && value.Length is 4 or 16;

    /// <summary>The prefix. Allocates its address.</summary>
    public bool TryGet(IPv4PrefixKey key, out RadiusPrefix value) => TryRead(key, out value);

    /// <summary>The prefix. Allocates its address.</summary>
    public bool TryGet(IPv6PrefixKey key, out RadiusPrefix value) => TryRead(key, out value);

    /// <summary>The interface identifier.</summary>
    public bool TryGet(InterfaceIdKey key, out ulong value) => TryRead(key, out value);

    /// <summary>The Ethernet address. Allocates it.</summary>
    public bool TryGet(EtherKey key, out PhysicalAddress value) => TryRead(key, out value);

    /// <summary>The Ethernet address, 6 octets.</summary>
    public bool TryGetOctets(EtherKey key, out ReadOnlySpan<byte> value) => TryGetRaw(key.Id, out value) && value.Length == 6;

    /// <summary>The number.</summary>
    public bool TryGet(SignedByteKey key, out sbyte value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(SignedShortKey key, out short value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(Signed64Key key, out long value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(Float32Key key, out float value) => TryRead(key, out value);

    /// <summary>The number.</summary>
    public bool TryGet(Float64Key key, out double value) => TryRead(key, out value);

    /// <summary>The span of time.</summary>
    public bool TryGet(TimeSpanKey key, out TimeSpan value) => TryRead(key, out value);

    /// <summary>The prefix of either version. Allocates its address.</summary>
    public bool TryGet(IPPrefixKey key, out RadiusPrefix value) => TryRead(key, out value);

    /// <summary>The tag and the number (RFC 2868 §3.1).</summary>
    public bool TryGet(TaggedIntegerKey key, out byte tag, out uint value)
    {
        bool found = TryRead(key, out RadiusTagged<uint> tagged);
        (tag, value) = (tagged.Tag, tagged.Value);
        return found;
    }

    /// <summary>The tag and the named number (RFC 2868 §3.1), which may be one without a name.</summary>
    public bool TryGet<T>(TaggedEnumKey<T> key, out byte tag, out T value)
        where T : struct, Enum
    {
        bool found = TryRead(key, out RadiusTagged<T> tagged);
        (tag, value) = (tagged.Tag, tagged.Value);
        return found;
    }

    /// <summary>The tag and the text, in UTF-8 (RFC 2868 §3.3): a first octet above 0x1F is text, and the tag is 0.</summary>
    public bool TryGet(TaggedTextKey key, out byte tag, out ReadOnlySpan<byte> value)
    {
        bool found = TryGetRaw(key.Id, out ReadOnlySpan<byte> octets);
        RadiusTaggedText text = new(octets);
        tag = text.Tag;
        value = text.Value;
        return found;
    }

    /// <summary>How long a value is that may stand in several attributes; 0 where there is none.</summary>
    public int GetLength(ConcatKey key)
    {
        RadiusLongValues values = GetAll(key);
        return values.MoveNext() ? values.Current.Length : 0;
    }

    /// <summary>Joins a value that may stand in several attributes (RFC 3579 §3.1, RFC 6929 §2.2).</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">At least <see cref="GetLength"/> octets.</param>
    /// <param name="length">The value's octets; what is needed where the destination is too small.</param>
    /// <returns>Whether the attribute is there and the value fits.</returns>
    public bool TryGet(ConcatKey key, Span<byte> destination, out int length)
    {
        RadiusLongValues values = GetAll(key);
        length = 0;
        if (!values.MoveNext())
        {
            return false;
        }

        RadiusLongValue value = values.Current;
        length = value.Length;
        return value.TryCopyTo(destination);
    }

    /// <summary>What an attribute holds that holds TLVs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tlvs">The TLVs.</param>
    /// <param name="scratch">Where they are joined if they are cut into several attributes; a value cut so that does not fit is not found.</param>
    public bool TryGet(TlvKey key, out RadiusAttributes tlvs, Span<byte> scratch = default)
    {
        bool found = TryGetRaw(key.Id, scratch, out ReadOnlySpan<byte> value);
        tlvs = new RadiusAttributes(value);
        return found;
    }

    /// <summary>Every text, in UTF-8.</summary>
    public RadiusValues GetAll(TextKey key) => new(this, key.Id);

    /// <summary>Every value.</summary>
    public RadiusValues GetAll(OctetsKey key) => new(this, key.Id);

    /// <summary>Every number.</summary>
    public RadiusValues<IntegerKey, uint> GetAll(IntegerKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<Integer64Key, ulong> GetAll(Integer64Key key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<SignedKey, int> GetAll(SignedKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<ShortKey, ushort> GetAll(ShortKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<ByteKey, byte> GetAll(ByteKey key) => new(this, key);

    /// <summary>Whether each is 1 rather than 0.</summary>
    public RadiusValues<BoolKey, bool> GetAll(BoolKey key) => new(this, key);

    /// <summary>Every named number.</summary>
    public RadiusValues<EnumKey<T>, T> GetAll<T>(EnumKey<T> key)
        where T : struct, Enum => new(this, key);

    /// <summary>Every time.</summary>
    public RadiusValues<DateKey, DateTimeOffset> GetAll(DateKey key) => new(this, key);

    /// <summary>Every address. Allocates them.</summary>
    public RadiusValues<IPv4Key, IPAddress> GetAll(IPv4Key key) => new(this, key);

    /// <summary>Every address. Allocates them.</summary>
    public RadiusValues<IPv6Key, IPAddress> GetAll(IPv6Key key) => new(this, key);

    /// <summary>Every address. Allocates them.</summary>
    public RadiusValues<IPAddressKey, IPAddress> GetAll(IPAddressKey key) => new(this, key);

    /// <summary>Every prefix. Allocates their addresses.</summary>
    public RadiusValues<IPv4PrefixKey, RadiusPrefix> GetAll(IPv4PrefixKey key) => new(this, key);

    /// <summary>Every prefix. Allocates their addresses.</summary>
    public RadiusValues<IPv6PrefixKey, RadiusPrefix> GetAll(IPv6PrefixKey key) => new(this, key);

    /// <summary>Every interface identifier.</summary>
    public RadiusValues<InterfaceIdKey, ulong> GetAll(InterfaceIdKey key) => new(this, key);

    /// <summary>Every Ethernet address. Allocates them.</summary>
    public RadiusValues<EtherKey, PhysicalAddress> GetAll(EtherKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<SignedByteKey, sbyte> GetAll(SignedByteKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<SignedShortKey, short> GetAll(SignedShortKey key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<Signed64Key, long> GetAll(Signed64Key key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<Float32Key, float> GetAll(Float32Key key) => new(this, key);

    /// <summary>Every number.</summary>
    public RadiusValues<Float64Key, double> GetAll(Float64Key key) => new(this, key);

    /// <summary>Every span of time.</summary>
    public RadiusValues<TimeSpanKey, TimeSpan> GetAll(TimeSpanKey key) => new(this, key);

    /// <summary>Every prefix of either version. Allocates their addresses.</summary>
    public RadiusValues<IPPrefixKey, RadiusPrefix> GetAll(IPPrefixKey key) => new(this, key);

    /// <summary>Every number with its tag.</summary>
    public RadiusValues<TaggedIntegerKey, RadiusTagged<uint>> GetAll(TaggedIntegerKey key) => new(this, key);

    /// <summary>Every named number with its tag.</summary>
    public RadiusValues<TaggedEnumKey<T>, RadiusTagged<T>> GetAll<T>(TaggedEnumKey<T> key)
        where T : struct, Enum => new(this, key);

    /// <summary>Every text with its tag.</summary>
    public RadiusTaggedTexts GetAll(TaggedTextKey key) => new(this, key.Id);

    /// <summary>Every value that may stand in several attributes.</summary>
    public RadiusLongValues GetAll(ConcatKey key) => new(this, key);

    /// <summary>What each attribute holds that holds TLVs. One that is cut into several attributes is passed over.</summary>
    public RadiusTlvs GetAll(TlvKey key) => new(this, key.Id);

    private bool TryRead<TKey, TValue>(TKey key, out TValue value)
        where TKey : struct, IRadiusKey<TValue>
    {
        // The common case first: what is found first is right. No octets at all are no value of any of these keys.
        bool found = TryGetRaw(key.Id, out ReadOnlySpan<byte> octets);
        if (key.TryRead(octets, out value))
        {
            return true;
        }

        return (found || key.Id.MayBeFragmented) && TryReadLater(key, ref value);
    }

    // Apart from the common case, which would otherwise pay for the room that a walk takes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadLater<TKey, TValue>(TKey key, ref TValue value)
        where TKey : struct, IRadiusKey<TValue>
    {
        RadiusValues<TKey, TValue> values = new(this, key);
        bool found = values.MoveNext();
        value = found ? values.Current : value;
        return found;
    }
}
