using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Dictionaries;

/// <summary>What the classes of dictionaries tell at run time.</summary>
public class DefinitionTests
{
    [Fact]
    public void An_attribute_is_told_by_name_number_type_flags_and_values()
    {
        RadiusAttributeDefinition type = Find(Rfc2868.Definitions, "Tunnel-Type");
        Assert.Equal((Rfc2868.TunnelType.Id, 64u, RadiusDataType.Integer, true, true), (type.Id, type.Number, type.Type, type.HasTag, type.IsOnWire));
        Assert.Contains(new RadiusNamedValue("VLAN", 13), type.Values);
        Assert.Equal("Tunnel-Type (64)", type.ToString());

        RadiusAttributeDefinition password = Find(Rfc2868.Definitions, "Tunnel-Password");
        Assert.Equal((RadiusEncryption.Salted, true), (password.Encryption, password.HasTag));
        Assert.True(Find(Rfc3579.Definitions, "EAP-Message").IsConcat);
        Assert.Equal(MicrosoftVsa.MsMppeSendKey.Id, Find(MicrosoftVsa.Definitions, "MS-MPPE-Send-Key").Id);
        Assert.Equal(new RadiusVendorDefinition("Microsoft", 311, default), Assert.Single(MicrosoftVsa.Definitions.Vendors));
        Assert.Same(MicrosoftVsa.Definitions, MicrosoftVsa.Definitions);
    }

    [Fact]
    public void Every_key_of_the_library_has_its_definition()
    {
        int keys = 0;
        foreach (Type dictionary in typeof(Rfc2865).Assembly.GetTypes().Where(t => t.Namespace == typeof(Rfc2865).Namespace && t.IsClass && t.GetProperty("Definitions") is not null))
        {
            RadiusDefinitions definitions = (RadiusDefinitions)dictionary.GetProperty("Definitions")!.GetValue(null)!;
            RadiusAttributeId[] ids = [.. dictionary.GetProperties().Select(p => p.GetValue(null)!).Where(k => k is not RadiusDefinitions).Select(k => (RadiusAttributeId)k.GetType().GetProperty("Id")!.GetValue(k)!)];
            keys += ids.Length;
            Assert.Equal(ids, definitions.Attributes.Where(a => a.IsOnWire).Select(a => a.Id));
        }

        Assert.True(keys > 200, $"{keys} keys");
    }

    [Fact]
    public void Every_place_is_read_from_a_table()
    {
        RadiusDefinitions definitions = RadiusDefinitions.Read(
            """

            V Acme 32473 1,1
            V Wide 32474 2,2
            V Long 32475 1,1,c
            A Plain 20 Tlv
            A Within 20.1.2 Octets 16
            A Vendor 26.32473.1.3 Text has_tag encrypt=2
            A Wide 26.32474.4660 Integer64
            A Long 26.32475.7 Octets concat
            A Extended 241.2.1 Text
            A Carrier 245.26 ExtendedVendorSpecific
            A Evs 245.26.32473.1.2 Signed
            = Minus-One 4294967295
            A Kept #1000 Integer
            """);

        Assert.Equal(
            [
                new RadiusAttributeId(20), new RadiusAttributeId(20).Child(1).Child(2), new RadiusAttributeId(32473, 1).Child(3), new RadiusAttributeId(32474, 4660, new RadiusVendorFormat(2, 2)),
                new RadiusAttributeId(32475, 7, new RadiusVendorFormat(1, 1, true)), RadiusAttributeId.Extended(241, 2).Child(1), RadiusAttributeId.Extended(245, 26), RadiusAttributeId.Extended(245, 32473, 1).Child(2),
            ],
            definitions.Attributes.Where(a => a.IsOnWire).Select(a => a.Id));
        Assert.Equal(16, Find(definitions, "Within").FixedLength);
        Assert.Equal((false, 1000u), (Find(definitions, "Kept").IsOnWire, Find(definitions, "Kept").Number));
        Assert.Equal([new RadiusNamedValue("Minus-One", 4294967295)], Find(definitions, "Evs").Values);
        Assert.Equal(["1,1", "2,2", "1,1,c"], definitions.Vendors.Select(v => v.Format.ToString()));
        Assert.Throws<FormatException>(() => RadiusDefinitions.Read("B what"));
    }

    private static RadiusAttributeDefinition Find(RadiusDefinitions definitions, string name) => Assert.Single(definitions.Attributes, a => a.Name == name);
}
