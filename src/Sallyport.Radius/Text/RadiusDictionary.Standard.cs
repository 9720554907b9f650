using Sallyport.Radius.Dictionaries;

namespace Sallyport.Radius.Text;

/// <content>The stock dictionary.</content>
public sealed partial class RadiusDictionary
{
    private static readonly Lazy<RadiusDictionary> LazyStandard = new(() => new RadiusDictionary(
        Rfc2865.Definitions, Rfc2866.Definitions, Rfc2867.Definitions, Rfc2868.Definitions, Rfc2869.Definitions, Rfc3162.Definitions,
        Rfc3579.Definitions, Rfc4072.Definitions, Rfc4372.Definitions, Rfc4675.Definitions, Rfc4818.Definitions, Rfc4849.Definitions,
        Rfc5090.Definitions, Rfc5176.Definitions, Rfc5447.Definitions, Rfc5580.Definitions, Rfc5607.Definitions, Rfc5904.Definitions,
        Rfc6519.Definitions, Rfc6572.Definitions, Rfc6677.Definitions, Rfc6911.Definitions, Rfc6929.Definitions, Rfc6930.Definitions,
        Rfc7055.Definitions, Rfc7155.Definitions, Rfc7268.Definitions, Rfc7499.Definitions, Rfc7833.Definitions, Rfc7930.Definitions,
        Rfc8045.Definitions, Rfc8559.Definitions, Rfc8658.Definitions, Rfc9445.Definitions, MicrosoftVsa.Definitions));

    /// <summary>All attributes of the RFCs, and Microsoft's (RFC 2548). Read on first use.</summary>
    public static RadiusDictionary Standard => LazyStandard.Value;
}
