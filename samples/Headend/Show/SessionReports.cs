using System.Net;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec;
using Sallyport.Samples.Headend.Configuration;
using Sallyport.Samples.Headend.Login;

namespace Sallyport.Samples.Headend.Show;

/// <summary>Takes a report of a session.</summary>
internal static class SessionReports
{
    public static SessionReport Create(IpsecSession session, HeadendPlan plan, TimeSpan now)
    {
        IkeSession ike = session.Ike;
        LoginState login = (LoginState)session.Tag!;
        EspCounts counts = session.Counts;
        return new SessionReport
        {
            Id = session.Id,
            Local = ike.Path.Local,
            Remote = session.Remote,
            Profile = plan.Profile.Name,
            VirtualAccess = session.Id,
            Suite = Suite(ike.Suite!),
            AuthSign = plan.Profile.Local == LocalAuthentication.RsaSignature ? "RSA" : "ECDSA",
            Lifetime = plan.Profile.Lifetime,
            Active = now - ike.EstablishedAt,
            LocalSpi = ike.LocalSpi,
            RemoteSpi = ike.RemoteSpi,
            LocalId = ike.LocalIdentity!.ToString(),
            RemoteId = LoginState.Printable(ike.RemoteIdentity!.ToString()),
            EapId = login.User,
            LocalMessageId = ike.NextRequestId,
            RemoteMessageId = ike.ExpectedRequestId,
            DpdInterval = plan.Profile.DpdInterval,
            DpdRetry = plan.Profile.DpdRetry,
            Nat = ike.IsLocalBehindNat ? NatSide.Inside : ike.IsRemoteBehindNat ? NatSide.Outside : NatSide.None,
            Fragmentation = ike.IsFragmentationAgreed,
            AssignedAddress = session.Configuration!.Address!,
            Flow = new FlowReport(
                [.. session.LocalSelectors.Select(s => s.TryGetNetwork(out IPNetwork network) ? network : (IPNetwork?)null).OfType<IPNetwork>()],
                counts.PacketsIn,
                counts.DropsIn,
                counts.PacketsOut,
                counts.DropsOut,
                plan.ChildLifetime.Time - (now - (ike.ChildEstablishedAt ?? now)),
                LeftOf(plan.ChildLifetime, session.ChildCounts.OctetsIn),
                LeftOf(plan.ChildLifetime, session.ChildCounts.OctetsOut)),
        };
    }

    private static long? LeftOf(IkeChildLifetime lifetime, long octets) => lifetime.Octets == 0 ? null : Math.Max(0, lifetime.Octets - octets) / 1024;

    private static SuiteReport Suite(IkeSuite suite) => new(
        suite.Encryption == EncryptionAlgorithm.AesGcm16 ? "AES-GCM" : "AES-CBC",
        suite.KeyBits,
        suite.Prf switch { PrfAlgorithm.HmacSha256 => "SHA256", PrfAlgorithm.HmacSha384 => "SHA384", _ => "SHA512" },
        suite.Integrity switch
        {
            IntegrityAlgorithm.HmacSha256Trunc128 => "SHA256",
            IntegrityAlgorithm.HmacSha384Trunc192 => "SHA384",
            IntegrityAlgorithm.HmacSha512Trunc256 => "SHA512",
            _ => "None",
        },
        (int)suite.KeyExchange);
}
