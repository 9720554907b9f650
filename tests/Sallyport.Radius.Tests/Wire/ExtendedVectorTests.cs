using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>
/// The examples of RFC 6929 §9, written and read; of the two that span attributes the lengths and flags are the RFC's, the octets between
/// them ours. Compared with what FreeRADIUS expects of the same values (src/tests/unit/extended.txt of version 3). RFC 2548, RFC 3579 and RFC 5176 print no packet octet for octet: what stands for them here is
/// computed anew, in the tests of verification.
/// </summary>
public class ExtendedVectorTests
{
    private static readonly RadiusAttributeId Short = RadiusAttributeId.Extended(241, 2);
    private static readonly RadiusAttributeId Long = RadiusAttributeId.Extended(245, 2);

    private delegate void Write(ref RadiusPacketWriter writer);

    [Fact]
    public void Text_in_an_extended_attribute() =>
        Check("f1 06 01 62 6f 62", (ref w) => w.Add(new TextKey(RadiusAttributeId.Extended(241, 1)), "bob"), (RadiusAttributeId.Extended(241, 1), "626f62"));

    [Fact]
    public void One_TLV() => Check("f1 07 02 01 04 23 45", (ref w) => w.Add(new ShortKey(Short.Child(1)), 0x2345), (Short.Child(1), "2345"));

    [Fact]
    public void Two_TLVs() => Check(
        "f1 0b 02 01 04 23 45 02 04 67 89",
        (ref w) =>
        {
            w.BeginTlv(new TlvKey(Short));
            w.Add(new ShortKey(Short.Child(1)), 0x2345);
            w.Add(new ShortKey(Short.Child(2)), 0x6789);
            w.EndTlv();
        },
        (Short.Child(1), "2345"),
        (Short.Child(2), "6789"));

    [Fact]
    public void A_TLV_in_a_TLV() => Check(
        "f1 0d 02 01 04 23 45 03 06 01 04 ab cd",
        (ref w) =>
        {
            w.BeginTlv(new TlvKey(Short));
            w.Add(new ShortKey(Short.Child(1)), 0x2345);
            w.Add(new ShortKey(Short.Child(3).Child(1)), 0xabcd);
            w.EndTlv();
        },
        (Short.Child(1), "2345"),
        (Short.Child(3).Child(1), "abcd"));

    [Fact]
    public void TLVs_in_a_TLV() => Check(
        "f1 12 02 01 04 23 45 03 0b 01 04 ab cd 02 05 66 6f 6f",
        (ref w) =>
        {
            w.BeginTlv(new TlvKey(Short));
            w.Add(new ShortKey(Short.Child(1)), 0x2345);
            w.BeginTlv(new TlvKey(Short.Child(3)));
            w.Add(new ShortKey(Short.Child(3).Child(1)), 0xabcd);
            w.Add(new TextKey(Short.Child(3).Child(2)), "foo");
            w.EndTlv();
            w.EndTlv();
        },
        (Short.Child(3).Child(1), "abcd"),
        (Short.Child(3).Child(2), "666f6f"));

    [Fact]
    public void TLVs_five_deep()
    {
        RadiusAttributeId id = RadiusAttributeId.Extended(241, 1).Child(1).Child(2).Child(3).Child(4).Child(5);
        Check("f1 0f 01 01 0c 02 0a 03 08 04 06 05 04 cd ef", (ref w) => w.Add(new ShortKey(id), 0xcdef), (id, "cdef"));
    }

    [Fact]
    public void A_vendors_text() =>
        Check("f1 0c 1a 00 00 00 01 04 74 65 73 74", (ref w) => w.Add(new TextKey(RadiusAttributeId.Extended(241, 1, 4)), "test"), (RadiusAttributeId.Extended(241, 1, 4), "74657374"));

    [Fact]
    public void A_vendors_TLV()
    {
        RadiusAttributeId id = RadiusAttributeId.Extended(241, 1, 5).Child(3);
        Check("f1 0e 1a 00 00 00 01 05 03 06 74 65 73 74", (ref w) => w.Add(new TextKey(id), "test"), (id, "74657374"));
    }

    [Fact]
    public void Text_in_a_long_extended_attribute() =>
        Check("f5 07 01 00 62 6f 62", (ref w) => w.Add(new ConcatKey(RadiusAttributeId.Extended(245, 1)), "bob"u8), (RadiusAttributeId.Extended(245, 1), "626f62"));

    [Fact]
    public void One_TLV_in_a_long_extended_attribute() => Check("f5 08 02 00 01 04 23 45", (ref w) => w.Add(new ShortKey(Long.Child(1)), 0x2345), (Long.Child(1), "2345"));

    [Fact]
    public void TLVs_in_a_TLV_in_a_long_extended_attribute() => Check(
        "f5 13 02 00 01 04 23 45 03 0b 01 04 ab cd 02 05 66 6f 6f",
        (ref w) =>
        {
            w.BeginTlv(new TlvKey(Long));
            w.Add(new ShortKey(Long.Child(1)), 0x2345);
            w.BeginTlv(new TlvKey(Long.Child(3)));
            w.Add(new ShortKey(Long.Child(3).Child(1)), 0xabcd);
            w.Add(new TextKey(Long.Child(3).Child(2)), "foo");
            w.EndTlv();
            w.EndTlv();
        },
        (Long.Child(3).Child(1), "abcd"),
        (Long.Child(3).Child(2), "666f6f"));

    [Fact]
    public void TLVs_five_deep_in_a_long_extended_attribute()
    {
        RadiusAttributeId id = RadiusAttributeId.Extended(245, 1).Child(1).Child(2).Child(3).Child(4).Child(5);
        Check("f5 10 01 00 01 0c 02 0a 03 08 04 06 05 04 cd ef", (ref w) => w.Add(new ShortKey(id), 0xcdef), (id, "cdef"));
    }

    [Fact]
    public void A_vendors_TLV_in_a_long_extended_attribute()
    {
        RadiusAttributeId id = RadiusAttributeId.Extended(245, 1, 5).Child(3);
        Check("f5 0f 1a 00 00 00 00 01 05 03 06 74 65 73 74", (ref w) => w.Add(new TextKey(id), "test"), (id, "74657374"));
    }

    [Fact]
    public void TLVs_in_a_long_extended_attribute() => Check(
        "f5 0c 02 00 01 04 23 45 02 04 67 89",
        (ref w) =>
        {
            w.BeginTlv(new TlvKey(Long));
            w.Add(new ShortKey(Long.Child(1)), 0x2345);
            w.Add(new ShortKey(Long.Child(2)), 0x6789);
            w.EndTlv();
        },
        (Long.Child(1), "2345"),
        (Long.Child(2), "6789"));

    [Fact]
    public void A_vendors_text_in_a_long_extended_attribute() => Check(
        "f5 0d 1a 00 00 00 00 01 04 74 65 73 74", (ref w) => w.Add(new ConcatKey(RadiusAttributeId.Extended(245, 1, 4)), "test"u8), (RadiusAttributeId.Extended(245, 1, 4), "74657374"));

    [Fact]
    public void A_long_value_and_a_vendors_have_their_headers_once_and_their_flags_in_each_piece()
    {
        byte[] value = [.. Enumerable.Repeat((byte)0xaa, 251), .. Enumerable.Repeat((byte)0xbb, 13), 0xcc, 0xcc];
        Check("f5 ff 04 80" + Hex(value[..251]) + "f5 13 04 00" + Hex(value[251..]), (ref w) => w.Add(new ConcatKey(RadiusAttributeId.Extended(245, 4)), value));
        Check("f5 ff 1a 80 00 00 00 01 06" + Hex(value[..246]) + "f5 18 1a 00" + Hex(value[246..]), (ref w) => w.Add(new ConcatKey(RadiusAttributeId.Extended(245, 1, 6)), value));
    }

    private static string Hex(byte[] octets) => Convert.ToHexStringLower(octets);

    private static void Check(string expected, Write write, params (RadiusAttributeId Id, string Value)[] values)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccountingRequest, 1, default);
        write(ref writer);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));

        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Hex(buffer[RadiusPacket.HeaderSize..length]));
        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        foreach ((RadiusAttributeId id, string value) in values)
        {
            Assert.True(packet.TryGetRaw(id, out ReadOnlySpan<byte> found));
            Assert.Equal(value, Convert.ToHexStringLower(found));
        }
    }
}
