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
            && RadiusAuthenticators.VerifyRequest(packet, Packets.Secret, requireMessageAuthenticator: true) == RadiusVerification.Genuine
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
    public void A_reply_is_verified_without_allocating() => AssertAllocatesNothing(() =>
        RadiusPacket.TryParse(Packets.Accept, out RadiusPacket packet, out _)
        && RadiusAuthenticators.VerifyReply(packet, RequestAuthenticator, Packets.Secret, requireMessageAuthenticator: true) == RadiusVerification.Genuine);

    private static void AssertAllocatesNothing(Func<bool> work, int allowed = 0)
    {
        Assert.True(work());
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool right = true;
        for (int i = 0; i < 100; i++)
        {
            right &= work();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(right);
        Assert.InRange(allocated, 0, 100 * allowed);
    }
}
