using System.Text;
using FsCheck.Xunit;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators.Tests.Dictionary;

/// <summary>No text crashes the parser, keeps it busy or makes a place outside of the text.</summary>
public class DictionaryPropertyTests
{
    internal static readonly string Everything =
        """
        # Every construct once.
        VENDOR Acme 32473 format=1,1 # comment
        VENDOR Wide 32474 format=2,2
        ATTRIBUTE Extended-1 241 extended
        ATTRIBUTE Frag-Status 241.1 integer
        ATTRIBUTE Extended-Vendor-Specific-1 241.26 evs
        ATTRIBUTE Tunnel-Password 69 string has_tag,encrypt=2
        ATTRIBUTE EAP-Message 79 octets concat
        ATTRIBUTE Digest 80 octets[16]
        VALUE Later One 0x1
        ATTRIBUTE Later 6 integer
        BEGIN-VENDOR Acme
        ATTRIBUTE Outer 1 tlv
        BEGIN-TLV Outer
        ATTRIBUTE Inner 2 integer64
        END-TLV Outer
        VALUE Inner Most 18446744073709551615
        END-VENDOR Acme
        BEGIN-VENDOR Wide format=Extended-Vendor-Specific-1
        ATTRIBUTE Wide-One 1 combo-ip
        END-VENDOR Wide
        $INCLUDE again
        $INCLUDE- absent
        # Version 4.
        PROTOCOL RADIUS 1
        BEGIN-PROTOCOL RADIUS
        ATTRIBUTE Vsa 26 vsa
        BEGIN-VENDOR Wide parent=Vsa
        ATTRIBUTE Flow 9 tlv
        ATTRIBUTE Inner .1 time_delta precision=ms
        BEGIN Flow
        ATTRIBUTE Deep 2 tlv clone=Acme.Outer
        END Flow
        ENUM Choice uint8
        VALUE Choice Yes 1
        ATTRIBUTE Choose 10 uint8 enum=Choice
        END-VENDOR Wide
        ALIAS Wide-Flow 26.32474.9
        ATTRIBUTE Fields 30 struct
        MEMBER Low bit[4]
        MEMBER High bit[4] key
        MEMBER Value union key=High
        STRUCT More High 0x2 length=uint8
        MEMBER Rest octets
        FLAGS internal
        DEFINE Counter int64 counter
        VALUE Counter Below -1
        END-PROTOCOL RADIUS
        """;

    private static readonly string[] Pieces =
        ["ATTRIBUTE", "VALUE", "VENDOR", "BEGIN-VENDOR", "END-VENDOR", "BEGIN-TLV", "END-TLV", "$INCLUDE", "ALIAS", "MEMBER", "STRUCT", "ENUM", "DEFINE", "FLAGS", "PROTOCOL", "BEGIN-PROTOCOL", "END-PROTOCOL", "RADIUS", "BEGIN", "END", "struct", "union", "bit[3]", "clone=A", "enum=A", "key", "@.A", ".1", "A", "Acme", "1", "0x", "256", "1.2", ".", "99999999999999999999", "string", "octets[", "tlv", "has_tag,", "format=1", "=", "#", "\n", "\r", "\t", "\0", "\u2028", "\ud800", "é"];

    [Fact]
    public void The_text_that_is_mutated_is_right_to_begin_with() => Assert.Empty(Read(Everything).Problems);

    [Fact]
    public void Every_truncation_is_read()
    {
        for (int length = 0; length <= Everything.Length; length++)
        {
            Read(Everything[..length]);
        }
    }

    [Fact]
    public void Every_change_of_one_character_is_read()
    {
        char[] text = Everything.ToCharArray();
        for (int at = 0; at < text.Length; at++)
        {
            char before = text[at];
            foreach (char other in " \n#0.=[A")
            {
                text[at] = other;
                Read(new string(text));
            }

            text[at] = before;
        }
    }

    [Property(MaxTest = 500)]
    public void Any_text_is_read(string text) => Read(text ?? string.Empty);

    [Property(MaxTest = 500)]
    public void Any_words_in_any_order_are_read(byte[] choices) =>
        Read(string.Join(' ', (choices ?? []).Select(c => Pieces[c % Pieces.Length])));

    [Property(MaxTest = 500)]
    public void Any_splice_of_a_dictionary_is_read(ushort cut, ushort paste, ushort length, byte piece)
    {
        StringBuilder text = new(Everything);
        int from = cut % Everything.Length;
        string moved = Everything.Substring(from, Math.Min(length % 80, Everything.Length - from));
        Read(text.Insert(paste % Everything.Length, moved + Pieces[piece % Pieces.Length]).ToString());
    }

    private static DictionaryModel Read(string text)
    {
        DictionaryModel model = DictionaryParserTests.Parse(text, new Dictionary<string, string> { ["again"] = "ATTRIBUTE Again 200 string", ["A"] = "$INCLUDE A" });
        foreach (DictionaryProblem problem in model.Problems.Where(p => p.Location.Path == "dictionary.test"))
        {
            DictionaryLocation at = problem.Location;
            Assert.InRange(at.Offset, 0, text.Length - at.Length);
            Assert.Equal(text[..at.Offset].Count(c => c == '\n') + 1, at.Line);
            Assert.Equal(at.Offset - text[..at.Offset].LastIndexOf('\n'), at.Column);
        }

        Assert.All(model.Values, v => Assert.True(model.Attributes.Any(a => a.ValueSet == v.Attribute) || model.Enumerations.Any(e => e.Name == v.Attribute)));
        return model;
    }
}
