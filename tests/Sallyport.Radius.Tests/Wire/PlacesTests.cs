using System.Text;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>Every place that an attribute can stand in: found there, written there, and read back.</summary>
public class PlacesTests
{
    private const uint Acme = 32473;

    private static readonly RadiusVendorFormat Wimax = new(1, 1, hasContinuation: true);

    private delegate void Write(ref RadiusPacketWriter writer);

    public static TheoryData<string, RadiusAttributeId> Places => new()
    {
        { "c8", new RadiusAttributeId(200) },
        { "1a.00007ed9.05", new RadiusAttributeId(Acme, 5) },
        { "1a.00007ed9.0102", new RadiusAttributeId(Acme, 0x102, new RadiusVendorFormat(2, 1)) },
        { "1a.00007ed9.0102", new RadiusAttributeId(Acme, 0x102, new RadiusVendorFormat(2, 2)) },
        { "1a.00007ed9.01020304", new RadiusAttributeId(Acme, 0x1020304, new RadiusVendorFormat(4, 0)) },
        { "1a.00007ed9.05", new RadiusAttributeId(Acme, 5, new RadiusVendorFormat(1, 0)) },
        { "1a.00007ed9.05", new RadiusAttributeId(Acme, 5, Wimax) },
        { "f1.05", RadiusAttributeId.Extended(241, 5) },
        { "f5.05", RadiusAttributeId.Extended(245, 5) },
        { "f1.1a.00007ed9.05", RadiusAttributeId.Extended(241, Acme, 5) },
        { "f6.1a.00007ed9.05", RadiusAttributeId.Extended(246, Acme, 5) },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void A_value_goes_through_its_place_and_no_other(string place, RadiusAttributeId id)
    {
        Assert.NotEmpty(place);
        foreach (RadiusAttributeId at in (RadiusAttributeId[])[id, id.Child(3), id.Child(3).Child(0).Child(255), id.Child(1).Child(2).Child(3).Child(4).Child(5).Child(6)])
        {
            byte[] packet = Build((ref w) =>
            {
                w.Add(new IntegerKey(at), 0xfffffffe);
                w.Add(new OctetsKey(at), []);
                w.Add(new TextKey(at), "a");
            });

            RadiusPacket read = Parse(packet);
            Assert.Equal(["fffffffe", "", "61"], All(read, at));
            Assert.True(read.TryGet(new IntegerKey(at), out uint number) && number == 0xfffffffe);
            Assert.Equal(id.OuterType, Outer(read));
            foreach (RadiusAttributeId other in (RadiusAttributeId[])[at.Depth < 6 ? at.Child(9) : 7, new(Acme + 1, 5), new(Acme, 6, id.Format), RadiusAttributeId.Extended(241, 6), RadiusAttributeId.Extended(242, Acme, 5), 201])
            {
                Assert.False(read.Contains(other));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void What_it_is_called_says_where_it_stands(string place, RadiusAttributeId id)
    {
        string dotted = string.Join('.', place.Split('.').Select(p => Convert.ToUInt32(p, 16)));

        Assert.Equal(dotted, id.ToString());
        Assert.Equal(dotted + ".3.4", id.Child(3).Child(4).ToString());
        Assert.Equal(id.Child(3).Child(4), id.Child(3).Child(4));
        Assert.NotEqual(id.Child(3).Child(4), id.Child(4).Child(3));
        Assert.NotEqual(id, id.Child(0));
        Assert.Equal(0, id.Depth);
        Assert.Equal(4, id.Child(3).Child(4).Tlv(1));
        Assert.Throws<InvalidOperationException>(() => id.Child(1).Child(2).Child(3).Child(4).Child(5).Child(6).Child(7));
    }

    [Fact]
    public void What_is_out_of_range_is_no_place()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusAttributeId(Acme, 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusAttributeId(Acme, 65536, new RadiusVendorFormat(2, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadiusAttributeId.Extended(240, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadiusAttributeId.Extended(247, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadiusAttributeId.Extended(241, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusVendorFormat(3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusVendorFormat(1, 3));
    }

    [Fact]
    public void TLVs_are_written_within_each_other_and_enumerated()
    {
        TlvKey outer = new(new RadiusAttributeId(Acme, 1));
        TlvKey inner = new(outer.Id.Child(2));
        IntegerKey number = new(inner.Id.Child(3));
        TextKey text = new(outer.Id.Child(4));
        byte[] packet = Build((ref w) =>
        {
            w.BeginTlv(outer);
            w.Add(text, "one");
            w.BeginTlv(inner);
            w.Add(number, 7);
            w.Add(number, 8);
            w.EndTlv();
            w.Add(number, 9);
            w.Add(text, "two");
            w.EndTlv();
            w.Add(text, "three");
        });

        RadiusPacket read = Parse(packet);
        Assert.Equal("00007ed9" + "0122" + "04056f6e65" + "020e" + "030600000007" + "030600000008" + "0208" + "030600000009" + "040574776f", Raw(read)[0]);
        Assert.Equal("00007ed9" + "0109" + "04077468726565", Raw(read)[1]);
        List<uint> numbers = [];
        foreach (uint each in read.GetAll(number))
        {
            numbers.Add(each);
        }

        Assert.Equal([7u, 8, 9], numbers);
        Assert.Equal(["6f6e65", "74776f", "7468726565"], All(read, text.Id));
        List<string> types = [];
        foreach (RadiusAttributes tlvs in read.GetAll(outer))
        {
            string of = "";
            foreach (RadiusRawItem tlv in tlvs)
            {
                of += $"{tlv.Type} ";
            }

            types.Add(of);
        }

        Assert.Equal(["4 2 2 4 ", "4 "], types);
    }

    [Fact]
    public void TLVs_that_are_begun_or_ended_wrongly_are_reported_at_the_end()
    {
        TlvKey tlv = new(new RadiusAttributeId(Acme, 1));
        Write[] wrongs =
        [
            (ref w) => w.BeginTlv(tlv),
            (ref w) => w.EndTlv(),
            (ref w) => { w.BeginTlv(tlv); w.Add(new IntegerKey(5), 1); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.Add(new IntegerKey(tlv.Id), 1); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.Add(new IntegerKey(new RadiusAttributeId(Acme, 2).Child(1)), 1); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.BeginTlv(tlv); w.EndTlv(); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.EndTlv(); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.Add(new OctetsKey(tlv.Id.Child(1)), new byte[246]); w.EndTlv(); },
            (ref w) => w.Add(new OctetsKey(tlv.Id.Child(1)), new byte[246]),
            (ref w) => w.BeginVendor(Acme),
            (ref w) => w.EndVendor(),
            (ref w) => { w.BeginVendor(Acme); w.Add(new IntegerKey(5), 1); w.EndVendor(); },
            (ref w) => { w.BeginVendor(Acme); w.Add(new OctetsKey(tlv.Id), new byte[248]); w.EndVendor(); },
            (ref w) => { w.BeginTlv(tlv); w.BeginVendor(Acme); w.EndVendor(); w.EndTlv(); },
            (ref w) => { w.BeginTlv(tlv); w.Add(default(RadiusRawItem)); w.EndTlv(); },
            (ref w) => w.Add(new OctetsKey(RadiusAttributeId.Extended(241, 1)), new byte[253]),
        ];

        foreach (Write wrong in wrongs)
        {
            RadiusPacketWriter writer = new(new byte[RadiusPacket.LargestSize], RadiusCode.AccessRequest, 1, new byte[16]);
            wrong(ref writer);
            Assert.False(writer.TryComplete(Packets.Secret, out _));
        }
    }

    [Fact]
    public void A_vendors_attributes_share_one_attribute_and_go_on_in_the_next_where_it_is_full()
    {
        RadiusAttributeId id = new(Acme, 7);
        byte[] packet = Build((ref w) =>
        {
            w.BeginVendor(Acme);
            w.Add(new OctetsKey(id), [1, 2]);
            w.Add(new IntegerKey(new RadiusAttributeId(Acme, 8).Child(1)), 5);
            w.Add(new OctetsKey(new RadiusAttributeId(Acme, 9, new RadiusVendorFormat(2, 2))), [3]);
            w.Add(new OctetsKey(id), new byte[240]);
            w.Add(new OctetsKey(new RadiusAttributeId(Acme, 9, Wimax)), [4]);
            w.Add(new OctetsKey(id), [5]);
            w.EndVendor();
            w.Add(new OctetsKey(id), [6]);
        });

        RadiusPacket read = Parse(packet);
        Assert.Equal(["0102", new string('0', 480), "05", "06"], All(read, id));
        Assert.Equal(["00007ed9" + "07040102" + "0808010600000005" + "0009000503", "00007ed907f2" + new string('0', 480), "00007ed909040004", "00007ed9070305", "00007ed9070306"], Raw(read));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(246)]
    [InlineData(247)]
    [InlineData(251)]
    [InlineData(252)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(3000)]
    public void A_long_value_is_cut_and_joined(int size)
    {
        byte[] value = [.. Enumerable.Range(0, size).Select(i => (byte)(i * 7))];
        foreach (RadiusAttributeId id in (RadiusAttributeId[])[79, new(Acme, 1), RadiusAttributeId.Extended(245, 1), RadiusAttributeId.Extended(246, Acme, 1), new(Acme, 1, Wimax), new(Acme, 1, new RadiusVendorFormat(4, 0))])
        {
            ConcatKey key = new(id);
            byte[] packet = Build((ref w) =>
            {
                w.Add(new ByteKey(6), 1);
                w.Add(key, value);
                w.Add(new ByteKey(7), 2);
                if (id.MayBeFragmented)
                {
                    w.Add(key, [1, 2, 3]);
                }
            });

            RadiusPacket read = Parse(packet);
            byte[] joined = new byte[size];
            Assert.Equal(size, read.GetLength(key));
            Assert.True(read.TryGet(key, joined, out int length));
            Assert.Equal(value, joined[..length]);
            Assert.True(size == 0 || !read.TryGet(key, joined.AsSpan(1), out length) && length == size);
            List<int> lengths = [];
            foreach (RadiusLongValue each in read.GetAll(key))
            {
                lengths.Add(each.Length);
            }

            Assert.Equal(id.MayBeFragmented ? [size, 3] : [size], lengths);
        }
    }

    [Fact]
    public void TLVs_are_found_over_the_borders_that_a_long_value_was_cut_at()
    {
        foreach (RadiusAttributeId id in (RadiusAttributeId[])[RadiusAttributeId.Extended(245, 1), RadiusAttributeId.Extended(246, Acme, 1), new(Acme, 1, Wimax)])
        {
            // However far the border is shifted, it meets a header, a number and a text.
            for (int shift = 0; shift < 40; shift++)
            {
                byte[] packet = Build((ref w) =>
                {
                    w.BeginTlv(new TlvKey(id));
                    w.Add(new OctetsKey(id.Child(9)), new byte[200 + shift]);
                    for (int i = 0; i < 30; i++)
                    {
                        w.Add(new IntegerKey(id.Child(1)), (uint)i);
                        w.BeginTlv(new TlvKey(id.Child(2)));
                        w.Add(new TextKey(id.Child(2).Child(3)), $"text {i}");
                        w.Add(new ShortKey(id.Child(2).Child(4)), (ushort)i);
                        w.EndTlv();
                    }

                    w.EndTlv();
                });

                RadiusPacket read = Parse(packet);
                List<uint> numbers = [];
                foreach (uint number in read.GetAll(new IntegerKey(id.Child(1))))
                {
                    numbers.Add(number);
                }

                foreach (ushort number in read.GetAll(new ShortKey(id.Child(2).Child(4))))
                {
                    numbers.Add(number);
                }

                Assert.Equal(Enumerable.Range(0, 60).Select(i => (uint)i % 30), numbers);
                List<string> texts = [];
                byte[] buffer = new byte[1024];
                foreach (RadiusLongValue text in read.GetAll(new ConcatKey(id.Child(2).Child(3))))
                {
                    Assert.True(text.TryCopyTo(buffer));
                    texts.Add(Encoding.ASCII.GetString(buffer, 0, text.Length));
                }

                Assert.Equal(Enumerable.Range(0, 30).Select(i => $"text {i}"), texts);
                Assert.False(read.TryGet(new TlvKey(id), out _));
                Assert.True(read.TryGet(new TlvKey(id), out RadiusAttributes tlvs, buffer));
                int count = 0;
                foreach (RadiusRawItem tlv in tlvs)
                {
                    count += tlv.Type is 1 or 2 ? 1 : 0;
                }

                Assert.Equal(60, count);
            }
        }
    }

    // 245.1, with more to come or not, and 26 of a vendor with a continuation likewise.
    [Theory]
    [InlineData("f50180aa")]
    [InlineData("f50180aa", "0161")]
    [InlineData("f50180aa", "f50200bb")]
    [InlineData("f50180aa", "f60100bb")]
    [InlineData("f50180aa", "f501")]
    [InlineData("f501")]
    [InlineData("1a00007ed9010480aa")]
    [InlineData("1a00007ed9010480aa", "0161")]
    [InlineData("1a00007ed9010480aa", "1a00007ed9020400bb")]
    [InlineData("1a00007eda010400bb")]
    [InlineData("1a00007ed9010480aa020400bb", "1a00007ed9020400bb")]
    [InlineData("1a00007ed9010480aa", "1a00007ed9010580bb")]
    public void Pieces_whose_rest_is_missing_are_no_value_and_stay_raw(params string[] attributes)
    {
        RadiusPacket read = Parse(Packets.Raw(RadiusCode.AccessRequest, attributes));

        Assert.Equal(attributes.Select(a => a[2..]), Raw(read));
        foreach (RadiusAttributeId id in (RadiusAttributeId[])[RadiusAttributeId.Extended(245, 1), new(Acme, 1, Wimax)])
        {
            Assert.False(read.Contains(id));
            Assert.False(read.TryGet(new ConcatKey(id), new byte[1000], out int length));
            Assert.Equal(0, length);
        }
    }

    [Theory]
    [InlineData("1a", "")]
    [InlineData("1a", "00007e")]
    [InlineData("1a", "00007ed9")]
    [InlineData("1a", "00007ed901")]
    [InlineData("1a", "00007ed90101")]
    [InlineData("1a", "00007ed90107" + "01020304")]
    [InlineData("1a", "00007ed90206" + "00000001" + "0107" + "01020304")]
    [InlineData("f1", "")]
    [InlineData("f1", "1a00007ed9")]
    [InlineData("f1", "1a00007e")]
    [InlineData("f1", "1a")]
    public void A_vendors_attribute_that_does_not_hold_what_it_says_is_not_found_and_stays_raw(string type, string value)
    {
        RadiusPacket read = Parse(Packets.Raw(RadiusCode.AccessRequest, type + value));

        Assert.Equal([value], Raw(read));
        foreach (RadiusAttributeId id in (RadiusAttributeId[])[new(Acme, 1), new(Acme, 1, Wimax), new(Acme, 1, new RadiusVendorFormat(4, 0)), new(Acme, 1, new RadiusVendorFormat(2, 2)), RadiusAttributeId.Extended(241, Acme, 1)])
        {
            Assert.False(read.TryGet(new IntegerKey(id), out _));
            Assert.False(read.TryGet(new IntegerKey(id.Child(1)), out _));
        }
    }

    [Fact]
    public void The_first_value_that_has_the_form_is_the_value()
    {
        RadiusPacket read = Parse(Packets.Raw(RadiusCode.AccessRequest, "0501", "0500000007", "050000000801", "0500000009"));

        Assert.True(read.TryGet(new IntegerKey(5), out uint port) && port == 7);
        List<uint> ports = [];
        foreach (uint each in read.GetAll(new IntegerKey(5)))
        {
            ports.Add(each);
        }

        Assert.Equal([7u, 9], ports);
    }

    private static byte[] Build(Write write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
        write(ref writer);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));

        // A buffer of just this size does too, and one that lacks an octet says how many it takes.
        byte[] exact = new byte[length];
        writer = new(exact, RadiusCode.AccessRequest, 1, new byte[16]);
        write(ref writer);
        Assert.True(writer.TryComplete(Packets.Secret, out _));
        Assert.Equal(buffer[..length], exact);
        writer = new(new byte[length - 1], RadiusCode.AccessRequest, 1, new byte[16]);
        write(ref writer);
        Assert.False(writer.TryComplete(Packets.Secret, out int needed));
        Assert.Equal(length, needed);
        return exact;
    }

    private static RadiusPacket Parse(byte[] octets)
    {
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out RadiusParseError error), error.ToString());
        return packet;
    }

    private static byte Outer(RadiusPacket packet)
    {
        byte type = 0;
        foreach (RadiusRawItem item in packet.Attributes)
        {
            type = item.Type;
        }

        return type;
    }

    private static List<string> Raw(RadiusPacket packet)
    {
        List<string> raw = [];
        foreach (RadiusRawItem item in packet.Attributes)
        {
            if (item.Type != 80)
            {
                raw.Add(Convert.ToHexStringLower(item.Value));
            }
        }

        return raw;
    }

    private static List<string> All(RadiusPacket packet, RadiusAttributeId id)
    {
        List<string> all = [];
        foreach (ReadOnlySpan<byte> value in packet.GetAll(id))
        {
            all.Add(Convert.ToHexStringLower(value));
        }

        return all;
    }
}
