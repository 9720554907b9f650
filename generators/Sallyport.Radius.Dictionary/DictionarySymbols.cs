namespace Sallyport.Radius.Dictionary;

/// <summary>The names and numbers that a dictionary has given so far. Names are the same in capitals and small letters.</summary>
internal sealed class DictionarySymbols(DictionaryModel model)
{
    private readonly Dictionary<string, DictionaryVendor> _vendors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DictionaryEntry> _attributes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<DictionaryPath, DictionaryEntry> _paths = [];
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<DictionaryLine> _values = [];

    public DictionaryVendor? FindVendor(string name) => _vendors.TryGetValue(name, out DictionaryVendor? vendor) ? vendor : null;

    public DictionaryEntry? FindAttribute(string name) => _attributes.TryGetValue(name, out DictionaryEntry? attribute) ? attribute : null;

    /// <summary>Whether an attribute of this name was defined, but wrongly.</summary>
    public bool IsRefused(string name) => _refused.Contains(name);

    public void AddVendor(DictionaryLine line)
    {
        List<DictionaryWord> words = line.Words;
        string name = words[1].Text;
        DictionaryVendorFormat? format = DictionaryVendorFormat.Default;

        // SMI Private Enterprise Numbers have 24 bits here (RFC 2865 §5.26: the high octet is 0).
        if (!DictionaryWord.TryNumber(words[2].Text, out ulong number) || number is 0 or > 0xffffff)
        {
            Report(DictionaryDiagnostics.Number, words[2], $"'{words[2].Text}' is no vendor's number; 1 to 16777215 are");
        }
        else if (words.Count == 4 && !DictionaryFlags.TryFormat(words[3].Text, out format))
        {
            Report(DictionaryDiagnostics.Flag, words[3], $"'{words[3].Text}' should be format= with the octets of type (1, 2, 4) and length (0, 1, 2), as in format=2,1");
        }
        else if (!_vendors.TryGetValue(name, out DictionaryVendor? known))
        {
            DictionaryVendor vendor = new(name, (uint)number, format!, line.Comment);
            _vendors.Add(name, vendor);
            model.VendorList.Add(vendor);
        }
        else if (known.Number != number)
        {
            Report(DictionaryDiagnostics.DuplicateName, words[1], $"the vendor {name} has the number {known.Number} already");
        }
        else if (words.Count == 4)
        {
            // A later line may add the format that an earlier one left out.
            _vendors[name] = known with { Format = format! };
            model.VendorList[model.VendorList.IndexOf(known)] = _vendors[name];
        }
    }

    public void AddAttribute(DictionaryLine line, DictionaryBlock? block)
    {
        DictionaryWord name = line.Words[1];
        if (block is { IsRefused: true })
        {
            _refused.Add(name.Text);
        }
        else if (Read(line, block) is not { } entry)
        {
            _refused.Add(name.Text);
        }
        else if (_attributes.TryGetValue(entry.Name, out DictionaryEntry? known))
        {
            // A file may be included twice; the same line again says nothing new.
            if ((entry with { Location = known.Location, Comment = known.Comment, Name = known.Name }) != known)
            {
                Report(DictionaryDiagnostics.DuplicateName, name, $"{entry.Name} is defined already, as {known.Path} at {known.Location.Path}:{known.Location.Line}");
            }
        }
        else
        {
            if (_paths.TryGetValue(entry.Path, out DictionaryEntry? other))
            {
                Report(DictionaryDiagnostics.DuplicateNumber, line.Words[2], $"{entry.Path} has the name {other.Name} already; both work");
            }

            // Of two that have the same number the later says what stands within it.
            _paths[entry.Path] = entry;
            _attributes.Add(entry.Name, entry);
            model.EntryList.Add(entry);
        }
    }

    /// <summary>Keeps a value for <see cref="ResolveValues"/>: its attribute may be defined further down.</summary>
    public void AddValue(DictionaryLine line) => _values.Add(line);

    public void ResolveValues()
    {
        Dictionary<(DictionaryEntry, string), ulong> known = [];
        foreach (DictionaryLine line in _values)
        {
            List<DictionaryWord> words = line.Words;
            if (!_attributes.TryGetValue(words[1].Text, out DictionaryEntry? attribute))
            {
                if (!_refused.Contains(words[1].Text))
                {
                    Report(DictionaryDiagnostics.UnknownAttribute, words[1], $"{words[1].Text} is defined neither in this dictionary nor in one that it includes");
                }
            }
            else if (DictionaryTypes.LargestValue(attribute) is not { } largest)
            {
                Report(DictionaryDiagnostics.UnknownType, words[1], $"{attribute.Name} is no number, so its values have no names");
            }
            else if (!DictionaryWord.TryNumber(words[3].Text, out ulong value) || value > largest)
            {
                Report(DictionaryDiagnostics.Number, words[3], $"'{words[3].Text}' is no number of 0 to {largest}");
            }
            else if (!known.TryGetValue((attribute, words[2].Text.ToUpperInvariant()), out ulong before))
            {
                known.Add((attribute, words[2].Text.ToUpperInvariant()), value);
                model.ValueList.Add(new DictionaryValue(attribute.Name, words[2].Text, value, line.Comment));
            }
            else if (before != value)
            {
                Report(DictionaryDiagnostics.DuplicateName, words[2], $"the value {words[2].Text} of {attribute.Name} is {before} already");
            }
        }
    }

    private DictionaryEntry? Read(DictionaryLine line, DictionaryBlock? block)
    {
        List<DictionaryWord> words = line.Words;
        if (ReadPath(words[2], block) is not { } path)
        {
            return null;
        }

        if (!DictionaryTypes.TryParse(words[3].Text, out DictionaryType type, out int length))
        {
            bool version4 = DictionaryTypes.IsVersion4(words[3].Text);
            Report(version4 ? DictionaryDiagnostics.Version4 : DictionaryDiagnostics.UnknownType, words[3], version4 ? $"{words[3].Text} is a type of FreeRADIUS 4" : $"'{words[3].Text}' is no data type");
            return null;
        }

        DictionaryFlags flags = default;
        if (words.Count == 5 && !DictionaryFlags.TryParse(words[4].Text, type, out flags, out string? wrong))
        {
            bool version4 = DictionaryFlags.IsVersion4(wrong!);
            Report(version4 ? DictionaryDiagnostics.Version4 : DictionaryDiagnostics.Flag, words[4], version4 ? $"{wrong} is a flag of FreeRADIUS 4" : $"'{wrong}' is no flag of the type {words[3].Text}");
            return null;
        }

        return new DictionaryEntry(words[1].Text, path, type, length, flags.HasTag, flags.Encryption, flags.Concat, line.Comment, words[1].Location);
    }

    private DictionaryPath? ReadPath(DictionaryWord word, DictionaryBlock? block)
    {
        if (word.Text.StartsWith(".", StringComparison.Ordinal))
        {
            Report(DictionaryDiagnostics.Version4, word, "a number that begins with a dot is syntax of FreeRADIUS 4");
            return null;
        }

        if (!DictionaryNumbers.TryRead(word.Text, out List<uint> numbers))
        {
            Report(DictionaryDiagnostics.Number, word, $"'{word.Text}' is no attribute's number");
            return null;
        }

        DictionaryPath path = DictionaryNumbers.Place(numbers, block);
        if (!DictionaryNumbers.IsInRange(path, block?.Vendor?.Format ?? VendorOf(path)?.Format))
        {
            Report(DictionaryDiagnostics.Number, word, $"'{word.Text}' is out of the range that its place has");
            return null;
        }

        if (path.Parent is { } parent && !(_paths.TryGetValue(parent, out DictionaryEntry? holder) ? DictionaryTypes.HoldsOthers(holder.Type) : DictionaryNumbers.IsExtended(parent)))
        {
            Report(DictionaryDiagnostics.Parent, word, $"{parent} is not defined as an attribute that holds others");
            return null;
        }

        return path;
    }

    private DictionaryVendor? VendorOf(DictionaryPath path) => path.Vendor == 0 ? null : model.VendorList.Find(v => v.Number == path.Vendor);

    private void Report(string code, DictionaryWord word, string message) => model.ProblemList.Add(new DictionaryProblem(code, word.Location, message));
}
