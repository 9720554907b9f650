using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <content>What an attribute means, by its key.</content>
public ref partial struct RadiusPacketWriter
{
    /// <summary>Adds text, in UTF-8.</summary>
    public void Add(TextKey key, scoped ReadOnlySpan<byte> value) => AddRaw(key.Id, value);

    /// <summary>Adds text.</summary>
    public void Add(TextKey key, string value) => AddRaw(key.Id, Encoding.UTF8.GetBytes(value ?? throw new ArgumentNullException(nameof(value))));

    /// <summary>Adds octets.</summary>
    public void Add(OctetsKey key, scoped ReadOnlySpan<byte> value) => AddRaw(key.Id, value);

    /// <summary>Adds TLVs that are written already, such as those of another packet.</summary>
    public void Add(TlvKey key, RadiusAttributes tlvs) => AddRaw(key.Id, tlvs.Span);

    /// <summary>Adds a number.</summary>
    public void Add(IntegerKey key, uint value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(SignedKey key, int value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(Integer64Key key, ulong value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(ShortKey key, ushort value) => AddValue(key, value);

    /// <summary>Adds an octet.</summary>
    public void Add(ByteKey key, byte value) => AddValue(key, value);

    /// <summary>Adds 1 or 0.</summary>
    public void Add(BoolKey key, bool value) => AddValue(key, value);

    /// <summary>Adds a named number.</summary>
    public void Add<T>(EnumKey<T> key, T value)
        where T : struct, Enum => AddValue(key, value);

    /// <summary>Adds a time, whole seconds from 1970 to 2106.</summary>
    public void Add(DateKey key, DateTimeOffset value) => AddValue(key, value);

    /// <summary>Adds an address.</summary>
    public void Add(IPv4Key key, IPAddress value) => AddValue(key, value);

    /// <summary>Adds an address, 4 octets.</summary>
    public void Add(IPv4Key key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, value.Length == 4);

    /// <summary>Adds an address.</summary>
    public void Add(IPv6Key key, IPAddress value) => AddValue(key, value);

    /// <summary>Adds an address, 16 octets.</summary>
    public void Add(IPv6Key key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, value.Length == 16);

    /// <summary>Adds an address of either version.</summary>
    public void Add(IPAddressKey key, IPAddress value) => AddValue(key, value);

    /// <summary>Adds an address of either version, 4 or 16 octets.</summary>
    public void Add(IPAddressKey key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, value.Length is 4 or 16);

    /// <summary>Adds a prefix (RFC 8044 §3.11). Bits of the address behind it become zero.</summary>
    public void Add(IPv4PrefixKey key, RadiusPrefix value) => AddValue(key, value);

    /// <summary>Adds a prefix (RFC 8044 §3.10). Bits of the address behind it become zero.</summary>
    public void Add(IPv6PrefixKey key, RadiusPrefix value) => AddValue(key, value);

    /// <summary>Adds an interface identifier.</summary>
    public void Add(InterfaceIdKey key, ulong value) => AddValue(key, value);

    /// <summary>Adds an Ethernet address.</summary>
    public void Add(EtherKey key, PhysicalAddress value) => AddValue(key, value);

    /// <summary>Adds an Ethernet address, 6 octets.</summary>
    public void Add(EtherKey key, scoped ReadOnlySpan<byte> value) => AddSized(key.Id, value, value.Length == 6);

    /// <summary>Adds a number.</summary>
    public void Add(SignedByteKey key, sbyte value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(SignedShortKey key, short value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(Signed64Key key, long value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(Float32Key key, float value) => AddValue(key, value);

    /// <summary>Adds a number.</summary>
    public void Add(Float64Key key, double value) => AddValue(key, value);

    /// <summary>Adds a span of time, in whole seconds of up to 32 bits.</summary>
    public void Add(TimeSpanKey key, TimeSpan value) => AddValue(key, value);

    /// <summary>Adds a prefix of either version. Bits of the address behind it become zero.</summary>
    public void Add(IPPrefixKey key, RadiusPrefix value) => AddValue(key, value);

    /// <summary>Adds a tag, at most 0x1F, and a number below 2^24 (RFC 2868 §3.1).</summary>
    public void Add(TaggedIntegerKey key, byte tag, uint value) => AddValue(key, new RadiusTagged<uint>(tag, value));

    /// <summary>Adds a tag, at most 0x1F, and a named number below 2^24 (RFC 2868 §3.1).</summary>
    public void Add<T>(TaggedEnumKey<T> key, byte tag, T value)
        where T : struct, Enum => AddValue(key, new RadiusTagged<T>(tag, value));

    /// <summary>Adds a tag, at most 0x1F, and text (RFC 2868 §3.3).</summary>
    public void Add(TaggedTextKey key, byte tag, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> octets = stackalloc byte[LargestValue];
        _malformed |= value.Length > LargestValue - 1 || tag > RadiusTags.Largest;
        if (!_malformed)
        {
            octets[0] = tag;
            value.CopyTo(octets[1..]);
            AddRaw(key.Id, octets[..(1 + value.Length)]);
        }
    }

    /// <summary>Adds a tag, at most 0x1F, and text (RFC 2868 §3.3).</summary>
    public void Add(TaggedTextKey key, byte tag, string value) => Add(key, tag, Encoding.UTF8.GetBytes(value ?? throw new ArgumentNullException(nameof(value))));

    /// <summary>Adds a value of any length, cut into as many attributes as it takes (RFC 3579 §3.1, RFC 6929 §2.2).</summary>
    public void Add(ConcatKey key, scoped ReadOnlySpan<byte> value)
    {
        int piece = key.Id.MayBeFragmented || key.Id.Depth > 0 ? int.MaxValue : LargestAttribute - HeaderSize(key.Id);
        do
        {
            int take = Math.Min(piece, value.Length);
            AddRaw(key.Id, value[..take]);
            value = value[take..];
        }
        while (!value.IsEmpty);
    }

    /// <summary>Adds a value that is hidden as User-Password is (RFC 2865 §5.2), at most 128 octets, or as Ascend-Send-Secret is, at most 16.</summary>
    public void Add(EncryptedKey key, scoped ReadOnlySpan<byte> value, RadiusSecret secret)
    {
        Guard.NotNull(secret);
        int largest = key.Encryption switch
        {
            RadiusEncryption.UserPassword => RadiusHiding.LargestPassword,
            RadiusEncryption.AscendSecret => RadiusHiding.LargestAscendSecret,
            _ => -1,
        };
        _malformed |= value.Length > largest || _authenticator.IsEmpty;
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
            if (key.Encryption == RadiusEncryption.UserPassword)
            {
                RadiusHiding.HidePassword(value, secret, _authenticator, hidden);
            }
            else
            {
                RadiusHiding.HideAscendSecret(value, secret, _authenticator, hidden);
            }

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

    private void AddValue<TKey, TValue>(TKey key, TValue value)
        where TKey : struct, IRadiusKey<TValue>
    {
        Span<byte> octets = stackalloc byte[RadiusPacket.LargestFixed];
        bool fits = key.TryWrite(value, octets, out int length);
        _malformed |= !fits;
        AddRaw(key.Id, octets[..length]);
    }

    private void AddSized(RadiusAttributeId id, scoped ReadOnlySpan<byte> value, bool fits)
    {
        _malformed |= !fits;
        AddRaw(id, value);
    }
}
