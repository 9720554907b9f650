using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Dictionaries;

/// <summary>A dictionary of this project's own, compiled by the generator as it stands in the sources.</summary>
public class OwnDictionaryTests
{
    [Fact]
    public void Its_keys_and_values_go_through_a_packet()
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
        writer.Add(ExampleVsa.ExampleRole, ExampleRole.Employee);
        writer.Add(ExampleVsa.ExampleNote, "note");
        Assert.True(writer.TryComplete(Packets.Secret, out int length));

        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        Assert.True(packet.TryGet(ExampleVsa.ExampleRole, out ExampleRole role));
        Assert.Equal((ExampleRole.Employee, "note"), (role, packet.GetString(ExampleVsa.ExampleNote)));
        Assert.Equal(new RadiusAttributeId(ExampleVsa.VendorExample, 1), ExampleVsa.ExampleRole.Id);
    }
}
