using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>What a login comes to: a code, and the attributes of the answer, signed anew for everyone who asks.</summary>
/// <param name="Code">Accept, Reject or Challenge.</param>
/// <param name="Write">Adds the attributes.</param>
internal sealed record LoginAnswer(RadiusCode Code, RadiusAttributeWriter Write)
{
    /// <summary>The code's name in the log.</summary>
    public string Name => Code switch
    {
        RadiusCode.AccessAccept => "AccessAccept",
        RadiusCode.AccessReject => "AccessReject",
        _ => "AccessChallenge",
    };
}
