namespace Sallyport.Radius.Dictionary;

/// <summary>The flags of an ATTRIBUTE and of a VENDOR.</summary>
internal readonly record struct DictionaryFlags(bool HasTag, int Encryption, bool Concat)
{
    /// <summary>Reads an ATTRIBUTE's flags, with commas between; gives the one that is wrong.</summary>
    public static bool TryParse(string word, DictionaryType type, out DictionaryFlags flags, out string? wrong)
    {
        flags = default;
        foreach (string flag in word.ToLowerInvariant().Split(','))
        {
            switch (flag)
            {
                // RFC 2868 §3 has tags before numbers and strings.
                case "has_tag" when type is DictionaryType.Integer or DictionaryType.Text or DictionaryType.Octets:
                    flags = flags with { HasTag = true };
                    break;
                case "encrypt=0" or "encrypt=1" or "encrypt=2" or "encrypt=3" when !DictionaryTypes.HoldsOthers(type):
                    flags = flags with { Encryption = flag[flag.Length - 1] - '0' };
                    break;
                case "concat" when type == DictionaryType.Octets:
                    flags = flags with { Concat = true };
                    break;
                case "array" or "virtual" or "secret":
                    // Of DHCP, of FreeRADIUS' policies and of its log: nothing on RADIUS' wire.
                    break;
                default:
                    wrong = flag;
                    return false;
            }
        }

        wrong = null;
        return true;
    }

    /// <summary>Whether a flag is one that only FreeRADIUS 4 has.</summary>
    public static bool IsVersion4(string flag) => flag.Split('=')[0] is "internal" or "ref" or "clone" or "parent" or "enum" or "key" or "counter" or "precision" or "extended" or "long_extended" or "subtype"
        || flag is "encrypt=tunnel-password" or "encrypt=user-password" or "encrypt=ascend-secret";

    /// <summary>Reads a VENDOR's <c>format=</c>.</summary>
    public static bool TryFormat(string word, out DictionaryVendorFormat? format)
    {
        string[] parts = word.ToLowerInvariant().Split('=', ',');
        format = null;
        if (parts.Length is 3 or 4 && parts[0] == "format" && parts[1] is "1" or "2" or "4" && parts[2] is "0" or "1" or "2")
        {
            bool continuation = parts.Length == 4;
            if (!continuation || (parts[3] == "c" && parts[1] == "1" && parts[2] == "1"))
            {
                format = new DictionaryVendorFormat(parts[1][0] - '0', parts[2][0] - '0', continuation);
            }
        }

        return format is not null;
    }
}
