using System.Net;

namespace Sallyport.Radius.Dictionary;

/// <summary>What can be said only when all is read, since it may stand before what it speaks of: VALUE, ALIAS, <c>enum=</c> and <c>clone=</c>.</summary>
internal sealed class DictionaryLater(DictionaryModel model, DictionaryTable table)
{
    // Clones of clones could grow without end.
    private const int MostCloned = 16384;

    private readonly List<(DictionaryLine Line, DictionaryPath Scope)> _values = [];
    private readonly List<(DictionaryLine Line, DictionaryPath Scope)> _aliases = [];
    private readonly List<(DictionaryEntry Entry, string Reference, DictionaryPath Scope, DictionaryWord Word)> _enums = [];
    private readonly List<(DictionaryEntry Entry, string Reference, DictionaryPath Scope, DictionaryWord Word)> _clones = [];
    private readonly List<(DictionaryEntry Key, string Name, ulong Number, string? Comment)> _structs = [];
    private readonly Dictionary<string, Dictionary<string, ulong>> _known = new(StringComparer.OrdinalIgnoreCase);

    public void AddValue(DictionaryLine line, DictionaryBlock block)
    {
        if (!block.IsRefused || table.Find(line.Words[1].Text, block.Scope) is not null)
        {
            _values.Add((line, block.Struct?.Entry.Path ?? block.Scope));
        }
    }

    /// <summary>The value of a key that stands for what follows the structure then.</summary>
    public void AddValue(DictionaryEntry key, string name, ulong number, string? comment) => _structs.Add((key, name, number, comment));

    public void AddAlias(DictionaryLine line, DictionaryBlock block)
    {
        if (!block.IsRefused)
        {
            _aliases.Add((line, block.Scope));
        }
    }

    public void AddReferences(DictionaryEntry entry, DictionaryFlags flags, DictionaryPath scope, DictionaryWord word)
    {
        if (flags.ValuesOf is not null)
        {
            _enums.Add((entry, flags.ValuesOf, scope, word));
        }

        if (flags.InnerOf is not null)
        {
            _clones.Add((entry, flags.InnerOf, scope, word));
        }
    }

    public void Resolve()
    {
        ResolveEnums();
        _clones.ForEach(c => ResolveClone(c.Entry, c.Reference, c.Scope, c.Word));
        _aliases.ForEach(a => ResolveAlias(a.Line, a.Scope));
        _structs.ForEach(s => Take(s.Key.ValueSet, s.Name, s.Number, s.Comment));
        _values.ForEach(v => ResolveValue(v.Line, v.Scope));
    }

    private void ResolveEnums()
    {
        // One may lead to the next: as often as there are any, all have come to the end of their chain.
        for (int round = 0; round < _enums.Count; round++)
        {
            bool isChanged = false;
            foreach ((DictionaryEntry entry, string reference, DictionaryPath scope, DictionaryWord word) in _enums)
            {
                string? set = table.FindEnumeration(reference.TrimStart('.', '@'))?.Name ?? table.Resolve(reference, scope)?.ValueSet;
                if (set is null && round == 0 && !table.IsRefused(reference))
                {
                    Unknown(word, reference);
                }

                isChanged |= set is not null && set != entry.ValueSet;
                entry.ValueSet = set ?? entry.ValueSet;
            }

            if (!isChanged)
            {
                return;
            }
        }
    }

    private void ResolveClone(DictionaryEntry entry, string reference, DictionaryPath scope, DictionaryWord word)
    {
        DictionaryEntry? source = table.Resolve(reference, scope);
        if (source is null)
        {
            if (!table.IsRefused(reference))
            {
                Unknown(word, reference);
            }

            return;
        }

        if (source.Type != entry.Type || source.Path.Equals(entry.Path) || entry.Path.IsWithin(source.Path))
        {
            model.Report(DictionaryDiagnostics.Parent, word, $"{source.Name} is no other attribute of the same type, whose inner ones {entry.Name} could have too");
            return;
        }

        foreach (DictionaryEntry inner in model.EntryList.FindAll(e => e.AliasOf is null && e.Path.IsWithin(source.Path)))
        {
            DictionaryPath path = inner.Path.Rebase(source.Path, entry.Path);
            if (model.EntryList.Count >= MostCloned * 4 || !DictionaryNumbers.IsInRange(path, null, DictionaryType.Union))
            {
                model.Report(DictionaryDiagnostics.Parent, word, $"{entry.Name} would have too many inner attributes, or ones too deep");
                return;
            }

            if (table.Find(path) is null)
            {
                DictionaryEntry clone = inner with { Path = path };
                string values = inner.ValueSet;
                table.Put(clone);
                clone.ValueSet = values;
                model.EntryList.Add(clone);
            }
        }
    }

    private void ResolveAlias(DictionaryLine line, DictionaryPath scope)
    {
        (DictionaryWord name, DictionaryWord reference) = (line.Words[1], line.Words[2]);
        if (table.Resolve(reference.Text, scope) is not { } target)
        {
            table.Refuse(name.Text);
            if (!table.IsRefused(reference.Text))
            {
                Unknown(reference, reference.Text);
            }
        }
        else if (table.FindNamesake(name.Text, scope) is { } known && !known.Path.Equals(target.Path))
        {
            model.Report(DictionaryDiagnostics.DuplicateName, name, $"{known.Name} is defined already, as {known.Path} at {known.Location.Path}:{known.Location.Line}");
        }
        else if (table.FindNamesake(name.Text, target.Path.Around) is null)
        {
            DictionaryEntry alias = target with { Name = name.Text, AliasOf = target.AliasOf ?? target.Name, ValueSet = target.ValueSet, Comment = line.Comment ?? target.Comment, Location = name.Location };
            table.Put(alias);
            model.EntryList.Add(alias);
        }
    }

    private void ResolveValue(DictionaryLine line, DictionaryPath scope)
    {
        List<DictionaryWord> words = line.Words;
        (DictionaryWord name, DictionaryWord number) = (words[1], words[3]);
        DictionaryEntry? attribute = table.Resolve(name.Text, scope);
        DictionaryEnumeration? enumeration = attribute is null ? table.FindEnumeration(name.Text) : null;
        if (attribute is null && enumeration is null && !table.IsRefused(name.Text))
        {
            enumeration = Orphan(name, number);
        }

        if ((attribute?.Type ?? enumeration?.Type) is not { } type)
        {
            // What was refused has had its problem.
        }
        else if (DictionaryTypes.LargestValue(type, attribute?.Length ?? 0, attribute?.HasTag ?? false) is not { } largest)
        {
            model.Report(
                DictionaryTypes.HoldsOthers(type) || type is DictionaryType.Text or DictionaryType.Struct ? DictionaryDiagnostics.UnknownType : DictionaryDiagnostics.Unsupported,
                name,
                $"{attribute!.Name} is no number, so its values have no names");
        }
        else if (!TryNumber(number.Text, type, largest, out ulong value))
        {
            model.Report(DictionaryDiagnostics.Number, number, $"'{number.Text}' is no number of 0 to {largest}");
        }
        else if (!Take(attribute?.ValueSet ?? enumeration!.Name, words[2].Text, value, line.Comment))
        {
            model.Report(DictionaryDiagnostics.DuplicateName, words[2], $"the value {words[2].Text} of {name.Text} is another one already");
        }
    }

    /// <summary>Values of an attribute that another dictionary has are an enumeration by themselves.</summary>
    private DictionaryEnumeration Orphan(DictionaryWord name, DictionaryWord number)
    {
        bool isWide = DictionaryWord.TryNumber(number.Text, out ulong value) && value > uint.MaxValue;
        DictionaryEnumeration enumeration = new(name.Text, isWide ? DictionaryType.Integer64 : DictionaryType.Integer, null, name.Location);
        model.Report(DictionaryDiagnostics.UnknownAttribute, name, $"{name.Text} is defined neither in this dictionary nor in one that it includes; its values have names all the same");
        table.Put(enumeration);
        model.EnumerationList.Add(enumeration);
        return enumeration;
    }

    private static bool TryNumber(string text, DictionaryType type, ulong largest, out ulong value)
    {
        if (DictionaryTypes.HasSign(type) && text.StartsWith("-", StringComparison.Ordinal))
        {
            // Below zero as far as the sign bit goes.
            bool isRight = DictionaryWord.TryNumber(text.Substring(1), out ulong below) && below <= (largest / 2) + 1;
            value = unchecked(0UL - below) & largest;
            return isRight;
        }

        if (type == DictionaryType.IPv4 && text.IndexOf('.') >= 0)
        {
            bool isAddress = IPAddress.TryParse(text, out IPAddress? address) && address.GetAddressBytes().Length == 4;
            value = isAddress ? address!.GetAddressBytes().Aggregate(0UL, (sum, octet) => (sum << 8) | octet) : 0;
            return isAddress;
        }

        if (type == DictionaryType.Bool && text.ToLowerInvariant() is "yes" or "no" or "true" or "false")
        {
            value = text.ToLowerInvariant() is "yes" or "true" ? 1UL : 0;
            return true;
        }

        return DictionaryWord.TryNumber(text, out value) && value <= largest;
    }

    /// <summary>Takes a value, and says whether its name was free or had the same number already.</summary>
    private bool Take(string set, string name, ulong number, string? comment)
    {
        if (!_known.TryGetValue(set, out Dictionary<string, ulong>? known))
        {
            _known.Add(set, known = new(StringComparer.OrdinalIgnoreCase));
        }

        if (known.TryGetValue(name, out ulong before))
        {
            return before == number;
        }

        known.Add(name, number);
        model.ValueList.Add(new DictionaryValue(set, name, number, comment));
        return true;
    }

    private void Unknown(DictionaryWord word, string reference) =>
        model.Report(DictionaryDiagnostics.Reference, word, $"{reference} is defined neither in this dictionary nor in one that it includes");
}
