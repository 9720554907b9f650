using FsCheck.Xunit;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Tests.Wire;

/// <summary>The codec on anything that a network may bring.</summary>
public class EapPacketTests
{
    private static readonly byte[] Sample = [2, 9, 0, 12, 1, .. "user@ex"u8];

    [Property]
    public bool What_is_written_is_read_back(bool request, byte identifier, byte type, byte[] data)
    {
        EapCode code = request ? EapCode.Request : EapCode.Response;
        byte[] buffer = new byte[5 + data.Length];
        return EapPacket.TryWrite(code, identifier, (EapMethodType)type, data, buffer, out int length)
            && length == buffer.Length
            && EapPacket.TryParse(buffer, out EapPacket packet, out EapParseError error)
            && error == EapParseError.None
            && packet.Code == code && packet.Identifier == identifier && packet.Type == (EapMethodType)type
            && packet.TypeData.SequenceEqual(data);
    }

    [Property]
    public bool Any_octets_are_parsed_or_refused_for_a_reason(byte[] octets) => Touch(octets);

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Sample.Length; length++)
        {
            Assert.False(EapPacket.TryParse(Sample.AsSpan(0, length), out EapPacket packet, out EapParseError error));
            Assert.Equal(length < EapPacket.HeaderSize ? EapParseError.TooShort : EapParseError.Length, error);
            Assert.True(packet.Span.IsEmpty);
        }
    }

    [Fact]
    public void Every_change_of_one_octet_is_parsed_or_refused_for_a_reason()
    {
        for (int at = 0; at < Sample.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] bent = [.. Sample];
                bent[at] = (byte)value;
                Assert.True(Touch(bent));
            }
        }
    }

    // RFC 3748 §4.1: beyond Length lies the lower layer's padding; a Length beyond the octets is a packet to drop.
    [Theory]
    [InlineData(new byte[] { 1, 7, 0, 5, 1, 0xff, 0xff }, EapParseError.None)]
    [InlineData(new byte[] { 1, 7, 0, 8, 1, 0xff, 0xff }, EapParseError.Length)]
    [InlineData(new byte[] { 1, 7, 0, 3, 1 }, EapParseError.Length)]
    [InlineData(new byte[] { 1, 7, 0, 4, 1 }, EapParseError.MissingType)]
    [InlineData(new byte[] { 3, 7, 0, 5, 1 }, EapParseError.UnexpectedData)]
    [InlineData(new byte[] { 3, 7, 0, 4, 1 }, EapParseError.None)]
    [InlineData(new byte[] { 5, 7, 0, 5, 1 }, EapParseError.Code)]
    public void Length_and_code_decide(byte[] octets, EapParseError expected)
    {
        Assert.Equal(expected == EapParseError.None, EapPacket.TryParse(octets, out EapPacket packet, out EapParseError error));
        Assert.Equal(expected, error);
        Assert.True(packet.TypeData.IsEmpty);
    }

    [Fact]
    public void A_packet_that_does_not_fit_is_not_written_and_its_size_is_told()
    {
        byte[] small = new byte[6];
        Assert.False(EapPacket.TryWrite(EapCode.Request, 1, EapMethodType.Identity, new byte[3], small, out int length));
        Assert.Equal(8, length);
        Assert.All(small, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Parsing_and_writing_allocate_nothing()
    {
        byte[] buffer = new byte[64];
        bool done = true;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                done &= EapPacket.TryParse(Sample, out EapPacket packet, out _)
                    && EapPacket.TryWrite(EapCode.Response, packet.Identifier, packet.Type, packet.TypeData, buffer, out _);
            }
        }));
        Assert.True(done);
    }

    private static bool Touch(byte[] octets)
    {
        bool parsed = EapPacket.TryParse(octets, out EapPacket packet, out EapParseError error);
        return parsed == (error == EapParseError.None)
            && (!parsed || packet.Span.Length >= EapPacket.HeaderSize + packet.TypeData.Length)
            && (!parsed || packet.Code is EapCode.Success or EapCode.Failure == (packet.Type == EapMethodType.None && packet.TypeData.IsEmpty && packet.Span.Length == EapPacket.HeaderSize));
    }
}
