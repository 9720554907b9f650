using System.Net;
using System.Text;
using FsCheck.Xunit;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>What is written is read again, and what does not fit is reported once, at the end.</summary>
public class RadiusPacketWriterTests
{
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString(Packets.RequestAuthenticator);

    private delegate void Write(ref RadiusPacketWriter writer);

    public static TheoryData<uint> Vendors => [0, 32473];

    [Fact]
    public void The_accept_is_built_octet_for_octet()
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 0x5a, RequestAuthenticator);
        WriteAccept(ref writer);

        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        Assert.Equal(Packets.Accept, buffer[..length]);
    }

    [Fact]
    public void A_buffer_that_is_too_small_is_told_what_it_needs()
    {
        for (int size = 0; size < Packets.Accept.Length; size++)
        {
            RadiusPacketWriter writer = new(new byte[size], RadiusCode.AccessAccept, 0x5a, RequestAuthenticator);
            WriteAccept(ref writer);

            Assert.False(writer.TryComplete(Packets.Secret, out int length));
            Assert.True(size < RadiusPacket.HeaderSize || length == Packets.Accept.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public void Every_type_is_read_as_it_was_written(uint vendor)
    {
        RadiusAttributeId Id(byte type) => new(vendor, type);
        byte[] octets = Complete((ref RadiusPacketWriter w) =>
        {
            w.Add(new TextKey(Id(1)), "Grüße");
            w.Add(new OctetsKey(Id(2)), [0, 255]);
            w.Add(new IntegerKey(Id(3)), uint.MaxValue);
            w.Add(new Integer64Key(Id(4)), ulong.MaxValue - 1);
            w.Add(new SignedKey(Id(5)), -2);
            w.Add(new ShortKey(Id(6)), 65534);
            w.Add(new ByteKey(Id(7)), 254);
            w.Add(new EnumKey<ServiceType>(Id(8)), (ServiceType)4711);
            w.Add(new DateKey(Id(9)), DateTimeOffset.UnixEpoch.AddSeconds(uint.MaxValue));
            w.Add(new IPv4Key(Id(10)), IPAddress.Parse("192.0.2.1"));
            w.Add(new IPv6Key(Id(11)), IPAddress.Parse("2001:db8::1"));
            w.Add(new IPv4PrefixKey(Id(12)), new RadiusPrefix(IPAddress.Parse("192.0.2.255"), 25));
            w.Add(new IPv6PrefixKey(Id(13)), new RadiusPrefix(IPAddress.Parse("2001:db8:ffff:ffff::1"), 33));
            w.Add(new InterfaceIdKey(Id(14)), 0x0102030405060708);
            w.Add(new EtherKey(Id(15)), [1, 2, 3, 4, 5, 6]);
            w.Add(new TlvKey(Id(16)), new RadiusAttributes([1, 3, 7]));
            w.Add(new TaggedIntegerKey(Id(17)), 31, 0xffffff);
            w.Add(new TaggedTextKey(Id(18)), 0, "ten"u8);
            w.Add(new ConcatKey(Id(19)), new byte[600]);
            w.Add(new EncryptedKey(Id(20), RadiusEncryption.UserPassword), "sixteen octets!!"u8, Packets.Secret);
            w.Add(new EncryptedKey(Id(21), RadiusEncryption.Salted), "salted"u8, Packets.Secret, 1);
            w.Add(new EncryptedKey(Id(22), RadiusEncryption.Salted, true), "tagged"u8, Packets.Secret, 2, tag: 5);
        });

        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket p, out _));
        Assert.Equal("Grüße", p.GetString(new TextKey(Id(1))));
        Assert.True(p.TryGet(new OctetsKey(Id(2)), out ReadOnlySpan<byte> value) && value.SequenceEqual((byte[])[0, 255]));
        Assert.True(p.TryGet(new IntegerKey(Id(3)), out uint number) && number == uint.MaxValue);
        Assert.True(p.TryGet(new Integer64Key(Id(4)), out ulong wide) && wide == ulong.MaxValue - 1);
        Assert.True(p.TryGet(new SignedKey(Id(5)), out int signed) && signed == -2);
        Assert.True(p.TryGet(new ShortKey(Id(6)), out ushort small) && small == 65534);
        Assert.True(p.TryGet(new ByteKey(Id(7)), out byte smallest) && smallest == 254);
        Assert.True(p.TryGet(new EnumKey<ServiceType>(Id(8)), out ServiceType service) && service == (ServiceType)4711);
        Assert.True(p.TryGet(new DateKey(Id(9)), out DateTimeOffset date) && date.Year == 2106);
        Assert.True(p.TryGet(new IPv4Key(Id(10)), out IPAddress address) && address.ToString() == "192.0.2.1");
        Assert.True(p.TryGet(new IPv6Key(Id(11)), out address) && address.ToString() == "2001:db8::1");
        Assert.True(p.TryGet(new IPv4PrefixKey(Id(12)), out RadiusPrefix prefix) && prefix.ToString() == "192.0.2.128/25");
        Assert.True(p.TryGet(new IPv6PrefixKey(Id(13)), out prefix) && prefix.ToString() == "2001:db8:8000::/33");
        Assert.True(p.TryGet(new InterfaceIdKey(Id(14)), out wide) && wide == 0x0102030405060708);
        Assert.True(p.TryGetOctets(new EtherKey(Id(15)), out value) && value.SequenceEqual((byte[])[1, 2, 3, 4, 5, 6]));
        Assert.True(p.TryGet(new TlvKey(Id(16)), out RadiusAttributes tlvs) && tlvs.MoveNext() && tlvs.Current.Type == 1 && tlvs.Current.Value.SequenceEqual((byte[])[7]));
        Assert.True(p.TryGet(new TaggedIntegerKey(Id(17)), out byte tag, out number) && (tag, number) == (31, 0xffffff));
        Assert.True(p.TryGet(new TaggedTextKey(Id(18)), out tag, out value) && tag == 0 && value.SequenceEqual("ten"u8));
        byte[] buffer = new byte[600];
        Assert.True(p.TryGet(new ConcatKey(Id(19)), buffer, out int length) && length == 600);
        Assert.False(p.TryGet(new ConcatKey(Id(19)), buffer.AsSpan(1), out _));
        Assert.Equal("sixteen octets!!", Reveal(p, new EncryptedKey(Id(20), RadiusEncryption.UserPassword), out int hidden));
        Assert.Equal(16, hidden);
        Assert.Equal("salted", Reveal(p, new EncryptedKey(Id(21), RadiusEncryption.Salted), out _));
        Assert.Equal("tagged", Reveal(p, new EncryptedKey(Id(22), RadiusEncryption.Salted, true), out _));
    }

    [Fact]
    public void Misfits_are_reported_at_the_end()
    {
        Write[] misfits =
        [
            (ref w) => w.Add(Rfc2865.UserName, new string('x', 254)),
            (ref w) => w.Add(CiscoVsa.CiscoAVPair, new string('x', 248)),
            (ref w) => w.Add(Rfc2865.NasIpAddress, IPAddress.IPv6Loopback),
            (ref w) => w.Add(Rfc3162.NasIPv6Address, IPAddress.Loopback),
            (ref w) => w.Add(Rfc3162.FramedIPv6Prefix, new RadiusPrefix(IPAddress.IPv6Loopback, 129)),
            (ref w) => w.Add(Rfc3162.FramedIPv6Prefix, new RadiusPrefix(IPAddress.Loopback, 8)),
            (ref w) => w.Add(new EtherKey(200), new byte[7]),
            (ref w) => w.Add(new EtherKey(200), System.Net.NetworkInformation.PhysicalAddress.None),
            (ref w) => w.Add(Rfc2868.TunnelType, 32, TunnelType.Pptp),
            (ref w) => w.Add(Rfc2868.TunnelType, 1, (TunnelType)0x1000000),
            (ref w) => w.Add(Rfc2868.TunnelPrivateGroupId, 1, new byte[253]),
            (ref w) => w.Add(Rfc2869.EventTimestamp, DateTimeOffset.UnixEpoch.AddSeconds(-1)),
            (ref w) => w.Add(Rfc2869.EventTimestamp, DateTimeOffset.UnixEpoch.AddSeconds(1L << 32)),
            (ref w) => w.Add(Rfc2865.UserPassword, new byte[129], Packets.Secret),
            (ref w) => w.Add(Rfc2865.UserPassword, "x"u8, Packets.Secret, salt: 1),
            (ref w) => w.Add(MicrosoftVsa.MsMppeSendKey, "x"u8, Packets.Secret),
            (ref w) => w.Add(MicrosoftVsa.MsMppeSendKey, new byte[240], Packets.Secret, salt: 1),
            (ref w) => w.Add(MicrosoftVsa.MsMppeSendKey, "x"u8, Packets.Secret, salt: 1, tag: 1),
            (ref w) => w.Add(Rfc2868.TunnelPassword, "x"u8, Packets.Secret, salt: 1, tag: 0x20),
            (ref w) => w.Add(Rfc3579.MessageAuthenticator, new byte[16]),
            (ref w) => w.Add(Rfc3579.EapMessage, new byte[RadiusPacket.LargestSize]),
        ];

        foreach (Write misfit in misfits)
        {
            RadiusPacketWriter writer = new(new byte[2 * RadiusPacket.LargestSize], RadiusCode.AccessRequest, 1, RequestAuthenticator);
            misfit(ref writer);
            writer.Add(Rfc2865.NasPort, 1);
            Assert.False(writer.TryComplete(Packets.Secret, out _));
        }
    }

    [Fact]
    public void A_copied_packet_has_its_own_Message_Authenticator_first_and_the_rest_in_order()
    {
        byte[] copy = Complete((ref RadiusPacketWriter w) =>
        {
            Assert.True(RadiusPacket.TryParse(Packets.Request, out RadiusPacket packet, out _));
            foreach (RadiusRawItem item in packet.Attributes)
            {
                w.Add(item);
            }
        });

        Assert.Equal(Packets.Request[38..], copy[38..]);
        Assert.Equal([80, 18], copy[20..22]);
    }

    [Property(MaxTest = 300)]
    public void Any_password_comes_back(byte[] password, byte[] secret)
    {
        byte[] text = [.. (password ?? []).Take(RadiusHiding.LargestPassword)];
        text = [.. text.AsSpan().TrimEnd((byte)0)];
        RadiusSecret shared = new([1, .. (secret ?? []).Take(RadiusSecret.LargestSize - 1)]);
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, RequestAuthenticator);
        writer.Add(Rfc2865.UserPassword, text, shared);
        writer.Add(Rfc2868.TunnelPassword, text, shared, salt: 7, tag: 1);
        Assert.True(writer.TryComplete(shared, out int length));

        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        byte[] revealed = new byte[253];
        Assert.True(packet.TryDecrypt(Rfc2865.UserPassword, shared, RequestAuthenticator, revealed, out int count));
        Assert.Equal(text, revealed[..count]);
        Assert.True(packet.TryDecrypt(Rfc2868.TunnelPassword, shared, RequestAuthenticator, revealed, out count));
        Assert.Equal(text, revealed[..count]);
    }

    internal static void WriteAccept(ref RadiusPacketWriter writer)
    {
        writer.Add(Rfc2865.UserName, "alice@corp.example.com"u8);
        writer.Add(Rfc2865.ReplyMessage, "Welcome, second factor accepted"u8);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(Rfc2865.FramedIpAddress, Address);
        writer.Add(Rfc2865.SessionTimeout, 28800);
        writer.Add(Rfc2865.Class, [0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93]);
        writer.Add(CiscoVsa.CiscoAVPair, "shell:priv-lvl=15"u8);
        writer.Add(CiscoVsa.CiscoAVPair, "ip:inacl#1=permit ip any any"u8);
    }

    private static readonly IPAddress Address = IPAddress.Parse("198.51.100.23");

    private static byte[] Complete(Write write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 0x5a, RequestAuthenticator);
        write(ref writer);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        return buffer[..length];
    }

    private static string Reveal(RadiusPacket packet, EncryptedKey key, out int hidden)
    {
        Span<byte> buffer = stackalloc byte[253];
        Assert.True(packet.TryDecrypt(key, Packets.Secret, packet.Authenticator, buffer, out int length));
        Assert.True(packet.TryGetRaw(key.Id, out ReadOnlySpan<byte> raw));
        hidden = raw.Length;
        return Encoding.UTF8.GetString(buffer[..length]);
    }
}
