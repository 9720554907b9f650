using FsCheck.Xunit;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Server;

/// <summary>What a proxy does to attributes (RFC 2865 §2.3), hop by hop, and what no packet can do to it.</summary>
public class RadiusForwardingTests
{
    private static readonly RadiusForwarding Forwarding = new(RadiusForwarding.Standard);
    private static readonly RadiusSecret Near = new("near");
    private static readonly RadiusSecret Far = new("a longer secret of the other hop");
    private static readonly byte[] NearAuthenticator = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly byte[] FarAuthenticator = [.. Enumerable.Range(100, 16).Select(i => (byte)i)];
    private static readonly EncryptedKey Password = RadiusForwarding.Standard[0];
    private static readonly EncryptedKey TunnelPassword = RadiusForwarding.Standard[1];
    private static readonly EncryptedKey MppeKeys = RadiusForwarding.Standard[2];
    private static readonly EncryptedKey SendKey = RadiusForwarding.Standard[3];
    private static readonly byte[] Value = new byte[253];

    [Property]
    public void Hidden_values_come_out_of_any_number_of_hops_as_they_went_in(byte[] password, byte[] key, byte tag)
    {
        byte[] given = [.. password.Take(128).Select(b => (byte)(b | 1))];
        byte[] secret = [.. key.Take(200)];
        tag &= 0x1f;
        byte[] packet = Build(Near, NearAuthenticator, (ref RadiusPacketWriter w) =>
        {
            w.Add(Password, given, Near);
            w.Add(SendKey, secret, Near, 1);
            w.Add(TunnelPassword, secret, Near, 2, tag);
        });
        byte[] there = Forward(packet, Near, NearAuthenticator, Far, FarAuthenticator);
        byte[] back = Forward(there, Far, FarAuthenticator, Near, NearAuthenticator);
        foreach ((byte[] octets, RadiusSecret at, byte[] authenticator) in ((byte[], RadiusSecret, byte[])[])[(there, Far, FarAuthenticator), (back, Near, NearAuthenticator)])
        {
            Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket parsed, out _));
            Assert.True(parsed.TryDecrypt(Password, at, authenticator, Value, out int length));
            Assert.Equal(given, Value[..length]);
            Assert.True(parsed.TryDecrypt(SendKey, at, authenticator, Value, out length));
            Assert.Equal(secret, Value[..length]);
            Assert.True(parsed.TryDecrypt(TunnelPassword, at, authenticator, Value, out length, out byte found));
            Assert.Equal((tag, Convert.ToHexString(secret)), (found, Convert.ToHexString(Value.AsSpan(0, length))));
        }
    }

    [Fact]
    public void Zeros_at_the_end_of_a_value_of_fixed_size_stay()
    {
        // RFC 2548 §2.4.1: 24 octets of keys and 8 of padding, hidden as a password is.
        byte[] keys = [1, 2, 3, .. new byte[29]];
        byte[] there = Forward(Build(Near, NearAuthenticator, (ref RadiusPacketWriter w) => w.Add(MppeKeys, keys, Near)), Near, NearAuthenticator, Far, FarAuthenticator);

        Assert.True(RadiusPacket.TryParse(there, out RadiusPacket packet, out _));
        Assert.True(packet.TryGetRaw(MppeKeys.Id, out ReadOnlySpan<byte> hidden));
        Assert.Equal(32, hidden.Length);
        Assert.True(packet.TryDecrypt(MppeKeys, Far, FarAuthenticator, Value, out int length));
        Assert.Equal([1, 2, 3], Value[..length]);
    }

    [Fact]
    public void What_is_not_hidden_goes_on_octet_for_octet_and_in_order()
    {
        string[] attributes =
        [
            "19fffe8001", "f1010203", "1a000000090104414101044242", "1a00000137ffff", "1a0000013710", "fa00ff", "1a00000137190441420704ffff", "18", "1a00000000010203",
        ];
        byte[] packet = Packets.Raw(RadiusCode.AccessAccept, attributes);
        byte[] there = Forward(packet, Near, NearAuthenticator, Far, FarAuthenticator);

        Assert.Equal(Convert.ToHexString(packet.AsSpan(20)), Convert.ToHexString(there.AsSpan(20 + 18)));
    }

    [Fact]
    public void Proxy_State_stays_on_its_hop_and_what_does_not_pass_stays_too()
    {
        byte[] packet = Packets.Raw(RadiusCode.AccessAccept, "2141", "0161", "1a000000090104414102044242", "1a00000009ff", "1900");
        byte[] there = Forward(packet, Near, NearAuthenticator, Far, FarAuthenticator, id => id == new RadiusAttributeId(9, 2) || id == new RadiusAttributeId(25));

        Assert.Equal("1A0A0000000902044242190300", Convert.ToHexString(there.AsSpan(20 + 18)));
    }

    [Property]
    public void No_packet_does_harm(byte[] body, byte position, byte value)
    {
        byte[] packet = Build(Near, NearAuthenticator, (ref RadiusPacketWriter w) =>
        {
            w.Add(Password, "correct horse"u8, Near);
            w.Add(SendKey, "a key of the sender"u8, Near, 1);
            w.Add(TunnelPassword, "tunnel"u8, Near, 2, 1);
            w.AddRaw(new RadiusAttributeId(0, 2), body.AsSpan(0, Math.Min(body.Length, 253)));
            w.AddRaw(new RadiusAttributeId(0, 69), body.AsSpan(0, Math.Min(body.Length, 253)));
            w.AddRaw(new RadiusAttributeId(311, 17), body.AsSpan(0, Math.Min(body.Length, 247)));
        });
        packet[20 + (position % (packet.Length - 20))] = value;
        byte[] buffer = new byte[2 * RadiusPacket.LargestSize];
        if (RadiusPacket.TryParse(packet, out RadiusPacket parsed, out _))
        {
            RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 1, FarAuthenticator);
            Forwarding.WriteReply(ref writer, parsed, new RadiusHopSecret(Near, NearAuthenticator), Far, 1);
            writer.TryComplete(Far, out _);
        }
    }

    private delegate void Write(ref RadiusPacketWriter writer);

    private static byte[] Build(RadiusSecret secret, byte[] authenticator, Write write)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 1, authenticator);
        write(ref writer);
        Assert.True(writer.TryComplete(secret, out int length));
        return buffer[..length];
    }

    private static byte[] Forward(byte[] packet, RadiusSecret from, byte[] fromAuthenticator, RadiusSecret to, byte[] toAuthenticator, Func<RadiusAttributeId, bool>? passes = null)
    {
        Assert.True(RadiusPacket.TryParse(packet, out _, out _));
        return Build(to, toAuthenticator, (ref RadiusPacketWriter w) =>
        {
            Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket parsed, out _));
            Forwarding.WriteReply(ref w, parsed, new RadiusHopSecret(from, fromAuthenticator), to, 7, passes);
        });
    }
}
