using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>Parsing, verifying, reading, building and signing allocate nothing.</summary>
public class AllocationTests
{
#if NETSTANDARD_PACKAGE
    // netstandard2.0 has no other way to an IPAddress's octets than a new array.
    private const int AddressOctets = 32;
#else
    private const int AddressOctets = 0;
#endif
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString(Packets.RequestAuthenticator);
    private readonly byte[] _buffer = new byte[RadiusPacket.LargestSize];
    private readonly byte[] _password = new byte[RadiusHiding.LargestPassword];

    [Fact]
    public void A_request_is_checked_and_read_without_allocating() => AssertAllocatesNothing(() =>
    {
        bool genuine = RadiusPacket.TryParse(Packets.Request, out RadiusPacket packet, out _)
            && RadiusAuthenticators.VerifyRequest(packet, Packets.Secret, RadiusMessageAuthenticatorPolicy.Require) == RadiusVerification.Genuine
            && packet.TryDecrypt(Rfc2865.UserPassword, Packets.Secret, packet.Authenticator, _password, out _)
            && packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> _)
            && packet.TryGet(Rfc2865.NasPort, out _)
            && packet.TryGet(Rfc2865.NasPortType, out NasPortType _)
            && packet.TryGet(Rfc2865.State, out _);
        int values = 0;
        foreach (ReadOnlySpan<byte> value in packet.GetAll(CiscoVsa.CiscoAVPair))
        {
            values += value.Length > 0 ? 1 : 0;
        }

        foreach (RadiusRawItem item in packet.Attributes)
        {
            values += item.Value.Length > 0 ? 1 : 0;
        }

        return genuine && values == 16;
    });

    [Fact]
    public void A_reply_is_built_and_signed_without_allocating() => AssertAllocatesNothing(() =>
    {
        RadiusPacketWriter writer = new(_buffer, RadiusCode.AccessAccept, 0x5a, RequestAuthenticator);
        RadiusPacketWriterTests.WriteAccept(ref writer);
        writer.Add(MicrosoftVsa.MsMppeSendKey, RequestAuthenticator, Packets.Secret, salt: 0x8001);
        return writer.TryComplete(Packets.Secret, out _);
    }, AddressOctets);

    [Fact]
    public void Every_place_and_kind_is_written_and_read_without_allocating()
    {
        RadiusAttributeId vendor = new(32473, 1);
        RadiusAttributeId wide = new(32474, 258, new RadiusVendorFormat(2, 2));
        RadiusAttributeId cut = new(32475, 1, new RadiusVendorFormat(1, 1, hasContinuation: true));
        RadiusAttributeId extended = RadiusAttributeId.Extended(245, 32473, 2);
        EncryptedKey ascend = new(214, RadiusEncryption.AscendSecret);
        byte[] value = new byte[600];
        byte[] joined = new byte[600];
        AssertAllocatesNothing(() =>
        {
            RadiusPacketWriter writer = new(_buffer, RadiusCode.AccessRequest, 1, RequestAuthenticator);
            writer.BeginTlv(new TlvKey(vendor));
            writer.Add(new IntegerKey(vendor.Child(1)), 7);
            writer.BeginTlv(new TlvKey(vendor.Child(2)));
            writer.Add(new EnumKey<RadiusCode>(vendor.Child(2).Child(3)), RadiusCode.CoaAck);
            writer.EndTlv();
            writer.EndTlv();
            writer.BeginVendor(32474);
            writer.Add(new Integer64Key(wide), 8);
            writer.Add(new BoolKey(new RadiusAttributeId(32474, 259, new RadiusVendorFormat(2, 2))), true);
            writer.EndVendor();
            writer.Add(new ConcatKey(cut), value);
            writer.Add(new ConcatKey(extended), value);
            writer.Add(new TaggedEnumKey<TunnelType>(64), 3, TunnelType.Vlan);
            writer.Add(ascend, "secret"u8, Packets.Secret);
            bool whole = writer.TryComplete(Packets.Secret, out int length);

            whole &= RadiusPacket.TryParse(_buffer.AsSpan(0, length), out RadiusPacket packet, out _);
            whole &= packet.TryGet(new IntegerKey(vendor.Child(1)), out uint seven) && seven == 7;
            whole &= packet.TryGet(new EnumKey<RadiusCode>(vendor.Child(2).Child(3)), out RadiusCode code) && code == RadiusCode.CoaAck;
            whole &= packet.TryGet(new TlvKey(vendor), out RadiusAttributes tlvs) && tlvs.MoveNext();
            whole &= packet.TryGet(new ConcatKey(cut), joined, out int size) && size == 600;
            whole &= packet.TryGet(new ConcatKey(extended), joined, out size) && size == 600;
            whole &= packet.TryGet(new TaggedEnumKey<TunnelType>(64), out byte tag, out TunnelType type) && tag == 3 && type == TunnelType.Vlan;
            whole &= packet.TryDecrypt(ascend, Packets.Secret, RequestAuthenticator, _password, out size) && size == 6;
            foreach (ulong number in packet.GetAll(new Integer64Key(wide)))
            {
                whole &= number == 8;
            }

            foreach (RadiusTagged<TunnelType> each in packet.GetAll(new TaggedEnumKey<TunnelType>(64)))
            {
                whole &= each.Tag == 3;
            }

            return whole;
        });
    }

    [Fact]
    public void A_reply_is_verified_without_allocating() => AssertAllocatesNothing(() =>
        RadiusPacket.TryParse(Packets.Accept, out RadiusPacket packet, out _)
        && RadiusAuthenticators.VerifyReply(packet, RequestAuthenticator, Packets.Secret, requireMessageAuthenticator: true) == RadiusVerification.Genuine);

    private static void AssertAllocatesNothing(Func<bool> work, int allowed = 0)
    {
        bool right = true;
        long allocated = Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                right &= work();
            }
        });
        Assert.True(right);
        Assert.InRange(allocated, 0, 100 * allowed);
    }
}
