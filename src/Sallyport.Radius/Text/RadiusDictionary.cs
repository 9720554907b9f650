using System.Diagnostics.CodeAnalysis;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>
/// Attributes by their names and by where they stand, for text: what is written by name, and what is shown by it. Names are found in any case, as
/// FreeRADIUS finds them. Of two definitions with one name, or for one place, the later counts.
/// </summary>
/// <example><code>RadiusDictionary dictionary = RadiusDictionary.Standard.With(AcmeVsa.Definitions);</code></example>
[SuppressMessage("Naming", "CA1711", Justification = "The field calls it so; it is no collection.")]
public sealed partial class RadiusDictionary
{
    private readonly Dictionary<string, RadiusAttributeDefinition> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<RadiusAttributeId, RadiusAttributeDefinition> _ids = [];
    private readonly Dictionary<uint, RadiusVendorFormat> _formats = [];

    /// <summary>A dictionary of what dictionaries define.</summary>
    /// <param name="definitions">The <c>Definitions</c> of classes that the generator has made.</param>
    public RadiusDictionary(params RadiusDefinitions[] definitions)
        : this(null, definitions)
    {
    }

    private RadiusDictionary(RadiusDictionary? first, IEnumerable<RadiusDefinitions> definitions)
    {
        Guard.NotNull(definitions);
        foreach (RadiusAttributeDefinition attribute in (first?._names.Values ?? Enumerable.Empty<RadiusAttributeDefinition>()).Concat(definitions.SelectMany(d => d.Attributes)))
        {
            Add(attribute);
        }
    }

    /// <summary>Every attribute, each name once.</summary>
    public IReadOnlyCollection<RadiusAttributeDefinition> Attributes => _names.Values;

    /// <summary>A dictionary of these attributes and further ones, which count where both have a name or a place.</summary>
    /// <param name="definitions">The further ones: the <c>Definitions</c> of vendors' classes that are generated in the caller's own project.</param>
    public RadiusDictionary With(params RadiusDefinitions[] definitions) => new(this, definitions);

    /// <summary>Finds an attribute by its name.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out RadiusAttributeDefinition? definition) => _names.TryGetValue(name, out definition);

    /// <summary>Finds an attribute by where it stands.</summary>
    public bool TryFind(RadiusAttributeId id, [NotNullWhen(true)] out RadiusAttributeDefinition? definition) => _ids.TryGetValue(id, out definition);

    /// <summary>How a vendor writes its attributes; the form that RFC 2865 §5.26 recommends, where nothing else is known.</summary>
    public RadiusVendorFormat FormatOf(uint vendor) => _formats.TryGetValue(vendor, out RadiusVendorFormat format) ? format : default;

    /// <summary>The name, of an attribute or of a server's item, that is spelt most like another one, for messages; null where none comes near.</summary>
    internal string? Nearest(string name)
    {
        const int Farthest = 3;
        return _names.Keys.Concat(RadiusServerItems.Names)
            .Where(n => Math.Abs(n.Length - name.Length) <= Farthest)
            .Select(n => (Name: n, Distance: Distance(n, name)))
            .Where(n => n.Distance <= Farthest)
            .OrderBy(n => n.Distance)
            .ThenBy(n => n.Name, StringComparer.Ordinal)
            .Select(n => n.Name)
            .FirstOrDefault();
    }

    private void Add(RadiusAttributeDefinition attribute)
    {
        _names[attribute.Name] = attribute;
        if (!attribute.IsOnWire)
        {
            return;
        }

        _ids[attribute.Id] = attribute;
        if (attribute.Id is { Vendor: not 0, IsExtended: false } id)
        {
            _formats[id.Vendor] = id.Format;
        }
    }

    // Levenshtein's, a row at a time. Names longer than any attribute's are not compared.
    private static int Distance(string left, string right)
    {
        if (right.Length > 64)
        {
            return int.MaxValue;
        }

        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                int same = diagonal + (char.ToUpperInvariant(left[i]) == char.ToUpperInvariant(right[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(same, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[right.Length];
    }
}
