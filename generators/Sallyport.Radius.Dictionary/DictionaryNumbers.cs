namespace Sallyport.Radius.Dictionary;

/// <summary>An attribute's number, which may have dots, and its place among the others.</summary>
internal static class DictionaryNumbers
{
    private const int Deepest = 8;
    private const uint VendorSpecific = 26;

    public static bool TryRead(string text, out List<uint> numbers)
    {
        numbers = [];
        string[] parts = text.Split('.');
        if (parts.Length > Deepest)
        {
            return false;
        }

        foreach (string part in parts)
        {
            if (!DictionaryWord.TryNumber(part, out ulong number) || number > uint.MaxValue)
            {
                return false;
            }

            numbers.Add((uint)number);
        }

        return true;
    }

    /// <summary>Where a number stands: within the block that is open, or by itself with the vendor among its parts.</summary>
    public static DictionaryPath Place(List<uint> numbers, DictionaryBlock? block)
    {
        if (block?.Parent is { } parent)
        {
            return numbers.Aggregate(parent, (path, number) => path.Child(number));
        }

        if (block?.Vendor is { } vendor)
        {
            return new DictionaryPath(vendor.Number, block.Extended, [.. numbers]);
        }

        // 26.9.1 is Cisco's 1; 241.26.9.1 is the same within Extended-Vendor-Specific-1 (RFC 6929 §2.4).
        if (numbers.Count > 2 && numbers[0] == VendorSpecific && numbers[1] != 0)
        {
            return new DictionaryPath(numbers[1], null, [.. numbers.Skip(2)]);
        }

        if (numbers.Count > 3 && IsExtended(numbers[0]) && numbers[1] == VendorSpecific && numbers[2] != 0)
        {
            return new DictionaryPath(numbers[2], $"{numbers[0]}.{VendorSpecific}", [.. numbers.Skip(3)]);
        }

        return new DictionaryPath(0, null, [.. numbers]);
    }

    /// <summary>Whether a path is one of those that hold others whether or not a dictionary says so: 241 to 246 (RFC 6929 §2).</summary>
    public static bool IsExtended(DictionaryPath path) => path.Vendor == 0 && path.Numbers.Count == 1 && IsExtended(path.Last);

    /// <summary>
    /// Whether each number can be written where it stands. Outside of vendors the first may be beyond 255: those are numbers of FreeRADIUS'
    /// own, which no packet carries.
    /// </summary>
    public static bool IsInRange(DictionaryPath path, DictionaryVendorFormat? format)
    {
        bool inner = path.Numbers.Skip(1).All(n => n is > 0 and <= byte.MaxValue);
        uint first = path.Numbers[0];
        if (path.Vendor == 0)
        {
            return inner && first > 0 && (first <= byte.MaxValue || path.Numbers.Count == 1);
        }

        uint largest = path.Extended is not null ? byte.MaxValue : (format ?? DictionaryVendorFormat.Default).TypeOctets switch
        {
            1 => byte.MaxValue,
            2 => ushort.MaxValue,
            _ => uint.MaxValue,
        };
        return inner && first <= largest;
    }

    private static bool IsExtended(uint number) => number is >= 241 and <= 246;
}
