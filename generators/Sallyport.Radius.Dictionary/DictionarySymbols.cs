namespace Sallyport.Radius.Dictionary;

/// <summary>Takes the lines that define something into the model.</summary>
internal sealed class DictionarySymbols(DictionaryModel model, DictionaryTable table, DictionaryLater later)
{
    // What DEFINE gives a name to has no number; these are beyond every one that a dictionary has.
    private const uint FirstDefined = 0x1000000;

    private readonly Dictionary<DictionaryPath, DictionaryStruct> _structs = [];
    private uint _defined;

    /// <summary>FLAGS internal: what follows is FreeRADIUS' own.</summary>
    public bool IsInternal { get; set; }

    public void AddVendor(DictionaryLine line)
    {
        List<DictionaryWord> words = line.Words;
        string name = words[1].Text;
        DictionaryVendorFormat? format = DictionaryVendorFormat.Default;

        // SMI Private Enterprise Numbers have 24 bits here (RFC 2865 §5.26: the high octet is 0).
        if (!DictionaryWord.TryNumber(words[2].Text, out ulong number) || number is 0 or > 0xffffff)
        {
            model.Report(DictionaryDiagnostics.Number, words[2], $"'{words[2].Text}' is no vendor's number; 1 to 16777215 are");
        }
        else if (words.Count == 4 && !DictionaryFlags.TryFormat(words[3].Text, out format))
        {
            model.Report(DictionaryDiagnostics.Flag, words[3], $"'{words[3].Text}' should be format= with the octets of type (1, 2, 4) and length (0, 1, 2), as in format=2,1");
        }
        else if (table.FindVendor(name) is not { } known)
        {
            DictionaryVendor vendor = new(name, (uint)number, format!, line.Comment);
            table.Put(vendor);
            model.VendorList.Add(vendor);
        }
        else if (known.Number != number)
        {
            model.Report(DictionaryDiagnostics.DuplicateName, words[1], $"the vendor {name} has the number {known.Number} already");
        }
        else if (words.Count == 4)
        {
            // A later line may add the format that an earlier one left out.
            table.Put(known with { Format = format! });
            model.VendorList[model.VendorList.IndexOf(known)] = known with { Format = format! };
        }
    }

    /// <summary>ATTRIBUTE NAME NUMBER TYPE [FLAGS].</summary>
    public void AddAttribute(DictionaryLine line, DictionaryBlock block)
    {
        List<DictionaryWord> words = line.Words;
        bool isRelative = words[2].Text.StartsWith(".", StringComparison.Ordinal);
        block.Struct = null;

        // The oldest form names the vendor where the flags stand now.
        DictionaryVendor? vendor = words.Count == 5 && block.Vendor is null ? table.FindVendor(words[4].Text) : null;
        DictionaryPath scope = vendor is null ? block.Scope : new DictionaryPath(vendor.Number, null);
        DictionaryEntry? entry = null;
        if (!block.IsRefused && ReadPath(words[2], block, scope) is { } path && ReadForm(words[3], vendor is null && words.Count == 5 ? words[4] : null, false) is { } form)
        {
            entry = Take(line, path, form, block.Scope, words[2], member: null);
        }

        if (entry is null)
        {
            table.Refuse(words[1].Text);
        }
        else if (!isRelative && DictionaryTypes.HoldsOthers(entry.Type))
        {
            block.Relative = entry.Path;
        }
        else if (entry.Type == DictionaryType.Struct)
        {
            Open(block, entry, ReadForm(words[3], words.Count == 5 ? words[4] : null, false)!.Value.Flags, 0);
        }
    }

    /// <summary>DEFINE NAME TYPE [FLAGS]: an attribute without a number.</summary>
    public void AddDefine(DictionaryLine line, DictionaryBlock block)
    {
        block.Struct = null;
        List<DictionaryWord> words = line.Words;
        DictionaryEntry? entry = null;
        if (!block.IsRefused && ReadForm(words[2], words.Count == 4 ? words[3] : null, false) is { } form)
        {
            entry = Take(line, block.Scope.Child(FirstDefined + _defined++), form with { Flags = form.Flags with { IsInternal = true } }, block.Scope, words[1], member: null);
        }

        if (entry is null)
        {
            table.Refuse(words[1].Text);
        }
        else if (DictionaryTypes.HoldsOthers(entry.Type))
        {
            block.Relative = entry.Path;
        }
        else if (entry.Type == DictionaryType.Struct)
        {
            Open(block, entry, default, 0);
        }
    }

    /// <summary>STRUCT NAME KEY VALUE [FLAGS]: what follows a structure's own fields where one of them, its key, has this value.</summary>
    public void AddStruct(DictionaryLine line, DictionaryBlock block)
    {
        List<DictionaryWord> words = line.Words;
        DictionaryEntry? key = block.IsRefused ? null : table.Resolve(words[2].Text, block.Struct?.Entry.Path ?? block.Scope);
        DictionaryEntry? entry = null;
        if (key is { Member.IsKey: true })
        {
            if (!DictionaryWord.TryNumber(words[3].Text, out ulong value) || value > Math.Min(uint.MaxValue, DictionaryTypes.LargestValue(key.Type, key.Length, false) ?? 0))
            {
                model.Report(DictionaryDiagnostics.Number, words[3], $"'{words[3].Text}' is no value of {key.Name}");
            }
            else if (ReadForm(DictionaryType.Struct, 0, words.Count == 5 ? words[4] : null, false) is { } form)
            {
                DictionaryStruct? around = _structs.TryGetValue(key.Path.Around, out DictionaryStruct? found) ? found : null;
                entry = Take(line, key.Path.Child((uint)value), form, key.Path, words[3], member: null);
                if (entry is not null)
                {
                    Open(block, entry, form.Flags, around is { ClosedBy: null } ? around.Bits : -1);
                    later.AddValue(key, entry.Name, value, line.Comment);
                }
            }
        }
        else if (!block.IsRefused && !table.IsRefused(words[2].Text))
        {
            model.Report(DictionaryDiagnostics.Structure, words[2], $"{words[2].Text} is no MEMBER with the flag key");
        }

        if (entry is null)
        {
            block.Struct = null;
            table.Refuse(words[1].Text);
        }
    }

    /// <summary>MEMBER NAME TYPE [FLAGS]: a field of the structure that was defined last.</summary>
    public void AddMember(DictionaryLine line, DictionaryBlock block, bool isAfterRefused)
    {
        List<DictionaryWord> words = line.Words;
        DictionaryWord name = words[1];
        if (block.Struct is not { } structure)
        {
            if (!block.IsRefused && !isAfterRefused)
            {
                model.Report(DictionaryDiagnostics.Structure, words[0], "a MEMBER stands behind an ATTRIBUTE of the type struct, or behind a STRUCT");
            }
        }
        else if (structure.ClosedBy is { } last)
        {
            model.Report(DictionaryDiagnostics.Structure, name, $"{last} takes all that is left of {structure.Entry.Name}, so nothing can stand behind it");
        }
        else if (ReadForm(words[2], words.Count == 4 ? words[3] : null, true) is { } form)
        {
            int width = form.Flags.IsArray || form.Flags.LengthOctets > 0 || form.Type == DictionaryType.Union ? 0 : DictionaryTypes.Width(form.Type, form.Length);
            if (structure.Bits > 0 && structure.Bits % 8 != 0 && form.Type != DictionaryType.Bits)
            {
                model.Report(DictionaryDiagnostics.Structure, name, $"the bits before {name.Text} do not fill their last octet");
            }
            else if (structure.Entry.Length > 0 && structure.Bits + width > structure.Entry.Length * 8)
            {
                model.Report(DictionaryDiagnostics.Structure, name, $"{name.Text} goes beyond the {structure.Entry.Length} octets of {structure.Entry.Name}");
            }
            else if (Take(line, structure.Entry.Path.Child(structure.Count + 1), form, structure.Entry.Path, name, new DictionaryMember(structure.Entry.Name, structure.Bits, width, form.Flags.IsKey)) is { } member)
            {
                structure.Count++;
                structure.ClosedBy = width == 0 ? member.Name : null;
                structure.Bits = width == 0 || structure.Bits < 0 ? -1 : structure.Bits + width;
                block.Relative = DictionaryTypes.HoldsOthers(member.Type) ? member.Path : block.Relative;
                if (member.Type == DictionaryType.Struct && form.Flags.InnerOf is null)
                {
                    Open(block, member, form.Flags, 0);
                }
            }
        }
    }

    /// <summary>ENUM NAME TYPE: values that several attributes share by <c>enum=</c>.</summary>
    public void AddEnum(DictionaryLine line, DictionaryBlock block)
    {
        List<DictionaryWord> words = line.Words;
        if (block.IsRefused)
        {
            return;
        }

        if (!DictionaryTypes.TryParse(words[2].Text, out DictionaryType type, out int length) || DictionaryTypes.LargestValue(type, length, false) is null)
        {
            model.Report(DictionaryDiagnostics.UnknownType, words[2], $"'{words[2].Text}' is no data type whose values have names");
            table.Refuse(words[1].Text);
        }
        else if (table.FindEnumeration(words[1].Text) is { } known ? known.Type != type : table.FindNamesake(words[1].Text, block.Scope) is not null)
        {
            model.Report(DictionaryDiagnostics.DuplicateName, words[1], $"{words[1].Text} is defined already");
        }
        else if (table.FindEnumeration(words[1].Text) is null)
        {
            DictionaryEnumeration enumeration = new(words[1].Text, type, line.Comment, words[1].Location);
            table.Put(enumeration);
            model.EnumerationList.Add(enumeration);
        }
    }

    /// <summary>Goes on with a structure where its own block begins.</summary>
    public void Reopen(DictionaryBlock block) => block.Struct = !block.IsRefused && _structs.TryGetValue(block.Scope, out DictionaryStruct? structure) ? structure : null;

    private void Open(DictionaryBlock block, DictionaryEntry entry, DictionaryFlags flags, int bits)
    {
        if (flags.InnerOf is null)
        {
            block.Struct = new DictionaryStruct(entry, bits < 0 ? -1 : bits + (flags.LengthOctets * 8));
            _structs[entry.Path] = block.Struct;
        }
    }

    private DictionaryEntry? Take(DictionaryLine line, DictionaryPath path, DictionaryForm form, DictionaryPath scope, DictionaryWord numberWord, DictionaryMember? member)
    {
        DictionaryWord name = line.Words[1];
        DictionaryType type = form.Type == DictionaryType.VendorSpecific && path.Parent is { } parent && DictionaryNumbers.IsExtended(parent) ? DictionaryType.ExtendedVendorSpecific : form.Type;
        if (member is null && type is DictionaryType.Union or DictionaryType.Bits)
        {
            model.Report(DictionaryDiagnostics.Structure, name, $"only a MEMBER is a {(type == DictionaryType.Union ? "union" : "number of bits")}");
            return null;
        }

        DictionaryEntry entry = new(name.Text, path, type, form.Length, form.Flags.HasTag, form.Flags.Encryption, form.Flags.Concat, line.Comment, name.Location)
        {
            Member = member,
            IsInternal = form.Flags.IsInternal || IsInternal || DictionaryNumbers.IsInternal(path),
            IsSecret = form.Flags.IsSecret,
        };
        if (table.FindNamesake(name.Text, path.Around) is { } known)
        {
            // A file may be included twice; the same line again says nothing new.
            if ((entry with { Location = known.Location, Comment = known.Comment, Name = known.Name, ValueSet = known.ValueSet }) != known)
            {
                model.Report(DictionaryDiagnostics.DuplicateName, name, $"{entry.Name} is defined already, as {known.Path} at {known.Location.Path}:{known.Location.Line}");
                return null;
            }

            return known;
        }

        if (table.Find(path) is { } other)
        {
            model.Report(DictionaryDiagnostics.DuplicateNumber, numberWord, $"{path} has the name {other.Name} already; both work");
        }

        table.Put(entry);
        model.EntryList.Add(entry);
        later.AddReferences(entry, form.Flags, scope, line.Words[line.Words.Count - 1]);
        return entry;
    }

    private DictionaryForm? ReadForm(DictionaryWord typeWord, DictionaryWord? flagsWord, bool isMember)
    {
        if (DictionaryTypes.TryParse(typeWord.Text, out DictionaryType type, out int length))
        {
            return ReadForm(type, length, flagsWord, isMember);
        }

        model.Report(DictionaryDiagnostics.UnknownType, typeWord, $"'{typeWord.Text}' is no data type");
        return null;
    }

    private DictionaryForm? ReadForm(DictionaryType type, int length, DictionaryWord? flagsWord, bool isMember)
    {
        DictionaryFlags flags = default;
        if (flagsWord is { } word && !DictionaryFlags.TryParse(word.Text, type, isMember, out flags, out string? wrong))
        {
            model.Report(DictionaryDiagnostics.Flag, word, $"'{wrong}' is no flag of this type");
            return null;
        }

        return new DictionaryForm(flags.Becomes ?? type, length, flags);
    }

    private DictionaryPath? ReadPath(DictionaryWord word, DictionaryBlock block, DictionaryPath scope)
    {
        bool isRelative = word.Text.StartsWith(".", StringComparison.Ordinal);
        if (!DictionaryNumbers.TryRead(isRelative ? word.Text.Substring(1) : word.Text, out List<uint> numbers))
        {
            model.Report(DictionaryDiagnostics.Number, word, $"'{word.Text}' is no attribute's number");
            return null;
        }

        if (isRelative && block.Relative is null && scope.Numbers.Count == 0)
        {
            model.Report(DictionaryDiagnostics.Parent, word, $"'{word.Text}' counts from an attribute that holds others, and none stands before it");
            return null;
        }

        DictionaryPath path = isRelative
            ? numbers.Aggregate(block.Relative ?? scope, (at, number) => at.Child(number))
            : DictionaryNumbers.Place(numbers, scope);
        DictionaryType? holder = path.Parent is { } parent ? table.Find(parent)?.Type : null;
        if (!DictionaryNumbers.IsInRange(path, (block.Vendor?.Number == path.Vendor ? block.Vendor : table.FindVendor(path.Vendor))?.Format, holder))
        {
            model.Report(DictionaryDiagnostics.Number, word, $"'{word.Text}' is out of the range that its place has");
            return null;
        }

        if (path.Parent is { } outer && !(holder is { } type ? DictionaryTypes.HoldsOthers(type) : DictionaryNumbers.IsExtended(outer)))
        {
            model.Report(DictionaryDiagnostics.Parent, word, $"{outer} is not defined as an attribute that holds others");
            return null;
        }

        return path;
    }

    /// <summary>A type with its length and flags.</summary>
    private readonly record struct DictionaryForm(DictionaryType Type, int Length, DictionaryFlags Flags);
}
