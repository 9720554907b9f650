namespace Sallyport.Radius.Dictionary;

/// <summary>
/// The names and numbers that a dictionary has given so far. Names are the same in capitals and small letters. A name is one within its vendor,
/// attribute or structure, as in version 4 of the syntax; in version 3 it is one in all, which is a case of that.
/// </summary>
internal sealed class DictionaryTable
{
    private readonly Dictionary<string, DictionaryVendor> _vendors = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<uint, DictionaryVendor> _vendorNumbers = [];
    private readonly Dictionary<string, DictionaryEntry> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<DictionaryEntry>> _namesakes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<DictionaryPath, DictionaryEntry> _paths = [];
    private readonly Dictionary<string, DictionaryEnumeration> _enumerations = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);

    public DictionaryVendor? FindVendor(string name) => _vendors.TryGetValue(name, out DictionaryVendor? vendor) ? vendor : null;

    public DictionaryVendor? FindVendor(uint number) => _vendorNumbers.TryGetValue(number, out DictionaryVendor? vendor) ? vendor : null;

    public void Put(DictionaryVendor vendor)
    {
        _vendors[vendor.Name] = vendor;

        // Of several names of one number the first says the format.
        if (FindVendor(vendor.Number) is not { } first || first.Name == vendor.Name)
        {
            _vendorNumbers[vendor.Number] = vendor;
        }
    }

    public DictionaryEnumeration? FindEnumeration(string name) => _enumerations.TryGetValue(name, out DictionaryEnumeration? enumeration) ? enumeration : null;

    public void Put(DictionaryEnumeration enumeration) => _enumerations.Add(enumeration.Name, enumeration);

    /// <summary>Notes that an attribute of this name was defined, but wrongly.</summary>
    public void Refuse(string name) => _refused.Add(name);

    /// <summary>Whether a reference leads to a name that was refused, so that nothing more is to be said of it.</summary>
    public bool IsRefused(string reference) => _refused.Contains(reference) || (reference.IndexOf('.') >= 0 && reference.Split('.').Any(_refused.Contains));

    public DictionaryEntry? Find(DictionaryPath path) => _paths.TryGetValue(path, out DictionaryEntry? entry) ? entry : null;

    /// <summary>The attribute of this name that is nearest to a space: within it, around it, or else the one defined last.</summary>
    public DictionaryEntry? Find(string name, DictionaryPath scope)
    {
        if (!_namesakes.TryGetValue(name, out List<DictionaryEntry>? all))
        {
            return _names.TryGetValue(name, out DictionaryEntry? only) ? only : null;
        }

        DictionaryEntry? best = null;
        int nearest = -1;
        foreach (DictionaryEntry entry in all)
        {
            DictionaryPath around = entry.Path.Around;
            int near = around.Equals(DictionaryPath.Root) ? 1
                : around.Equals(scope) || scope.IsWithin(around) || IsVendorOf(around, scope) ? 2 + around.Numbers.Count
                : 0;
            (best, nearest) = near >= nearest ? (entry, near) : (best, nearest);
        }

        return best;
    }

    /// <summary>The attribute of this name that stands in a space itself.</summary>
    public DictionaryEntry? FindNamesake(string name, DictionaryPath scope) =>
        _namesakes.TryGetValue(name, out List<DictionaryEntry>? all) ? all.Find(e => e.Path.Around.Equals(scope))
        : _names.TryGetValue(name, out DictionaryEntry? only) && only.Path.Around.Equals(scope) ? only
        : null;

    /// <summary>Adds an attribute; with the number of another one it says what stands within that number from now on.</summary>
    public void Put(DictionaryEntry entry)
    {
        if (_names.TryGetValue(entry.Name, out DictionaryEntry? other))
        {
            if (!_namesakes.TryGetValue(entry.Name, out List<DictionaryEntry>? all))
            {
                _namesakes.Add(entry.Name, all = [other]);
            }

            all.Add(entry);
            entry.ValueSet = entry.AliasOf is null ? $"{entry.Name} {entry.Path}" : entry.ValueSet;
        }
        else
        {
            _names.Add(entry.Name, entry);
        }

        if (entry.AliasOf is null)
        {
            _paths[entry.Path] = entry;
        }
    }

    /// <summary>
    /// The attribute that a reference leads to: a name, names or numbers with dots between. One dot in front stands for the space that the
    /// reference is in and each further one for the next around it, <c>@</c> or <c>@RADIUS</c> before the dot for that of the packet.
    /// </summary>
    public DictionaryEntry? Resolve(string reference, DictionaryPath scope)
    {
        if (reference.StartsWith("@", StringComparison.Ordinal))
        {
            int dot = reference.IndexOf('.');
            bool isOurs = dot == 1 || (dot > 1 && reference.Substring(1, dot - 1).Equals("RADIUS", StringComparison.OrdinalIgnoreCase));
            return isOurs ? Walk(reference.Substring(dot + 1), DictionaryPath.Root, isExact: true) : null;
        }

        string rest = reference.TrimStart('.');
        for (int dots = reference.Length - rest.Length; dots > 1; dots--)
        {
            scope = scope.Around;
        }

        if (rest.Length < reference.Length)
        {
            return Walk(rest, scope, isExact: true);
        }

        return DictionaryNumbers.TryRead(reference, out List<uint> numbers)
            ? Find(DictionaryNumbers.Place(numbers, scope)) ?? Find(DictionaryNumbers.Place(numbers, DictionaryPath.Root))
            : Find(reference, scope) ?? Walk(reference, scope, isExact: false);
    }

    private static bool IsVendorOf(DictionaryPath around, DictionaryPath scope) => around.Vendor != 0 && around.Numbers.Count == 0 && around.Vendor == scope.Vendor && around.Extended == scope.Extended;

    private DictionaryEntry? Walk(string reference, DictionaryPath scope, bool isExact)
    {
        DictionaryEntry? at = null;
        foreach (string part in reference.Split('.'))
        {
            DictionaryEntry? next = DictionaryWord.TryNumber(part, out ulong number) && number <= uint.MaxValue ? Find(scope.Child((uint)number)) : FindNamesake(part, scope);
            if (next is null && (at is null || DictionaryTypes.HoldsVendors(at.Type)) && FindVendor(part) is { } vendor)
            {
                scope = new DictionaryPath(vendor.Number, at?.Type == DictionaryType.ExtendedVendorSpecific ? at.Path.ToString() : null);
                continue;
            }

            next ??= at is null && !isExact ? Find(part, scope) : null;
            if (next is null)
            {
                return null;
            }

            (at, scope, isExact) = (next, next.Path, true);
        }

        return at;
    }
}
