using System.Globalization;
using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Wire;

/// <summary>What a dictionary defines, in its order. Each class that is made from a dictionary has it as <c>Definitions</c>.</summary>
public sealed class RadiusDefinitions
{
    private readonly List<RadiusVendorDefinition> _vendors = [];
    private readonly List<RadiusAttributeDefinition> _attributes = [];

    private RadiusDefinitions()
    {
    }

    /// <summary>The vendors.</summary>
    public IReadOnlyList<RadiusVendorDefinition> Vendors => _vendors;

    /// <summary>The attributes.</summary>
    public IReadOnlyList<RadiusAttributeDefinition> Attributes => _attributes;

    /// <summary>
    /// Reads a table as the generator writes it, a line for each thing with blanks between words:
    /// <c>V name number format</c>, <c>A name number type flags</c> (a number behind <c>#</c> is none of the wire), and for the attribute before
    /// <c>= name number</c>.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <exception cref="FormatException">A line is none of these.</exception>
    public static RadiusDefinitions Read(string table)
    {
        Guard.NotNull(table);
        RadiusDefinitions definitions = new();
        for (int start = 0; start < table.Length;)
        {
            int end = table.IndexOf('\n', start);
            end = end < 0 ? table.Length : end;
            string[] words = table.Substring(start, end - start).Split([' ', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                definitions.ReadLine(words);
            }

            start = end + 1;
        }

        return definitions;
    }

    private void ReadLine(string[] words)
    {
        switch (words[0])
        {
            case "V":
                string[] format = words[3].Split(',');
                _vendors.Add(new RadiusVendorDefinition(words[1], Number(words[2]), new RadiusVendorFormat((int)Number(format[0]), (int)Number(format[1]), format.Length > 2)));
                break;
            case "A":
                _attributes.Add(ReadAttribute(words));
                break;
            case "=":
                _attributes[_attributes.Count - 1].Add(new RadiusNamedValue(words[1], ulong.Parse(words[2], NumberStyles.None, CultureInfo.InvariantCulture)));
                break;
            default:
                throw new FormatException($"'{words[0]}' begins no line of a table of definitions");
        }
    }

    private RadiusAttributeDefinition ReadAttribute(string[] words)
    {
        bool isOnWire = words[2][0] != '#';
        uint[] numbers = [.. words[2].TrimStart('#').Split('.').Select(Number)];
#if NET
        RadiusDataType type = Enum.Parse<RadiusDataType>(words[3]);
#else
        RadiusDataType type = (RadiusDataType)Enum.Parse(typeof(RadiusDataType), words[3]);
#endif
        RadiusAttributeDefinition attribute = new(words[1], isOnWire ? Id(numbers) : default, numbers[numbers.Length - 1], isOnWire, type);
        foreach (string flag in words.Skip(4))
        {
            switch (flag)
            {
                case "has_tag":
                    attribute.HasTag = true;
                    break;
                case "concat":
                    attribute.IsConcat = true;
                    break;
                case "encrypt=1" or "encrypt=2" or "encrypt=3":
                    attribute.Encryption = (RadiusEncryption)(flag[flag.Length - 1] - '0');
                    break;
                default:
                    attribute.FixedLength = (int)Number(flag);
                    break;
            }
        }

        return attribute;
    }

    private RadiusAttributeId Id(uint[] numbers)
    {
        int at = 1;
        RadiusAttributeId id;
        uint first = numbers[0];
        if (first == RadiusPacket.VendorSpecific && numbers.Length > 2)
        {
            id = new RadiusAttributeId(numbers[1], numbers[2], _vendors.Find(v => v.Number == numbers[1])?.Format ?? default);
            at = 3;
        }
        else if (first is >= RadiusPacket.FirstExtended and <= RadiusPacket.LastExtended && numbers.Length > 1)
        {
            bool vendor = numbers[1] == RadiusPacket.VendorSpecific && numbers.Length > 3;
            id = vendor ? RadiusAttributeId.Extended((byte)first, numbers[2], (byte)numbers[3]) : RadiusAttributeId.Extended((byte)first, (byte)numbers[1]);
            at = vendor ? 4 : 2;
        }
        else
        {
            id = new RadiusAttributeId(checked((byte)first));
        }

        for (; at < numbers.Length; at++)
        {
            id = id.Child(checked((byte)numbers[at]));
        }

        return id;
    }

    private static uint Number(string word) => uint.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
