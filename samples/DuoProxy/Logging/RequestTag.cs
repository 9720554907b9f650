using System.Globalization;
using System.Net;

namespace Sallyport.Samples.DuoProxy.Logging;

/// <summary>
/// What stands in front of every line about one request: <c>(('10.106.54.143', 1645), sadks, 163)</c>, the NAS's endpoint, the user
/// and the request's identifier.
/// </summary>
/// <param name="Remote">Where the request came from.</param>
/// <param name="User">The user's name as received.</param>
/// <param name="Identifier">The request's identifier.</param>
public sealed record RequestTag(IPEndPoint Remote, string User, byte Identifier)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({LogText.Endpoint(Remote)}, {LogText.Bare(User)}, {Identifier})");
}
