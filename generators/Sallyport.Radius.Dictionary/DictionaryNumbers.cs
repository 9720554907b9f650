namespace Sallyport.Radius.Dictionary;

/// <summary>An attribute's number, which may have dots, and its place among the others.</summary>
internal static class DictionaryNumbers
{
    private const int Deepest = 8;
    private const uint VendorSpecific = 26;

    public static bool TryRead(string text, out List<uint> numbers)
    {
        numbers = [];
        string[] parts = text.IndexOf('.') < 0 ? [text] : text.Split('.');
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

    /// <summary>Where a number stands within a space; in that of the packet it may name the vendor among its parts.</summary>
    public static DictionaryPath Place(List<uint> numbers, DictionaryPath scope)
    {
        if (!scope.Equals(DictionaryPath.Root))
        {
            return numbers.Aggregate(scope, (path, number) => path.Child(number));
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

    /// <summary>Whether a number is FreeRADIUS' own: outside of vendors and beyond what an octet holds, so that no packet carries it.</summary>
    public static bool IsInternal(DictionaryPath path) => path.Vendor == 0 && path.Numbers[0] > byte.MaxValue;

    /// <summary>Whether the number can be written where it stands. What it stands in was asked when that was defined.</summary>
    public static bool IsInRange(DictionaryPath path, DictionaryVendorFormat? format, DictionaryType? holder)
    {
        if (path.Numbers.Count > Deepest)
        {
            return false;
        }

        if (path.Numbers.Count > 1)
        {
            return holder == DictionaryType.Union || IsInternal(path) || path.Last is > 0 and <= byte.MaxValue;
        }

        if (path.Vendor == 0)
        {
            return path.Last > 0;
        }

        uint largest = path.Extended is not null ? byte.MaxValue : (format ?? DictionaryVendorFormat.Default).TypeOctets switch
        {
            1 => byte.MaxValue,
            2 => ushort.MaxValue,
            _ => uint.MaxValue,
        };
        return path.Last <= largest;
    }

    private static bool IsExtended(uint number) => number is >= 241 and <= 246;
}
