using System.Reflection;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>Attributes by the names that administrators write, as the dictionaries have them: punctuation and case do not count.</summary>
public static class AttributeNames
{
    private static readonly Dictionary<string, RadiusAttributeId> Ids = Collect();

    /// <summary>Finds an attribute, such as <c>Cisco-AVPair</c>.</summary>
    public static bool TryFind(string name, out RadiusAttributeId id) => Ids.TryGetValue(Fold(name), out id);

    private static Dictionary<string, RadiusAttributeId> Collect()
    {
        Dictionary<string, RadiusAttributeId> ids = [];
        foreach (Type dictionary in (Type[])[typeof(Rfc2865), typeof(Rfc2866), typeof(Rfc2868), typeof(Rfc2869), typeof(Rfc3162), typeof(Rfc3579), typeof(MicrosoftVsa), typeof(CiscoVsa)])
        {
            foreach (PropertyInfo property in dictionary.GetProperties(BindingFlags.Public | BindingFlags.Static))
            {
                object? key = property.GetValue(null);
                if (key?.GetType().GetProperty("Id")?.GetValue(key) is RadiusAttributeId id)
                {
                    ids.TryAdd(Fold(property.Name), id);
                }
            }
        }

        return ids;
    }

    private static string Fold(string name) => new([.. name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
}
