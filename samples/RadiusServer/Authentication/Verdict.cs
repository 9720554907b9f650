using Sallyport.Radius.Transport;
using Sallyport.Samples.RadiusServer.Users;

namespace Sallyport.Samples.RadiusServer.Authentication;

/// <summary>What came of a request.</summary>
/// <param name="Outcome">Accept, reject or challenge.</param>
/// <param name="Protocol">By what protocol, for the log.</param>
/// <param name="User">The person.</param>
/// <param name="Reason">Why not, for the log; never told to the device.</param>
/// <param name="Write">Adds the protocol's own attributes to the reply.</param>
internal sealed record Verdict(VerdictOutcome Outcome, string Protocol, UserRecord User, string Reason, RadiusAttributeWriter? Write = null);

/// <summary>The kinds of verdict.</summary>
internal enum VerdictOutcome
{
    Accept,
    Reject,
    Challenge,
}
