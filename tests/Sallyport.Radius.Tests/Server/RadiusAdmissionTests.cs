using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Server;

/// <summary>Who is let in, under which policy, and how often.</summary>
public class RadiusAdmissionTests
{
    private const string UserName = "0161";
    private const string ProxyState = "2170";
    private const string Eap = "4f02010005";
    private const string Password = "0200000000000000000000000000000000";
    private static readonly RadiusSecret Secret = new("testing123");
    private static readonly RadiusAdmission Authentication = new(RadiusRoles.Authentication);

    [Theory]
    [InlineData(RadiusMessageAuthenticatorPolicy.Require, Signature.Right, RadiusAdmissionResult.Admitted)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Require, Signature.None, RadiusAdmissionResult.MissingMessageAuthenticator)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Require, Signature.Wrong, RadiusAdmissionResult.MessageAuthenticator)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.Right, RadiusAdmissionResult.Admitted)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.None, RadiusAdmissionResult.Admitted)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.Wrong, RadiusAdmissionResult.MessageAuthenticator)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off, Signature.Right, RadiusAdmissionResult.Admitted)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off, Signature.None, RadiusAdmissionResult.Admitted)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off, Signature.Wrong, RadiusAdmissionResult.Admitted)]
    public void A_policy_says_what_a_login_must_carry(RadiusMessageAuthenticatorPolicy policy, Signature signature, RadiusAdmissionResult expected) =>
        Assert.Equal(expected, Admit(Peer(policy), Login(signature, UserName)));

    [Theory]
    [InlineData(RadiusMessageAuthenticatorPolicy.Require)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off)]
    public void EAP_is_signed_and_stands_alone_whatever_the_policy(RadiusMessageAuthenticatorPolicy policy)
    {
        Assert.Equal(RadiusAdmissionResult.Admitted, Admit(Peer(policy), Login(Signature.Right, Eap)));
        Assert.Equal(RadiusAdmissionResult.MissingMessageAuthenticator, Admit(Peer(policy), Login(Signature.None, Eap)));
        Assert.Equal(RadiusAdmissionResult.MessageAuthenticator, Admit(Peer(policy), Login(Signature.Wrong, Eap)));
        Assert.Equal(RadiusAdmissionResult.MixedCredentials, Admit(Peer(policy), Login(Signature.Right, Eap, Password)));
    }

    [Theory]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.None, RadiusProxyStateLimit.Yes, false)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.None, RadiusProxyStateLimit.No, true)]
    [InlineData(RadiusMessageAuthenticatorPolicy.IfPresent, Signature.Right, RadiusProxyStateLimit.Yes, true)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off, Signature.Right, RadiusProxyStateLimit.Yes, false)]
    [InlineData(RadiusMessageAuthenticatorPolicy.Off, Signature.None, RadiusProxyStateLimit.No, true)]
    public void A_Proxy_State_needs_a_signature_that_was_looked_at(RadiusMessageAuthenticatorPolicy policy, Signature signature, RadiusProxyStateLimit limit, bool admitted)
    {
        RadiusAdmissionResult result = Admit(Peer(policy, limit), Login(signature, UserName, ProxyState));

        Assert.Equal(admitted ? RadiusAdmissionResult.Admitted : RadiusAdmissionResult.ProxyState, result);
    }

    [Theory]
    [InlineData(Signature.None, true, true)]
    [InlineData(Signature.None, false, false)]
    [InlineData(Signature.Right, true, false)]
    [InlineData(Signature.Right, false, false)]
    public void With_auto_the_first_login_decides_for_good(Signature signature, bool proxyState, bool letOff)
    {
        RadiusPeer peer = Peer(RadiusMessageAuthenticatorPolicy.IfPresent, RadiusProxyStateLimit.Auto);
        Assert.True(peer.IsProxyStateLimited);
        Assert.Equal(RadiusAdmissionResult.Admitted, Admit(peer, proxyState ? Login(signature, UserName, ProxyState) : Login(signature, UserName)));
        Admit(peer, Login(letOff ? Signature.Right : Signature.None, UserName, ProxyState));

        Assert.Equal(!letOff, peer.IsProxyStateLimited);
        Assert.Equal(letOff ? RadiusAdmissionResult.Admitted : RadiusAdmissionResult.ProxyState, Admit(peer, Login(Signature.None, UserName, ProxyState)));
    }

    [Fact]
    public void With_auto_neither_EAP_nor_what_is_not_genuine_decides()
    {
        RadiusPeer peer = Peer(RadiusMessageAuthenticatorPolicy.IfPresent, RadiusProxyStateLimit.Auto);
        Admit(peer, Login(Signature.Right, Eap, ProxyState));
        Admit(peer, Login(Signature.Wrong, UserName));
        Admit(peer, Packets.Raw(RadiusCode.StatusServer, UserName));

        Assert.Equal(RadiusAdmissionResult.Admitted, Admit(peer, Login(Signature.None, UserName, ProxyState)));
        Assert.False(peer.IsProxyStateLimited);
    }

    [Theory]
    [InlineData(RadiusRoles.Authentication, RadiusCode.AccessRequest, RadiusCode.StatusServer)]
    [InlineData(RadiusRoles.Accounting, RadiusCode.AccountingRequest, RadiusCode.StatusServer)]
    [InlineData(RadiusRoles.DynamicAuthorization, RadiusCode.CoaRequest, RadiusCode.DisconnectRequest)]
    public void A_port_serves_what_its_role_says_and_nothing_else(RadiusRoles role, params RadiusCode[] served)
    {
        RadiusAdmission admission = new(role);
        foreach (RadiusCode code in Enumerable.Range(0, 256).Select(c => (RadiusCode)c))
        {
            RadiusAdmissionResult result = admission.Admit(Signed(code), Peer(), default, out _);
            Assert.Equal(served.Contains(code) ? RadiusAdmissionResult.Admitted : RadiusAdmissionResult.UnexpectedCode, result);
        }
    }

    [Theory]
    [InlineData(RadiusCode.AccountingRequest)]
    [InlineData(RadiusCode.CoaRequest)]
    [InlineData(RadiusCode.DisconnectRequest)]
    public void What_is_hashed_over_itself_is_refused_where_one_bit_differs(RadiusCode code)
    {
        RadiusAdmission admission = new(RadiusRoles.Accounting | RadiusRoles.DynamicAuthorization);
        byte[] request = Signed(code);
        Assert.Equal(RadiusAdmissionResult.Admitted, admission.Admit(request, Peer(), default, out _));
        for (int i = 4; i < request.Length; i++)
        {
            byte[] forged = [.. request];
            forged[i] ^= 1;
            Assert.NotEqual(RadiusAdmissionResult.Admitted, admission.Admit(forged, Peer(), default, out _));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void An_Event_Timestamp_is_recent(int seconds, bool fresh)
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        byte[] octets = Packets.Raw(RadiusCode.CoaRequest, "37" + (1_800_000_000 + seconds).ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out _));
        Assert.True(RadiusPacket.TryParse(Packets.Raw(RadiusCode.CoaRequest, UserName), out RadiusPacket without, out _));

        Assert.Equal(fresh, RadiusAdmission.IsFresh(packet, now, TimeSpan.FromSeconds(300), required: false));
        Assert.True(RadiusAdmission.IsFresh(without, now, TimeSpan.FromSeconds(300), required: false));
        Assert.False(RadiusAdmission.IsFresh(without, now, TimeSpan.FromSeconds(300), required: true));
    }

    [Fact]
    public void A_device_may_send_its_rate_after_its_burst_and_nobody_else_spends_it()
    {
        RadiusPeer peer = new("nas", "192.0.2.1", Secret) { RateLimit = new RadiusRateLimit(perSecond: 10, burst: 5) };
        int Admitted(int tries, double at) => Enumerable.Range(0, tries).Count(_ => Admit(peer, Login(Signature.Right, UserName), TimeSpan.FromSeconds(at)) == RadiusAdmissionResult.Admitted);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(RadiusAdmissionResult.MessageAuthenticator, Admit(peer, Login(Signature.Wrong, UserName)));
        }

        Assert.Equal(5, Admitted(20, at: 0));
        Assert.Equal(0, Admitted(20, at: 0.09));
        Assert.Equal(1, Admitted(20, at: 0.1));
        Assert.Equal(5, Admitted(20, at: 60));
        Assert.Equal(100, Enumerable.Range(1, 1000).Sum(i => Admitted(1, 60.0005 + (i * 0.01))));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1_000_001, 1)]
    [InlineData(10, 0)]
    public void A_limit_that_lets_nothing_pass_is_refused(double perSecond, int burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadiusRateLimit(perSecond, burst));

    public enum Signature
    {
        None,
        Right,
        Wrong,
    }

    private static RadiusPeer Peer(RadiusMessageAuthenticatorPolicy policy = RadiusMessageAuthenticatorPolicy.Require, RadiusProxyStateLimit limit = RadiusProxyStateLimit.Yes) =>
        new("nas", "192.0.2.1", Secret) { MessageAuthenticator = policy, LimitProxyState = limit };

    private static RadiusAdmissionResult Admit(RadiusPeer peer, byte[] datagram, TimeSpan now = default) => Authentication.Admit(datagram, peer, now, out _);

    // The attributes are given as type and value in hexadecimal.
    private static byte[] Login(Signature signature, params string[] attributes)
    {
        if (signature == Signature.None)
        {
            return Packets.Raw(RadiusCode.AccessRequest, attributes);
        }

        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
        foreach (string attribute in attributes)
        {
            byte[] octets = Convert.FromHexString(attribute);
            writer.AddRaw(new RadiusAttributeId(0, octets[0]), octets.AsSpan(1));
        }

        Assert.True(writer.TryComplete(signature == Signature.Right ? Secret : new RadiusSecret("another"), out int length));
        return buffer[..length];
    }

    private static byte[] Signed(RadiusCode code)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, 1, new byte[16]);
        writer.AddRaw(new RadiusAttributeId(0, 1), "a"u8);
        Assert.True(writer.TryComplete(Secret, out int length));
        return buffer[..length];
    }
}
