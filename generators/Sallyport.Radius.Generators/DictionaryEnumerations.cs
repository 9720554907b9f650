using System.Globalization;
using Sallyport.Radius.Dictionary;

namespace Sallyport.Radius.Generators;

/// <summary>
/// The enumerations of a dictionary. Attributes that share their values share the enumeration too, if it is as wide for them; it has the name of
/// the ENUM, or of the first of them.
/// </summary>
internal sealed class DictionaryEnumerations(DictionaryModel model, string className)
{
    private readonly HashSet<string> _types = [className];
    private readonly Dictionary<(string ValueSet, string Underlying), Made> _made = [];
    private readonly List<Made> _order = [];
    private readonly Dictionary<string, DictionaryEnumeration> _named = model.Enumerations.ToDictionary(e => e.Name);
    private readonly HashSet<string> _valueSets = [.. model.Values.Select(v => v.Attribute)];

    /// <summary>The name of the type for an attribute's values, or null where they have no names.</summary>
    public string? Of(DictionaryEntry entry)
    {
        if (!_valueSets.Contains(entry.ValueSet))
        {
            return null;
        }

        DictionaryEnumeration? named = _named.TryGetValue(entry.ValueSet, out DictionaryEnumeration? found) ? found : null;
        return Take(named?.Name ?? entry.Name, entry.ValueSet, entry.Type, entry.Path.Last, named?.Comment).Name;
    }

    /// <summary>All that were asked for, in order, and behind them those that stand by themselves.</summary>
    public IReadOnlyList<Made> All()
    {
        foreach (DictionaryEnumeration named in model.Enumerations.Where(e => _valueSets.Contains(e.Name)))
        {
            Take(named.Name, named.Name, named.Type, 0, named.Comment);
        }

        return _order;
    }

    private Made Take(string name, string valueSet, DictionaryType type, uint number, string? comment)
    {
        (string, string) key = (valueSet, DictionaryKeys.Underlying(type));
        if (!_made.TryGetValue(key, out Made? made))
        {
            made = new Made(DictionaryNames.Unique(name, number.ToString(CultureInfo.InvariantCulture), _types), name, valueSet, type, comment);
            _made.Add(key, made);
            _order.Add(made);
        }

        return made;
    }

    /// <summary>An enumeration to write.</summary>
    /// <param name="Name">The type's name.</param>
    /// <param name="Of">What the values are of, as the dictionary names it.</param>
    /// <param name="ValueSet">The values.</param>
    /// <param name="Type">The data type.</param>
    /// <param name="Comment">What the dictionary says of it, or null.</param>
    internal sealed record Made(string Name, string Of, string ValueSet, DictionaryType Type, string? Comment);
}
