using System.Net;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Wire;

public class MobikeNotificationTests
{
    [Theory]
    [InlineData("192.0.2.1", IkeNotifyType.AdditionalIPv4Address)]
    [InlineData("2001:db8::1", IkeNotifyType.AdditionalIPv6Address)]
    public void An_address_reads_as_it_was_written(string text, IkeNotifyType type)
    {
        IPAddress address = IPAddress.Parse(text);
        NotifyPayload notify = Write((ref IkePayloadWriter w) => MobikeNotification.AddAddress(ref w, address));

        Assert.Equal(type, notify.Type);
        Assert.True(MobikeNotification.TryReadAddress(notify, out IPAddress read));
        Assert.Equal(address, read);
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.1", 12)]
    [InlineData("2001:db8::1", "2001:db8::2", 36)]
    public void NO_NATS_ALLOWED_reads_as_it_was_written(string from, string to, int length)
    {
        IPEndPoint source = new(IPAddress.Parse(from), 65535);
        IPEndPoint destination = new(IPAddress.Parse(to), 4500);
        NotifyPayload notify = Write((ref IkePayloadWriter w) => MobikeNotification.AddNoNats(ref w, source, destination));

        Assert.Equal(length, notify.Data.Length);
        Assert.True(MobikeNotification.TryReadNoNats(notify, out IPEndPoint readSource, out IPEndPoint readDestination));
        Assert.Equal((source, destination), (readSource, readDestination));
    }

    [Fact]
    public void What_has_another_length_or_type_is_refused()
    {
        for (int length = 0; length <= 40; length++)
        {
            byte[] data = new byte[length];
            foreach (IkeNotifyType type in (IkeNotifyType[])[IkeNotifyType.AdditionalIPv4Address, IkeNotifyType.AdditionalIPv6Address, IkeNotifyType.NoNatsAllowed, IkeNotifyType.Cookie2])
            {
                NotifyPayload notify = Write((ref IkePayloadWriter w) => w.AddNotify(type, data));
                bool isAddress = (type == IkeNotifyType.AdditionalIPv4Address && length == 4) || (type == IkeNotifyType.AdditionalIPv6Address && length == 16);
                Assert.Equal(isAddress, MobikeNotification.TryReadAddress(notify, out _));
                Assert.Equal(type == IkeNotifyType.NoNatsAllowed && length is 12 or 36, MobikeNotification.TryReadNoNats(notify, out _, out _));
            }
        }
    }

    private delegate void Writing(ref IkePayloadWriter writer);

    private static NotifyPayload Write(Writing write)
    {
        byte[] octets = new byte[128];
        IkePayloadWriter writer = new(octets);
        write(ref writer);
        Assert.True(writer.TryComplete(out int length));
        Assert.True(IkePayloads.TryParse(writer.First, octets.AsSpan(0, length), IkeLimits.Default, out IkePayloads payloads, out _));
        Assert.True(payloads.TryGet(IkePayloadType.Notify, out IkePayload payload));
        Assert.True(NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _));
        return notify;
    }
}
