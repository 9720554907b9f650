using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Wire;

public class CodecTests
{
    [Fact]
    public void Every_payload_reads_as_it_was_written()
    {
        byte[] datagram = Messages.Rich();
        Assert.True(IkeMessage.TryParse(datagram, out IkeMessage message, out _));
        Assert.Equal((1UL, 2UL, 5u), (message.Header.InitiatorSpi, message.Header.ResponderSpi, message.Header.MessageId));
        Assert.Equal(IkeExchangeType.IkeAuth, message.Header.ExchangeType);
        Assert.True(message.Header.IsFromInitiator);
        Assert.False(message.Header.IsResponse);

        Assert.True(message.Payloads.TryGet(IkePayloadType.SecurityAssociation, out IkePayload payload));
        Assert.True(SaPayload.TryParse(payload.Body, out SaPayload sa, out _));
        List<string> proposals = [];
        foreach (IkeProposalView proposal in sa)
        {
            foreach (IkeTransformView t in proposal)
            {
                proposals.Add($"{proposal.Number} {proposal.Protocol} {Convert.ToHexString(proposal.Spi)} {t.Type} {t.Id} {t.KeyBits}");
            }
        }

        Assert.Equal(
            ["1 Esp 01020304 Encryption 20 256", "1 Esp 01020304 ExtendedSequenceNumbers 0 0", "2 Esp 01020304 Encryption 12 128"],
            proposals);

        Assert.True(message.Payloads.TryGetNotify(IkeNotifyType.Cookie, out NotifyPayload cookie));
        Assert.Equal([7, 7, 7], cookie.Data.ToArray());
        Assert.Equal([1, 2, 3, 4], cookie.Spi.ToArray());
        Assert.Equal(IkeProtocolId.Esp, cookie.Protocol);

        Assert.True(message.Payloads.TryGet(IkePayloadType.Delete, out payload));
        Assert.True(DeletePayload.TryParse(payload.Body, out DeletePayload delete, out _));
        Assert.Equal(1, delete.Count);
        Assert.Equal([1, 2, 3, 4], delete.Spi(0).ToArray());
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] datagram = Messages.Rich();
        for (int length = 0; length < datagram.Length; length++)
        {
            Assert.Equal(-1, Messages.ReadAll(datagram.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Every_truncation_with_a_length_that_fits_is_refused_or_read_without_harm()
    {
        byte[] datagram = Messages.Rich();
        for (int length = IkeHeader.Size; length < datagram.Length; length++)
        {
            byte[] cut = datagram[..length];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(24), length);
            Assert.Equal(-1, Messages.ReadAll(cut));
        }
    }

    [Fact]
    public void Every_mutation_of_every_octet_is_refused_or_read_without_harm()
    {
        byte[] datagram = Messages.Rich();
        for (int at = 0; at < datagram.Length; at++)
        {
            byte was = datagram[at];
            for (int value = 0; value < 256; value++)
            {
                datagram[at] = (byte)value;
                Messages.ReadAll(datagram);
            }

            datagram[at] = was;
        }
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] datagram = Messages.Rich();
        int sum = 0;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                sum += Messages.ReadAll(datagram);
            }
        }));
        Assert.True(sum > 0);
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] buffer = new byte[512];
        Assert.Equal(0, Allocations.Least(() => Write(buffer)));
    }

    [Fact]
    public void A_span_that_is_too_small_is_told_once_with_the_size_needed()
    {
        int needed = Write(new byte[512]);
        for (int size = 0; size < needed; size++)
        {
            IkePayloadWriter writer = new(new byte[size]);
            writer.AddNotify(IkeNotifyType.Cookie, [1, 2, 3]);
            writer.Add(IkePayloadType.Nonce, new byte[32]);
            Assert.False(writer.TryComplete(out int length));
            Assert.Equal(needed, length);
        }
    }

    [Fact]
    public void More_payloads_than_the_limit_are_refused()
    {
        byte[] chain = new byte[4 * 49];
        for (int i = 0; i < 49; i++)
        {
            chain[4 * i] = i == 48 ? (byte)0 : (byte)IkePayloadType.VendorId;
            chain[(4 * i) + 3] = 4;
        }

        Assert.False(IkePayloads.TryParse(IkePayloadType.VendorId, chain, IkeLimits.Default, out _, out IkeParseError error));
        Assert.Equal(IkeParseError.TooMany, error);
        Assert.True(IkePayloads.TryParse(IkePayloadType.VendorId, chain, IkeLimits.Default with { Payloads = 49 }, out _, out _));
    }

    [Theory]
    [InlineData("30", IkeParseError.UnsupportedVersion)]
    [InlineData("10", IkeParseError.UnsupportedVersion)]
    [InlineData("21", IkeParseError.None)]
    public void Only_the_major_version_matters(string version, IkeParseError expected)
    {
        byte[] datagram = Messages.Rich();
        datagram[17] = Convert.FromHexString(version)[0];
        Assert.Equal(expected == IkeParseError.None, IkeMessage.TryParse(datagram, out _, out IkeParseError error));
        Assert.Equal(expected, error);
    }

    private static int Write(Span<byte> buffer)
    {
        IkePayloadWriter writer = new(buffer);
        writer.AddNotify(IkeNotifyType.Cookie, [1, 2, 3]);
        writer.Add(IkePayloadType.Nonce, stackalloc byte[32]);
        writer.TryComplete(out int length);
        return length;
    }
}
