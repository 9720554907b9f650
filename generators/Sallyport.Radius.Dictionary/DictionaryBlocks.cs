namespace Sallyport.Radius.Dictionary;

/// <summary>The blocks that are open, file by file.</summary>
internal sealed class DictionaryBlocks(DictionaryModel model, DictionaryTable table)
{
    private readonly Stack<DictionaryBlock> _blocks = new();

    public DictionaryBlock Current => _blocks.Peek();

    /// <summary>Whether another protocol's dictionary is being passed over.</summary>
    public bool IsForeign => Current is { IsRefused: true, Keyword: "PROTOCOL" };

    /// <summary>
    /// Opens a file. In version 3 a file that is included begins outside of every block; in version 4, which is to say within a protocol, it
    /// goes on where it was included. A block ends with its file in both.
    /// </summary>
    public void BeginFile()
    {
        bool isProtocol = _blocks.Any(b => b.Keyword == "PROTOCOL");
        _blocks.Push(DictionaryBlock.File(isProtocol ? Current : null));
    }

    public void EndFile()
    {
        while (_blocks.Pop() is { IsFile: false } block)
        {
            model.ProblemList.Add(new DictionaryProblem(DictionaryDiagnostics.Block, block.Location!, $"{block.Begin} {block.Name} has no {End(block.Keyword)}"));
        }
    }

    public void BeginProtocol(DictionaryWord keyword, DictionaryWord name)
    {
        if (!Current.IsFile || _blocks.Any(b => b.Keyword == "PROTOCOL"))
        {
            model.Report(DictionaryDiagnostics.Block, keyword, "a protocol's block stands within no other");
            _blocks.Push(DictionaryBlock.Refused("PROTOCOL", name));
        }
        else if (!name.Text.Equals("RADIUS", StringComparison.OrdinalIgnoreCase))
        {
            model.Report(DictionaryDiagnostics.Protocol, name, $"{name.Text} is another protocol; only the dictionaries of RADIUS are read");
            _blocks.Push(DictionaryBlock.Refused("PROTOCOL", name));
        }
        else
        {
            _blocks.Push(DictionaryBlock.Protocol(name));
        }
    }

    public void BeginVendor(List<DictionaryWord> words)
    {
        DictionaryWord name = words[1];
        DictionaryBlock? block = null;
        if (Current is { IsFile: false, Keyword: not "PROTOCOL" } || Current.Vendor is not null)
        {
            model.Report(DictionaryDiagnostics.Block, words[0], $"BEGIN-VENDOR {name.Text} stands within {Current.Begin} {Current.Name}");
        }
        else if (table.FindVendor(name.Text) is not { } vendor)
        {
            model.Report(DictionaryDiagnostics.Block, name, $"no VENDOR {name.Text} was defined before");
        }
        else if (words.Count == 2)
        {
            block = DictionaryBlock.OfVendor(name, vendor, null);
        }
        else if (CarrierOf(words[2]) is { } carrier)
        {
            block = DictionaryBlock.OfVendor(name, vendor, carrier.Type == DictionaryType.VendorSpecific ? null : carrier.Path.ToString());
        }

        _blocks.Push(block ?? DictionaryBlock.Refused("VENDOR", name));
    }

    /// <summary>BEGIN-TLV, or in version 4 BEGIN.</summary>
    public void BeginAttribute(List<DictionaryWord> words)
    {
        DictionaryWord name = words[1];
        string keyword = words[0].Text.Equals("BEGIN", StringComparison.OrdinalIgnoreCase) ? string.Empty : "TLV";
        DictionaryBlock? block = null;
        if (!Current.IsRefused && !table.IsRefused(name.Text))
        {
            if (table.Resolve(name.Text, Current.Struct?.Entry.Path ?? Current.Scope) is not { } attribute)
            {
                model.Report(DictionaryDiagnostics.Parent, name, $"no ATTRIBUTE {name.Text} was defined before");
            }
            else if ((!DictionaryTypes.HoldsOthers(attribute.Type) || DictionaryTypes.HoldsVendors(attribute.Type)) && (keyword.Length > 0 || attribute.Type != DictionaryType.Struct))
            {
                model.Report(DictionaryDiagnostics.Parent, name, $"{attribute.Name} is not of the type tlv{(keyword.Length > 0 ? string.Empty : " or struct")}");
            }
            else
            {
                block = DictionaryBlock.OfAttribute(keyword, name, attribute, Current);
            }
        }

        _blocks.Push(block ?? DictionaryBlock.Refused(keyword, name));
    }

    public void End(List<DictionaryWord> words)
    {
        string keyword = words[0].Text.ToUpperInvariant() is var end && end.Length > 4 ? end.Substring("END-".Length) : string.Empty;
        DictionaryWord at = words[words.Count - 1];
        bool isNamed = words.Count == 1 || Current.Name.Equals(at.Text, StringComparison.OrdinalIgnoreCase);
        if (!Current.IsFile && Current.Keyword == keyword && isNamed)
        {
            _blocks.Pop();
        }
        else
        {
            model.Report(DictionaryDiagnostics.Block, at, Current.IsFile ? $"no {(keyword.Length == 0 ? "BEGIN" : "BEGIN-" + keyword)} is open" : $"{Current.Begin} {Current.Name} is to be closed first");
        }
    }

    /// <summary>The attribute that a vendor's stand in (RFC 6929 §2.4), as <c>format=Extended-Vendor-Specific-5</c> or <c>parent=</c> names it.</summary>
    private DictionaryEntry? CarrierOf(DictionaryWord word)
    {
        int equals = word.Text.IndexOf('=');
        string key = equals < 0 ? string.Empty : word.Text.Substring(0, equals).ToLowerInvariant();
        string name = word.Text.Substring(equals + 1);
        if (key is not ("format" or "parent"))
        {
            model.Report(DictionaryDiagnostics.Flag, word, $"'{word.Text}' should be format= and the name of an attribute of the type evs");
        }
        else if (table.Resolve(name, Current.Scope) is { } carrier && DictionaryTypes.HoldsVendors(carrier.Type))
        {
            return carrier;
        }
        else if (!table.IsRefused(name))
        {
            model.Report(DictionaryDiagnostics.Parent, word, $"{name} is not defined as an attribute of the type evs");
        }

        return null;
    }

    private static string End(string keyword) => keyword.Length == 0 ? "END" : $"END-{keyword}";
}
