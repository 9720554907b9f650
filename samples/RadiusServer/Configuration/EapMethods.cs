using Sallyport.Eap.Wire;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.Configuration;

/// <summary>EAP methods by the names that radius.json has for them.</summary>
internal static class EapMethods
{
    /// <summary>Reads "eapMethods"; empty where there is none.</summary>
    /// <exception cref="ConfigurationException">A name is unknown.</exception>
    public static IReadOnlyList<EapMethodType> Read(JsonSection section) => [.. section.Texts("eapMethods").Select(m => m.ToLowerInvariant() switch
    {
        "md5" => EapMethodType.Md5Challenge,
        "gtc" => EapMethodType.GenericTokenCard,
        "mschapv2" => EapMethodType.MsChapV2,
        _ => throw section.Error("eapMethods", $"'{m}' should be md5, gtc or mschapv2"),
    })];
}
