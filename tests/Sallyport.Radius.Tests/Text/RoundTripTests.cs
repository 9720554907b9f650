using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Text;

public class RoundTripTests
{
    private static readonly RadiusAttributeDefinition[] Shown = [.. Texts.Dictionary.Attributes.Where(a => a.IsOnWire && a.Encryption == default && a.Type != RadiusDataType.Tlv
        && a.Type is not (RadiusDataType.VendorSpecific or RadiusDataType.Extended or RadiusDataType.LongExtended or RadiusDataType.ExtendedVendorSpecific)
        && !a.Name.Contains("Password", StringComparison.Ordinal) && !a.Name.Contains("Secret", StringComparison.Ordinal) && a.Id.OuterType is not (79 or 80))];

    /// <summary>Items with values of any octets, by name where they fit the type: what a dump shows is what was there.</summary>
    public static Arbitrary<(RadiusAttributeDefinition Definition, byte[] Value)[]> Attributes() =>
        (from definition in Gen.Elements(Shown)
         from length in Gen.Frequency((4, Gen.Constant(Natural(definition))), (1, Gen.Choose(0, 20)))
         from value in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length)
         select (definition, value)).ArrayOf().Where(a => a.Length < 12).ToArbitrary();

    [Property(MaxTest = 500, Arbitrary = [typeof(RoundTripTests)])]
    public void What_a_dump_shows_is_read_back_as_the_same_octets((RadiusAttributeDefinition Definition, byte[] Value)[] attributes)
    {
        // An IPv6 prefix may leave its last zeros out, which no text shows (RFC 8044 §3.10).
        string text = string.Concat(attributes.Where(a => a.Definition.Type != RadiusDataType.IPv6Prefix || a.Value.Length == 18).Select(a => $"Attr-{a.Definition.Id} = 0x{Convert.ToHexString(a.Value)}\n"));
        byte[] packet = Texts.Build("Accounting-Request Id 7\n" + text);
        string dump = Texts.Dump(packet);
        if (dump.Contains("<<< secret >>>", StringComparison.Ordinal))
        {
            return;
        }

        Assert.Equal(Texts.Attributes(packet), Texts.Attributes(Texts.Build("Accounting-Request Id 7\n" + dump)));
        Assert.Equal(dump, Texts.Dump(Texts.Build("Accounting-Request Id 7\n" + dump)));
    }

    [Property(MaxTest = 1000)]
    public void Any_attributes_are_shown_on_lines_of_printable_characters(byte[] octets, byte type)
    {
        byte[] value = [.. (octets ?? []).Take(253)];
        type = type == 80 ? (byte)0 : type;

        string dump = Texts.Dump(Packets.Raw(RadiusCode.AccessRequest, $"{type:x2}{Convert.ToHexString(value)}", $"1a00007ed9{Convert.ToHexString(value.AsSpan(0, Math.Min(value.Length, 249)))}"));

        Assert.DoesNotContain(dump, c => char.IsControl(c) && c is not ('\t' or '\n'));
        if (!dump.Contains("<<< secret >>>", StringComparison.Ordinal))
        {
            string again = Texts.Dump(Texts.Build("Access-Request Id 1\n" + dump));
            Assert.Equal(dump, again[(again.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        }
    }

    [Property(MaxTest = 2000)]
    public void No_text_throws_and_every_mistake_has_a_place(string text)
    {
        text ??= "";
        if (!RadiusText.TryParse(text, Texts.Dictionary, out _, out RadiusTextError? error))
        {
            Assert.InRange(error.Line, 1, text.Count(c => c == '\n') + 1);
            Assert.InRange(error.Column, 1, text.Length + 1);
        }

        RadiusUsersFile.TryParse(text, Texts.Dictionary, out _, out _);
    }

    private static int Natural(RadiusAttributeDefinition definition) => definition.FixedLength > 0 ? definition.FixedLength : definition.Type switch
    {
        RadiusDataType.Byte or RadiusDataType.Bool => 1,
        RadiusDataType.Short => 2,
        RadiusDataType.Integer or RadiusDataType.Signed or RadiusDataType.Date or RadiusDataType.IPv4 or RadiusDataType.IPv4OrIPv6 => 4,
        RadiusDataType.IPv4Prefix or RadiusDataType.Ether => 6,
        RadiusDataType.Integer64 or RadiusDataType.InterfaceId => 8,
        RadiusDataType.IPv6 => 16,
        RadiusDataType.IPv6Prefix => 18,
        _ => 11,
    };
}
