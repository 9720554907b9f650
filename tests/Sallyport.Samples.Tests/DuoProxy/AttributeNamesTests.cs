using Sallyport.Radius.Wire;
using Sallyport.Samples.DuoProxy.Proxy;

namespace Sallyport.Samples.Tests.DuoProxy;

public class AttributeNamesTests
{
    [Theory]
    [InlineData("Class", 0, 25)]
    [InlineData("calling-station-id", 0, 31)]
    [InlineData("MS-CHAP2-Success", 311, 26)]
    [InlineData("Cisco-AVPair", 9, 1)]
    [InlineData("Fortinet-Group-Name", 12356, 1)]
    [InlineData("PaloAlto-User-Group", 25461, 5)]
    public void Administrators_name_attributes_as_dictionaries_do(string name, uint vendor, uint type)
    {
        Assert.True(AttributeNames.TryFind(name, out RadiusAttributeId id));
        Assert.Equal(vendor == 0 ? new RadiusAttributeId((byte)type) : new RadiusAttributeId(vendor, type), id);
    }

    [Theory]
    [InlineData("CiscoAVPair")]
    [InlineData("Cleartext-Password")]
    [InlineData("")]
    public void What_is_no_attribute_is_not_found(string name) => Assert.False(AttributeNames.TryFind(name, out _));
}
