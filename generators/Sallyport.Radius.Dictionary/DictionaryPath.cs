namespace Sallyport.Radius.Dictionary;

/// <summary>Where an attribute stands: its vendor and its numbers from the outermost attribute inward.</summary>
public sealed class DictionaryPath : IEquatable<DictionaryPath>
{
    private readonly uint[] _numbers;
    private readonly int _hash;

    internal DictionaryPath(uint vendor, string? extended, params uint[] numbers)
    {
        Vendor = vendor;
        Extended = extended;
        _numbers = numbers;
        _hash = unchecked((int)vendor);
        foreach (uint number in numbers)
        {
            _hash = unchecked((_hash * 31) + (int)number);
        }
    }

    /// <summary>The vendor's SMI Private Enterprise Number, 0 for attributes of the RFCs.</summary>
    public uint Vendor { get; }

    /// <summary>The extended attribute that carries the vendor's (RFC 6929 §2.4), as "245.26", or null for Vendor-Specific.</summary>
    public string? Extended { get; }

    /// <summary>The numbers: one for an attribute that stands in the packet or the vendor's space itself, more for one within others.</summary>
    public IReadOnlyList<uint> Numbers => _numbers;

    /// <summary>The innermost number.</summary>
    public uint Last => _numbers[_numbers.Length - 1];

    /// <summary>The space of the packet itself.</summary>
    internal static DictionaryPath Root { get; } = new(0, null);

    /// <summary>What the attribute stands in: another one, or with no number left the space of a vendor or of the packet.</summary>
    internal DictionaryPath Around => new(Vendor, Extended, Slice(0, Math.Max(0, _numbers.Length - 1)));

    /// <summary>The attribute that it stands in, or null where it is the outermost.</summary>
    internal DictionaryPath? Parent => _numbers.Length < 2 ? null : Around;

    internal DictionaryPath Child(uint number)
    {
        uint[] numbers = new uint[_numbers.Length + 1];
        _numbers.CopyTo(numbers, 0);
        numbers[_numbers.Length] = number;
        return new DictionaryPath(Vendor, Extended, numbers);
    }

    /// <summary>Whether this stands within another path, at whatever depth.</summary>
    internal bool IsWithin(DictionaryPath outer) => _numbers.Length > outer._numbers.Length && BeginsWith(outer);

    /// <summary>The same below another path as this is below <paramref name="outer"/>.</summary>
    internal DictionaryPath Rebase(DictionaryPath outer, DictionaryPath onto) =>
        new(onto.Vendor, onto.Extended, [.. onto._numbers, .. Slice(outer._numbers.Length, _numbers.Length - outer._numbers.Length)]);

    /// <inheritdoc/>
    public bool Equals(DictionaryPath? other) => other is not null && _hash == other._hash && _numbers.Length == other._numbers.Length && BeginsWith(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DictionaryPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The numbers with dots between; a vendor's behind those of the attribute that carries them.</summary>
    public override string ToString() => (Vendor == 0 ? string.Empty : $"{Extended ?? "26"}.{Vendor}.") + string.Join(".", _numbers);

    private bool BeginsWith(DictionaryPath outer)
    {
        if (Vendor != outer.Vendor || Extended != outer.Extended)
        {
            return false;
        }

        for (int i = 0; i < outer._numbers.Length; i++)
        {
            if (_numbers[i] != outer._numbers[i])
            {
                return false;
            }
        }

        return true;
    }

    private uint[] Slice(int start, int length)
    {
        uint[] slice = new uint[length];
        Array.Copy(_numbers, start, slice, 0, length);
        return slice;
    }
}
