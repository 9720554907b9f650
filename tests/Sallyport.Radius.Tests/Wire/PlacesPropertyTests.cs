using FsCheck.Xunit;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Wire;

/// <summary>Whatever stands where attributes can stand: it is read back, or it is not found, and nothing is thrown.</summary>
public class PlacesPropertyTests
{
    private static readonly RadiusAttributeId[] Places =
    [
        1, new(9, 1), new(9, 1, new RadiusVendorFormat(2, 1)), new(9, 1, new RadiusVendorFormat(2, 2)), new(9, 1, new RadiusVendorFormat(4, 0)), new(9, 1, new RadiusVendorFormat(1, 1, true)),
        RadiusAttributeId.Extended(241, 1), RadiusAttributeId.Extended(245, 1), RadiusAttributeId.Extended(241, 9, 1), RadiusAttributeId.Extended(246, 9, 1),
    ];

    [Property(MaxTest = 300)]
    public void What_is_written_is_read(byte place, byte[] tlvs, byte[] value)
    {
        RadiusAttributeId id = (tlvs ?? []).Take(6).Aggregate(Places[place % Places.Length], (outer, type) => outer.Child(type));
        byte[] octets = [.. (value ?? []).Take(200)];
        byte[] packet = Write(id, octets, octets);

        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket read, out _));
        List<byte[]> found = [];
        foreach (ReadOnlySpan<byte> each in read.GetAll(id))
        {
            found.Add(each.ToArray());
        }

        Assert.Equal([octets, octets], found);
    }

    [Property(MaxTest = 300)]
    public void A_long_value_is_read_as_it_was_written(byte place, byte[] seed, ushort size)
    {
        RadiusAttributeId[] cut = [.. Places.Where(p => p.MayBeFragmented)];
        RadiusAttributeId id = cut[place % cut.Length];
        byte[] octets = [.. Enumerable.Range(0, size % 3500).Select(i => seed is { Length: > 0 } ? seed[i % seed.Length] : (byte)i)];

        Assert.True(RadiusPacket.TryParse(Write(id, octets), out RadiusPacket read, out _));
        byte[] found = new byte[octets.Length];
        Assert.True(read.TryGet(new ConcatKey(id), found, out int length));
        Assert.Equal(octets, found[..length]);
    }

    [Property(MaxTest = 1000)]
    public void Attributes_of_any_shape_are_survived(byte type, byte[] octets)
    {
        byte[] value = [.. (octets ?? []).Take(253)];
        foreach (byte outer in (byte[])[type, 26, 241, 245, 246])
        {
            ReadEverything(Packets.Raw(RadiusCode.AccessRequest, $"{outer:x2}" + Convert.ToHexString(value)));
            ReadEverything(Packets.Raw(RadiusCode.AccessRequest, "1a00000009" + Convert.ToHexString([.. value.Take(249)]), $"{outer:x2}" + Convert.ToHexString(value)));
        }
    }

    [Fact]
    public void Every_truncation_and_every_change_of_an_octet_is_survived()
    {
        foreach (RadiusAttributeId id in Places)
        {
            byte[] packet = Write(id.Child(1).Child(2), [1, 2, 3, 4], [5]);
            if (id.MayBeFragmented)
            {
                packet = Write(id, [1, 6, 2, 4, 7, 7, .. new byte[300]], [8]);
            }

            for (int length = 0; length < packet.Length; length++)
            {
                ReadEverything(packet[..length]);
                byte[] shortened = packet[..length];
                if (length >= 20)
                {
                    (shortened[2], shortened[3]) = ((byte)(length >> 8), (byte)length);
                    ReadEverything(shortened);
                }
            }

            for (int at = 20; at < packet.Length; at++)
            {
                byte before = packet[at];
                foreach (byte value in (byte[])[0, 1, 2, 3, 26, 80, 127, 128, 245, 255, (byte)(before + 1), (byte)(before - 1), (byte)(before ^ 0x80)])
                {
                    packet[at] = value;
                    ReadEverything(packet);
                }

                packet[at] = before;
            }
        }
    }

    private static byte[] Write(RadiusAttributeId id, params byte[][] values)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccountingRequest, 1, default);
        foreach (byte[] value in values)
        {
            if (id.MayBeFragmented)
            {
                writer.Add(new ConcatKey(id), value);
            }
            else
            {
                writer.AddRaw(id, value);
            }
        }

        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        return buffer[..length];
    }

    private static void ReadEverything(byte[] octets)
    {
        if (!RadiusPacket.TryParse(octets, out RadiusPacket packet, out _))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        foreach (RadiusAttributeId place in Places)
        {
            foreach (RadiusAttributeId id in (RadiusAttributeId[])[place, place.Child(1), place.Child(1).Child(2)])
            {
                foreach (ReadOnlySpan<byte> value in packet.GetAll(id))
                {
                    Assert.True(packet.Span.Overlaps(value) || value.IsEmpty);
                }

                foreach (uint number in packet.GetAll(new IntegerKey(id)))
                {
                    Assert.True(packet.TryGet(new IntegerKey(id), out _));
                }

                foreach (RadiusLongValue value in packet.GetAll(new ConcatKey(id)))
                {
                    Assert.True(value.TryCopyTo(buffer));
                }

                foreach (RadiusTaggedText text in packet.GetAll(new TaggedTextKey(id)))
                {
                    Assert.InRange(text.Tag, 0, 0x1f);
                }

                packet.TryGet(new TlvKey(id), out RadiusAttributes tlvs, buffer);
                while (tlvs.MoveNext())
                {
                    Assert.True(tlvs.Current.Value.Length <= 253);
                }

                packet.TryDecrypt(new EncryptedKey(id, RadiusEncryption.Salted, true), Packets.Secret, packet.Authenticator, buffer, out _);
            }
        }
    }
}
