namespace Sallyport.Radius.Dictionary;

/// <summary>A dictionary's file and what stands in it.</summary>
/// <param name="Path">The file as it is to be named in messages.</param>
/// <param name="Text">Its text.</param>
public sealed record DictionaryFile(string Path, string Text);

/// <summary>
/// Reads the dictionary syntax of FreeRADIUS 3.2. Any text can be read: what is wrong becomes a <see cref="DictionaryProblem"/> with its place,
/// and the rest is read on. One mistake makes one problem: what depends on a line that was refused is passed over in silence.
/// </summary>
public sealed class DictionaryParser
{
    // Files include each other a few levels deep; a bound on the sum keeps a fan of includes from growing without end.
    private const int DeepestInclude = 32;
    private const int MostIncludes = 4096;

    private readonly DictionaryModel _model = new();
    private readonly DictionarySymbols _symbols;
    private readonly Func<string, string, DictionaryFile?> _include;
    private readonly HashSet<string> _open = [];
    private Stack<DictionaryBlock> _blocks = new();
    private int _included;

    private DictionaryParser(Func<string, string, DictionaryFile?> include)
    {
        _include = include;
        _symbols = new DictionarySymbols(_model);
    }

    /// <summary>Reads a dictionary.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="path">Its file as named, for messages and inclusion.</param>
    /// <param name="include">Finds a file that another one includes: from the includer's path and the name as written, or null where there is none.</param>
    public static DictionaryModel Parse(string text, string path, Func<string, string, DictionaryFile?>? include = null)
    {
        DictionaryParser parser = new(include ?? ((_, _) => null));
        parser.ReadFile(new DictionaryFile(path, text));
        parser._symbols.ResolveValues();
        return parser._model;
    }

    /// <summary>The files that a dictionary includes, as written, in order.</summary>
    /// <param name="text">The dictionary's text.</param>
    public static IReadOnlyList<string> Includes(string text) => text.IndexOf("$INCLUDE", StringComparison.OrdinalIgnoreCase) < 0
        ? []
        : [.. DictionaryLine.Split(text, string.Empty).Where(l => l.Words.Count == 2 && IsInclude(l.Words[0].Text)).Select(l => l.Words[1].Text)];

    private static bool IsInclude(string keyword) => keyword.ToUpperInvariant() is "$INCLUDE" or "$INCLUDE-";

    private void ReadFile(DictionaryFile file)
    {
        // A block ends with its file; a file that is included begins outside of every block.
        Stack<DictionaryBlock> outer = _blocks;
        _blocks = new Stack<DictionaryBlock>();
        _open.Add(file.Path);
        foreach (DictionaryLine line in DictionaryLine.Split(file.Text, file.Path))
        {
            if (!ReadLine(line, file.Path))
            {
                break;
            }
        }

        foreach (DictionaryBlock block in _blocks)
        {
            Report(DictionaryDiagnostics.Block, block.Location, $"BEGIN-{block.Keyword} {block.Name} has no END-{block.Keyword}");
        }

        _open.Remove(file.Path);
        _blocks = outer;
    }

    private bool ReadLine(DictionaryLine line, string path)
    {
        List<DictionaryWord> words = line.Words;
        switch (words[0].Text.ToUpperInvariant())
        {
            case "ATTRIBUTE" when Count(words, 4, 5, "ATTRIBUTE NAME NUMBER TYPE [FLAG,FLAG...]"):
                _symbols.AddAttribute(line, _blocks.Count == 0 ? null : _blocks.Peek());
                break;
            case "VALUE" when Count(words, 4, 4, "VALUE ATTRIBUTE NAME NUMBER"):
                _symbols.AddValue(line);
                break;
            case "VENDOR" when Count(words, 3, 4, "VENDOR NAME NUMBER [format=1,1]"):
                _symbols.AddVendor(line);
                break;
            case "BEGIN-VENDOR" when Count(words, 2, 3, "BEGIN-VENDOR NAME [format=ATTRIBUTE]"):
                _blocks.Push(BeginVendor(words));
                break;
            case "BEGIN-TLV" when Count(words, 2, 2, "BEGIN-TLV ATTRIBUTE"):
                _blocks.Push(BeginTlv(words));
                break;
            case "END-VENDOR" when Count(words, 2, 2, "END-VENDOR NAME"):
            case "END-TLV" when Count(words, 2, 2, "END-TLV ATTRIBUTE"):
                EndBlock(words);
                break;
            case "$INCLUDE" or "$INCLUDE-" when Count(words, 2, 2, "$INCLUDE FILE"):
                Include(words, path);
                break;
            case "ATTRIBUTE" or "VALUE" or "VENDOR" or "BEGIN-VENDOR" or "BEGIN-TLV" or "END-VENDOR" or "END-TLV" or "$INCLUDE" or "$INCLUDE-":
                // Count has reported it.
                break;
            case "BEGIN-PROTOCOL" or "END-PROTOCOL" or "PROTOCOL" or "ALIAS" or "STRUCT" or "MEMBER" or "ENUM" or "FLAGS" or "DEFINE" or "BEGIN" or "END":
                Report(DictionaryDiagnostics.Version4, words[0].Location, $"{words[0].Text} is syntax of FreeRADIUS 4; the dictionaries of version 3 are read, and this file no further");
                _blocks.Clear();
                return false;
            default:
                Report(DictionaryDiagnostics.UnknownKeyword, words[0].Location, $"'{words[0].Text}' is no keyword; ATTRIBUTE, VALUE, VENDOR, BEGIN-VENDOR, END-VENDOR, BEGIN-TLV, END-TLV and $INCLUDE are");
                break;
        }

        return true;
    }

    private DictionaryBlock BeginVendor(List<DictionaryWord> words)
    {
        DictionaryWord name = words[1];
        if (_blocks.Count > 0)
        {
            Report(DictionaryDiagnostics.Block, words[0].Location, $"BEGIN-VENDOR {name.Text} stands within BEGIN-{_blocks.Peek().Keyword} {_blocks.Peek().Name}");
        }
        else if (_symbols.FindVendor(name.Text) is not { } vendor)
        {
            Report(DictionaryDiagnostics.Block, name.Location, $"no VENDOR {name.Text} was defined before");
        }
        else if (words.Count == 2)
        {
            return DictionaryBlock.Of(name, vendor, null);
        }
        else if (CarrierOf(words[2]) is { } carrier)
        {
            return DictionaryBlock.Of(name, vendor, carrier);
        }

        return DictionaryBlock.Refused("VENDOR", name);
    }

    /// <summary>The extended attribute that a vendor's attributes stand in (RFC 6929 §2.4), as <c>format=Extended-Vendor-Specific-5</c> names it.</summary>
    private string? CarrierOf(DictionaryWord word)
    {
        int equals = word.Text.IndexOf('=');
        string key = equals < 0 ? string.Empty : word.Text.Substring(0, equals).ToLowerInvariant();
        string name = word.Text.Substring(equals + 1);
        if (key is not ("format" or "parent"))
        {
            Report(DictionaryDiagnostics.Flag, word.Location, $"'{word.Text}' should be format= and the name of an attribute of the type evs");
        }
        else if (_symbols.FindAttribute(name) is not { Type: DictionaryType.ExtendedVendorSpecific } carrier)
        {
            Report(DictionaryDiagnostics.Parent, word.Location, $"{name} is not defined as an attribute of the type evs");
        }
        else
        {
            return carrier.Path.ToString();
        }

        return null;
    }

    private DictionaryBlock BeginTlv(List<DictionaryWord> words)
    {
        DictionaryWord name = words[1];
        DictionaryBlock? around = _blocks.Count == 0 ? null : _blocks.Peek();
        if (around is { IsRefused: true } || _symbols.IsRefused(name.Text))
        {
            return DictionaryBlock.Refused("TLV", name);
        }

        if (_symbols.FindAttribute(name.Text) is not { } attribute)
        {
            Report(DictionaryDiagnostics.Parent, name.Location, $"no ATTRIBUTE {name.Text} was defined before");
        }
        else if (attribute.Type != DictionaryType.Tlv)
        {
            Report(DictionaryDiagnostics.Parent, name.Location, $"{attribute.Name} is not of the type tlv");
        }
        else
        {
            return DictionaryBlock.Of(name, attribute, around);
        }

        return DictionaryBlock.Refused("TLV", name);
    }

    private void EndBlock(List<DictionaryWord> words)
    {
        string keyword = words[0].Text.Substring("END-".Length).ToUpperInvariant();
        if (_blocks.Count == 0 || _blocks.Peek().Keyword != keyword || !_blocks.Peek().Name.Equals(words[1].Text, StringComparison.OrdinalIgnoreCase))
        {
            Report(DictionaryDiagnostics.Block, words[1].Location, _blocks.Count == 0 ? $"no BEGIN-{keyword} is open" : $"BEGIN-{_blocks.Peek().Keyword} {_blocks.Peek().Name} is to be closed first");
        }
        else
        {
            _blocks.Pop();
        }
    }

    private void Include(List<DictionaryWord> words, string path)
    {
        DictionaryWord name = words[1];
        if (_include(path, name.Text) is not { } file)
        {
            if (!words[0].Text.EndsWith("-", StringComparison.Ordinal))
            {
                Report(DictionaryDiagnostics.Include, name.Location, $"the file '{name.Text}' is not among the project's dictionaries");
            }
        }
        else if (_open.Contains(file.Path))
        {
            Report(DictionaryDiagnostics.Include, name.Location, $"'{name.Text}' includes itself");
        }
        else if (_open.Count >= DeepestInclude || _included >= MostIncludes)
        {
            Report(DictionaryDiagnostics.Include, name.Location, $"more than {DeepestInclude} files within each other, or {MostIncludes} in all");
        }
        else
        {
            _included++;
            ReadFile(file);
        }
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

    private void Report(string code, DictionaryLocation location, string message) => _model.ProblemList.Add(new DictionaryProblem(code, location, message));
}
