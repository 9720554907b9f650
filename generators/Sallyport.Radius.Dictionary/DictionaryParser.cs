using System.Globalization;

namespace Sallyport.Radius.Dictionary;

/// <summary>
/// Reads the dictionary syntax of FreeRADIUS 3. Any text can be read: what is wrong, or more than this parser takes, becomes a
/// <see cref="DictionaryProblem"/> with its place, and the rest is read on.
/// </summary>
public sealed class DictionaryParser
{
    private const int DeepestInclude = 32;
    private readonly DictionaryModel _model = new();
    private readonly Func<string, string, (string Path, string Text)?> _include;
    private readonly HashSet<string> _open = [];
    private readonly Dictionary<string, uint> _vendors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DictionaryEntry> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(uint, byte)> _numbers = [];
    private (string Name, uint Number, DictionaryLocation Begun)? _vendor;

    private DictionaryParser(Func<string, string, (string Path, string Text)?> include) => _include = include;

    /// <summary>Reads a dictionary.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="path">Its file as named, for messages and inclusion.</param>
    /// <param name="include">Finds a file that another one includes: the includer's path and the name as written give path and text, or null where there is none.</param>
    public static DictionaryModel Parse(string text, string path, Func<string, string, (string Path, string Text)?>? include = null)
    {
        DictionaryParser parser = new(include ?? ((_, _) => null));
        parser.Read(text, path);
        if (parser._vendor is { } open)
        {
            parser.Report(DictionaryDiagnostics.Vendor, open.Begun, $"BEGIN-VENDOR {open.Name} has no END-VENDOR");
        }

        return parser._model;
    }

    private void Read(string text, string path)
    {
        _open.Add(path);
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            List<DictionaryWord> words = DictionaryWord.Split(raw, path, number);
            if (words.Count > 0)
            {
                ReadLine(words, path);
            }
        }

        _open.Remove(path);
    }

    private void ReadLine(List<DictionaryWord> words, string path)
    {
        switch (words[0].Text.ToUpperInvariant())
        {
            case "ATTRIBUTE":
                ReadAttribute(words);
                break;
            case "VALUE":
                ReadValue(words);
                break;
            case "VENDOR":
                ReadVendor(words);
                break;
            case "BEGIN-VENDOR":
                BeginVendor(words);
                break;
            case "END-VENDOR":
                EndVendor(words);
                break;
            case "$INCLUDE" or "$INCLUDE-":
                Include(words, path);
                break;
            case "BEGIN-TLV" or "END-TLV" or "BEGIN-PROTOCOL" or "END-PROTOCOL" or "PROTOCOL" or "ALIAS" or "STRUCT" or "MEMBER" or "ENUM" or "FLAGS" or "DEFINE" or "BEGIN" or "END":
                Report(DictionaryDiagnostics.Unsupported, words[0].Location, $"{words[0].Text} is not taken yet");
                break;
            default:
                Report(DictionaryDiagnostics.UnknownKeyword, words[0].Location, $"'{words[0].Text}' is no keyword; ATTRIBUTE, VALUE, VENDOR, BEGIN-VENDOR, END-VENDOR and $INCLUDE are");
                break;
        }
    }

    private void ReadAttribute(List<DictionaryWord> words)
    {
        if (!Count(words, 4, 5, "ATTRIBUTE NAME NUMBER TYPE [FLAGS]"))
        {
            return;
        }

        DictionaryWord number = words[2];
        if (number.Text.IndexOf('.') >= 0)
        {
            Report(DictionaryDiagnostics.Unsupported, number.Location, $"the number {number.Text} lies within another attribute, which is not taken yet");
            return;
        }

        if (!TryNumber(number.Text, out uint value))
        {
            Report(DictionaryDiagnostics.Number, number.Location, $"'{number.Text}' is no number; 1 to 255 should stand here");
            return;
        }

        if (value is 0 or > 255)
        {
            Report(DictionaryDiagnostics.Unsupported, number.Location, $"{value} is not sent in packets of one-octet types; 1 to 255 are");
            return;
        }

        if (!TryType(words[3], out DictionaryType type) || !TryFlags(words, type, out bool tag, out int encryption, out bool concat))
        {
            return;
        }

        DictionaryEntry entry = new(words[1].Text, _vendor?.Number ?? 0, (byte)value, type, tag, encryption, concat, words[1].Location);
        if (_byName.ContainsKey(entry.Name))
        {
            Report(DictionaryDiagnostics.Duplicate, words[1].Location, $"{entry.Name} is defined already");
            return;
        }

        if (!_numbers.Add((entry.Vendor, entry.Number)))
        {
            Report(DictionaryDiagnostics.Duplicate, number.Location, $"number {value} has a name already");
            return;
        }

        _byName.Add(entry.Name, entry);
        _model.EntryList.Add(entry);
    }

    private void ReadValue(List<DictionaryWord> words)
    {
        if (!Count(words, 4, 4, "VALUE ATTRIBUTE NAME NUMBER"))
        {
            return;
        }

        if (!_byName.TryGetValue(words[1].Text, out DictionaryEntry? attribute))
        {
            Report(DictionaryDiagnostics.UnknownAttribute, words[1].Location, $"{words[1].Text} is not defined in this dictionary");
        }
        else if (attribute.Type is not (DictionaryType.Integer or DictionaryType.Short or DictionaryType.Byte))
        {
            Report(DictionaryDiagnostics.Unsupported, words[1].Location, $"values of {attribute.Type} are not taken yet; those of 8, 16 and 32 bits are");
        }
        else if (!TryNumber(words[3].Text, out uint value))
        {
            Report(DictionaryDiagnostics.Number, words[3].Location, $"'{words[3].Text}' is no number of 32 bits");
        }
        else
        {
            _model.ValueList.Add(new DictionaryValue(attribute.Name, words[2].Text, value));
        }
    }

    private void ReadVendor(List<DictionaryWord> words)
    {
        if (!Count(words, 3, 4, "VENDOR NAME NUMBER [format=1,1]"))
        {
            return;
        }

        if (!TryNumber(words[2].Text, out uint number) || number is 0 or > 0xffffff)
        {
            Report(DictionaryDiagnostics.Number, words[2].Location, $"'{words[2].Text}' is no vendor's number");
            return;
        }

        if (words.Count == 4 && words[3].Text != "format=1,1")
        {
            Report(DictionaryDiagnostics.Unsupported, words[3].Location, $"'{words[3].Text}' is not taken yet; format=1,1 is, and is the default");
            return;
        }

        if (!_vendors.ContainsKey(words[1].Text))
        {
            _vendors.Add(words[1].Text, number);
            _model.VendorList.Add(new DictionaryVendor(words[1].Text, number));
        }
    }

    private void BeginVendor(List<DictionaryWord> words)
    {
        if (!Count(words, 2, 2, "BEGIN-VENDOR NAME"))
        {
            return;
        }

        if (_vendor is { } open)
        {
            Report(DictionaryDiagnostics.Vendor, words[0].Location, $"BEGIN-VENDOR within that of {open.Name}");
        }
        else if (!_vendors.TryGetValue(words[1].Text, out uint number))
        {
            Report(DictionaryDiagnostics.Vendor, words[1].Location, $"no VENDOR {words[1].Text} was defined before");
        }
        else
        {
            _vendor = (words[1].Text, number, words[1].Location);
        }
    }

    private void EndVendor(List<DictionaryWord> words)
    {
        if (!Count(words, 2, 2, "END-VENDOR NAME"))
        {
            return;
        }

        if (_vendor is not { } open || !open.Name.Equals(words[1].Text, StringComparison.OrdinalIgnoreCase))
        {
            Report(DictionaryDiagnostics.Vendor, words[1].Location, $"no BEGIN-VENDOR {words[1].Text} is open");
        }
        else
        {
            _vendor = null;
        }
    }

    private void Include(List<DictionaryWord> words, string path)
    {
        if (!Count(words, 2, 2, "$INCLUDE FILE"))
        {
            return;
        }

        if (_include(path, words[1].Text) is not { } file)
        {
            if (!words[0].Text.EndsWith("-", StringComparison.Ordinal))
            {
                Report(DictionaryDiagnostics.Include, words[1].Location, $"the file '{words[1].Text}' is not among the dictionaries");
            }
        }
        else if (_open.Contains(file.Path) || _open.Count >= DeepestInclude)
        {
            Report(DictionaryDiagnostics.Include, words[1].Location, $"'{words[1].Text}' includes itself, or files are included too deep");
        }
        else
        {
            Read(file.Text, file.Path);
        }
    }

    private bool TryType(DictionaryWord word, out DictionaryType type)
    {
        string name = word.Text.ToLowerInvariant();
        int length = name.IndexOf('[');
        DictionaryType? found = (length < 0 ? name : name.Substring(0, length)) switch
        {
            "string" or "text" => DictionaryType.Text,
            "octets" => DictionaryType.Octets,
            "integer" or "uint32" or "enum" => DictionaryType.Integer,
            "integer64" or "uint64" => DictionaryType.Integer64,
            "signed" or "int32" => DictionaryType.Signed,
            "short" or "uint16" => DictionaryType.Short,
            "byte" or "uint8" => DictionaryType.Byte,
            "date" or "time" => DictionaryType.Date,
            "ipaddr" or "ipv4addr" => DictionaryType.IPv4,
            "ipv6addr" => DictionaryType.IPv6,
            "ipv4prefix" => DictionaryType.IPv4Prefix,
            "ipv6prefix" => DictionaryType.IPv6Prefix,
            "ifid" => DictionaryType.InterfaceId,
            "ether" => DictionaryType.Ether,
            "tlv" => DictionaryType.Tlv,
            "vsa" => DictionaryType.VendorSpecific,
            _ => null,
        };
        type = found ?? default;
        if (found is null)
        {
            bool later = name is "abinary" or "combo-ip" or "evs" or "extended" or "long-extended" or "struct" or "group" or "bool" or "ipv4addr-or-ipv6addr";
            Report(later ? DictionaryDiagnostics.Unsupported : DictionaryDiagnostics.UnknownType, word.Location, later ? $"the type {word.Text} is not taken yet" : $"'{word.Text}' is no data type");
        }

        return found is not null;
    }

    private bool TryFlags(List<DictionaryWord> words, DictionaryType type, out bool tag, out int encryption, out bool concat)
    {
        tag = false;
        encryption = 0;
        concat = false;
        if (words.Count < 5)
        {
            return true;
        }

        foreach (string flag in words[4].Text.ToLowerInvariant().Split(','))
        {
            switch (flag)
            {
                case "has_tag" when type is DictionaryType.Integer or DictionaryType.Text or DictionaryType.Octets:
                    tag = true;
                    break;
                case "encrypt=1" or "encrypt=2" when type is DictionaryType.Text or DictionaryType.Octets:
                    encryption = flag[8] - '0';
                    break;
                case "concat" when type == DictionaryType.Octets:
                    concat = true;
                    break;
                case "array" or "virtual" or "secret":
                    // Of no matter on the wire.
                    break;
                case "encrypt=3":
                    Report(DictionaryDiagnostics.Unsupported, words[4].Location, "encrypt=3 is not taken yet");
                    return false;
                default:
                    Report(DictionaryDiagnostics.Flag, words[4].Location, $"'{flag}' is no flag of the type {words[3].Text}");
                    return false;
            }
        }

        return true;
    }

    private bool Count(List<DictionaryWord> words, int least, int most, string form)
    {
        bool right = words.Count >= least && words.Count <= most;
        if (!right)
        {
            Report(DictionaryDiagnostics.WordCount, words[0].Location, $"the line should read {form}");
        }

        return right;
    }

    private static bool TryNumber(string text, out uint value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private void Report(string code, DictionaryLocation location, string message) => _model.ProblemList.Add(new DictionaryProblem(code, location, message));
}
