using System.Text.RegularExpressions;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Dictionary;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>The dictionaries in dictionaries/ and what became of them in Sallyport.Radius.</summary>
public partial class StockDictionaryTests
{
    private const string Debian = "/usr/share/freeradius";

    private static readonly string Folder = Repository.At("dictionaries");

    // FreeRADIUS has the first by the number of a draft, and the second as text, though a number of two octets comes first (RFC 5580 §4.5).
    // H3C counts IPv6 beyond 2^32 in 148 and 149 (its RADIUS Attributes Reference); FreeRADIUS gives these the numbers of the packets.
    internal static readonly string[] Different =
        ["Digest-Response", "Extended-Location-Policy-Rules", "H3C-Acct-IPv6-Input-Gigawords", "H3C-Acct-IPv6-Output-Gigawords"];

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "dictionary.*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_stock_dictionary_is_right_names_its_source_and_explains_every_attribute(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder, file));
        DictionaryModel model = DictionaryParser.Parse(text, file);

        Assert.Empty(model.Problems);
        Assert.Matches(Source(), text.Split('\n')[0]);
        Assert.Equal([], model.Attributes.Where(a => a.Comment is null).Select(a => a.Name));
    }

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void A_stock_dictionary_agrees_with_that_of_FreeRADIUS(string file)
    {
        Skip.IfNot(File.Exists($"{Debian}/dictionary"), $"freeradius-common is not installed: {Debian}/dictionary is missing");

        DictionaryModel theirs = VendorDictionaryTests.Theirs.Value;
        DictionaryModel ours = DictionaryParser.Parse(File.ReadAllText(Path.Combine(Folder, file)), file);

        // Numbers beyond 255 are FreeRADIUS' own: it takes digests apart for its policies, under the names of RFC 5090.
        Dictionary<string, DictionaryEntry> attributes = theirs.Attributes.Where(a => a.Path.Vendor != 0 || a.Path.Numbers[0] <= byte.MaxValue).ToDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);
        ILookup<string, DictionaryValue> values = theirs.Values.ToLookup(v => $"{v.Attribute} {v.Name}", StringComparer.OrdinalIgnoreCase);
        Assert.All(ours.Attributes.Where(a => attributes.ContainsKey(a.Name) && !Different.Contains(a.Name)), a =>
        {
            DictionaryEntry other = attributes[a.Name];
            Assert.Equal((other.Path, other.Type, other.HasTag, other.Encryption, other.Concat), (a.Path, a.Type, a.HasTag, a.Encryption, a.Concat));
        });

        // The documents have values that it lacks; a name that both have means the same.
        Assert.All(ours.Values.Where(v => !VendorDictionaryTests.Wrong.Any(w => w.StartsWith($"{v.Attribute} {v.Name} ", StringComparison.Ordinal))), v => Assert.All(values[$"{v.Attribute} {v.Name}"], other => Assert.Equal(v.Number, other.Number)));
    }

    [Fact]
    public void The_keys_in_the_library_are_those_of_the_RFCs()
    {
        Assert.Equal(new RadiusAttributeId(1), Rfc2865.UserName.Id);
        Assert.Equal(new EncryptedKey(2, RadiusEncryption.UserPassword), Rfc2865.UserPassword);
        Assert.Equal(new EnumKey<ServiceType>(6), Rfc2865.ServiceType);
        Assert.Equal(40u, Rfc2866.AcctStatusType.Id.Type);
        Assert.Equal(new TaggedTextKey(81), Rfc2868.TunnelPrivateGroupId);
        Assert.Equal(new EncryptedKey(69, RadiusEncryption.Salted, IsTagged: true), Rfc2868.TunnelPassword);
        Assert.Equal(new DateKey(55), Rfc2869.EventTimestamp);
        Assert.Equal(new IPv6PrefixKey(97), Rfc3162.FramedIPv6Prefix);
        Assert.Equal(new ConcatKey(79), Rfc3579.EapMessage);
        Assert.Equal(new EncryptedKey(new RadiusAttributeId(311, 17), RadiusEncryption.Salted), MicrosoftVsa.MsMppeRecvKey);
        Assert.Equal(311u, MicrosoftVsa.VendorMicrosoft);
    }

    [Fact]
    public void A_key_and_its_values_go_through_a_packet()
    {
        RadiusSecret secret = new("testing123");
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
        writer.Add(Rfc2865.NasPortType, NasPortType.Wireless80211);
        writer.Add(Rfc2868.TunnelType, 1, TunnelType.Vlan);
        Assert.True(writer.TryComplete(secret, out int length));

        Assert.True(RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _));
        Assert.True(packet.TryGet(Rfc2865.NasPortType, out NasPortType type));
        Assert.True(packet.TryGet(Rfc2868.TunnelType, out byte tag, out TunnelType tunnel));
        Assert.Equal((NasPortType.Wireless80211, (byte)1, TunnelType.Vlan), (type, tag, tunnel));
    }

    [GeneratedRegex(@"^# (RFC \d+, |.+, SMI Private Enterprise Number \d+\.)")]
    private static partial Regex Source();
}
