using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>Attributes by the names that administrators write: those of the RFCs, of Microsoft, and of the gateways that people log in to. Case does not count.</summary>
public static class AttributeNames
{
    private static readonly RadiusDictionary Dictionary = RadiusDictionary.Standard.With(
        CheckpointVsa.Definitions, CiscoAsaVsa.Definitions, CitrixVsa.Definitions, F5Vsa.Definitions, FortinetVsa.Definitions, JuniperVsa.Definitions,
        PaloaltoVsa.Definitions, SonicwallVsa.Definitions, CiscoVsa.Definitions);

    /// <summary>Finds an attribute that can stand in a packet, such as <c>Cisco-AVPair</c>.</summary>
    public static bool TryFind(string name, out RadiusAttributeId id)
    {
        bool found = Dictionary.TryFind(name, out RadiusAttributeDefinition? definition) && definition.IsOnWire;
        id = found ? definition!.Id : default;
        return found;
    }
}
