using System.Globalization;
using System.Text.RegularExpressions;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>An attribute as a text names it.</summary>
/// <param name="Name">Its name, or its numbers.</param>
/// <param name="Id">Where it stands.</param>
/// <param name="Definition">What is known of it.</param>
/// <param name="Tag">The tag octet before the value, where there is one.</param>
internal readonly record struct RadiusTextName(string Name, RadiusAttributeId Id, RadiusAttributeDefinition? Definition, byte? Tag);

/// <summary>Reads <c>attribute operator value</c>.</summary>
internal sealed class RadiusItemParser(RadiusDictionary dictionary)
{
    private const string ByNumber = "Attr-";
    private static readonly RadiusAttributeId ChapPassword = new(3);
    private static readonly RadiusAttributeId MessageAuthenticator = new(80);
    private const byte LargestTag = 0x1f;
    private static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads an item where the reader stands.</summary>
    public bool TryRead(RadiusTextReader reader, out RadiusTextItem? item)
    {
        item = null;
        (int line, int column) = (reader.Line, reader.Column);
        if (!reader.TryReadName(out string written))
        {
            return false;
        }

        if (!TryResolve(written, out RadiusTextName name, out RadiusTextErrorKind kind, out string problem))
        {
            return reader.Fail(kind, problem, column);
        }

        reader.SkipBlanks();
        if (!reader.TryReadOperator(out RadiusTextOperator meaning))
        {
            return false;
        }

        reader.SkipBlanks();
        RadiusTextWord word = default;
        bool valueless = meaning is RadiusTextOperator.Present or RadiusTextOperator.Absent;
        int at = reader.Column;
        if (reader.StartsWith(RadiusMasking.Mask))
        {
            return reader.Fail(RadiusTextErrorKind.Masked, $"the value of {name.Name} was masked when it was written; the value itself should stand here");
        }

        if (!(valueless && (reader.IsAtLineEnd || reader.Next == ',')) && !reader.TryReadValue(out word))
        {
            return false;
        }

        return TryCreate(name, meaning, word, line, column, out item, out kind, out problem) || reader.Fail(kind, problem, at);
    }

    /// <summary>Makes an item of its parts.</summary>
    public static bool TryCreate(
        in RadiusTextName name, RadiusTextOperator meaning, in RadiusTextWord word, int line, int column, out RadiusTextItem? item, out RadiusTextErrorKind kind, out string problem)
    {
        (item, kind, problem) = (null, RadiusTextErrorKind.Value, string.Empty);
        byte[] value = [];
        Regex? pattern = null;
        switch (meaning)
        {
            case RadiusTextOperator.Present or RadiusTextOperator.Absent:
                break;
            case RadiusTextOperator.Matches or RadiusTextOperator.DoesNotMatch:
                if (!TryPattern(word.Text, out pattern, out problem))
                {
                    return false;
                }

                break;
            case var _ when name.Definition is null:
                if (word.IsQuoted || !RadiusValueParse.TryParseRaw(word.Text, out value))
                {
                    problem = $"{name.Name} should have octets for its value, such as 0x0102";
                    return false;
                }

                break;
            default:
                if (name.Id == MessageAuthenticator || (name.Id == ChapPassword && !RadiusValueParse.IsHexadecimal(word)))
                {
                    // As radclient has them: any value, since the packet gets its own; and the password, to answer with.
                    value = word.Octets;
                }
                else if (!RadiusValueParse.TryParse(name.Definition!, word, out value, out string wanted))
                {
                    problem = $"{name.Name} should have {wanted}" + (RadiusMasking.IsSecret(name.Id, name.Definition) ? string.Empty : $", not {Shown(word.Text)}");
                    return false;
                }

                break;
        }

        int largest = Largest(name);
        int length = value.Length + (name.Tag is null ? 0 : 1);
        if (length > largest)
        {
            problem = FormattableString.Invariant($"the value of {name.Name} has {length} octets and should have {largest} at most");
            return false;
        }

        item = new RadiusTextItem(name, meaning, value, word.Text ?? string.Empty, pattern, line, column);
        return true;
    }

    /// <summary>Finds the attribute that a name with or without a tag means.</summary>
    public bool TryResolve(string written, out RadiusTextName name, out RadiusTextErrorKind kind, out string problem)
    {
        string[] parts = written.Split(':');
        string plain = parts[0];
        (name, kind, problem) = (default, RadiusTextErrorKind.UnknownAttribute, string.Empty);
        if (dictionary.TryFind(plain, out RadiusAttributeDefinition? definition) || (definition = RadiusServerItems.Find(plain)) is not null)
        {
            name = new RadiusTextName(definition.Name, definition.Id, definition, null);
        }
        else if (plain.StartsWith(ByNumber, StringComparison.OrdinalIgnoreCase) && TryParseId(plain.Substring(ByNumber.Length), out RadiusAttributeId id))
        {
            // By its numbers an attribute has octets, whatever else is known of it: what is of a wrong form can be written too.
            name = new RadiusTextName(ByNumber + id, id, null, null);
        }
        else
        {
            problem = $"no attribute of the dictionary is named {Shown(plain)}" + (dictionary.Nearest(plain) is { } nearest ? $"; {nearest} is" : string.Empty);
            return false;
        }

        if (parts.Length == 1)
        {
            return true;
        }

        kind = RadiusTextErrorKind.Syntax;
        if (definition is not { HasTag: true })
        {
            problem = $"{name.Name} has no tag";
            return false;
        }

        if (parts.Length > 2 || !byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte tag) || tag > LargestTag)
        {
            problem = $"the tag of {name.Name} should be a number from 0 to {LargestTag}";
            return false;
        }

        name = name with { Tag = tag };
        return true;
    }

    // 26.VENDOR.TYPE, 24x.TYPE, 24x.26.VENDOR.TYPE or TYPE, with the types of TLVs behind.
    private bool TryParseId(string text, out RadiusAttributeId id)
    {
        id = default;
        string[] parts = text.Split('.');
        uint[] numbers = new uint[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }

        uint outer = numbers[0];
        int used = 1;
        if (outer > byte.MaxValue)
        {
            return false;
        }

        if (outer == RadiusPacket.VendorSpecific && numbers.Length >= 3 && numbers[1] != 0)
        {
            RadiusVendorFormat format = dictionary.FormatOf(numbers[1]);
            if (format.TypeOctets < 4 && numbers[2] >> (8 * format.TypeOctets) != 0)
            {
                return false;
            }

            (id, used) = (new RadiusAttributeId(numbers[1], numbers[2], format), 3);
        }
        else if (outer is >= RadiusPacket.FirstExtended and <= RadiusPacket.LastExtended && numbers.Length >= 2 && numbers[1] <= byte.MaxValue)
        {
            bool vendor = numbers[1] == RadiusPacket.VendorSpecific && numbers.Length >= 4 && numbers[2] != 0 && numbers[3] <= byte.MaxValue;
            id = vendor ? RadiusAttributeId.Extended((byte)outer, numbers[2], (byte)numbers[3]) : RadiusAttributeId.Extended((byte)outer, (byte)numbers[1]);
            used = vendor ? 4 : 2;
        }
        else
        {
            id = new RadiusAttributeId((byte)outer);
        }

        for (; used < numbers.Length; used++)
        {
            if (numbers[used] > byte.MaxValue || id.Depth == RadiusAttributeId.DeepestNesting)
            {
                return false;
            }

            id = id.Child((byte)numbers[used]);
        }

        return true;
    }

    private static int Largest(in RadiusTextName name)
    {
        const int Plain = 253;
        const int Vendor = Plain - 4;
        RadiusAttributeId id = name.Id;
        if (name.Definition is { IsOnWire: false } || id.MayBeFragmented || name.Definition is { IsConcat: true })
        {
            return RadiusPacket.LargestSize - RadiusPacket.HeaderSize;
        }

        switch (name.Definition?.Encryption)
        {
            // What is longer does not fit once it is hidden.
            case RadiusEncryption.UserPassword:
                return RadiusHiding.LargestPassword;
            case RadiusEncryption.Salted:
                return RadiusHiding.LargestSalted;
            case RadiusEncryption.AscendSecret:
                return RadiusHiding.LargestAscendSecret;
        }

        int outer = id.IsExtended ? Plain - 1 - (id.Vendor == 0 ? 0 : 5)
            : id.Vendor == 0 ? Plain
            : Vendor - id.Format.TypeOctets - id.Format.LengthOctets;
        return outer - (2 * id.Depth);
    }

    private static bool TryPattern(string text, out Regex? pattern, out string problem)
    {
        try
        {
            (pattern, problem) = (new Regex(text, RegexOptions.CultureInvariant, PatternTime), string.Empty);
            return true;
        }
        catch (ArgumentException e)
        {
            (pattern, problem) = (null, $"the regular expression cannot be read: {e.Message}");
            return false;
        }
    }

    private static string Shown(string text)
    {
        const int Longest = 64;
        return RadiusValueFormat.Quote(System.Text.Encoding.UTF8.GetBytes(text.Length > Longest ? string.Concat(text.Take(Longest)) : text));
    }
}
