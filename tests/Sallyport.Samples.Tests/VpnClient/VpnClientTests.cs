using System.Net;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ipsec.Tests.Infrastructure;
using Sallyport.Samples.Common;
using Sallyport.Samples.VpnClient;

namespace Sallyport.Samples.Tests.VpnClient;

/// <summary>The client program against a gateway of the library, over real sockets.</summary>
public sealed class VpnClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vpnclient").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Theory]
    [InlineData("EAP-MD5")]
    [InlineData("EAP-MSCHAPv2")]
    public async Task A_login_prints_what_was_given_pings_and_disconnects(string method)
    {
        await using TestGateway gateway = new();

        int code = await RunAsync(gateway, o => o with { Ping = [TestGateway.InsideAddress] }, method);

        Assert.Equal((0, ""), (code, _errors.ToString()));
        string[] lines = _output.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Assert.Equal("connected: FlexVPN at 127.0.0.1, gateway.example.com", lines[0]);
        Assert.Equal(
            ["address: 192.168.13.1 on inside the process", "dns: 10.106.60.12", "route: 192.168.11.0/24", "route: 192.168.12.0/24", "ready: 192.168.13.1"],
            lines[1..6]);
        Assert.StartsWith("ping 192.168.11.10: ", lines[6], StringComparison.Ordinal);
        Assert.EndsWith(" ms", lines[6], StringComparison.Ordinal);
        Assert.Equal("disconnected", lines[7]);
        Assert.Empty(gateway.Endpoint.Sessions);
    }

    [Fact]
    public async Task The_client_offers_to_take_messages_in_fragments()
    {
        await using TestGateway gateway = new();
        await using VpnSession session = await VpnSession.ConnectAsync(Towards(gateway, "EAP-MD5"));

        Assert.True(session.Tunnel.Ike.IsFragmentationAgreed);
    }

    [Fact]
    public async Task A_wrong_password_is_told_as_such()
    {
        await using TestGateway gateway = new();

        int code = await RunAsync(gateway, o => o with { Password = "wrong" });

        Assert.Equal(1, code);
        Assert.StartsWith("login failed: authentication failed: ", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_told_as_such()
    {
        await using TestGateway gateway = new();

        int code = await RunAsync(gateway, o => o with { GatewayIdentity = null });

        Assert.Equal(1, code);
        Assert.Contains("untrusted gateway: the certificate of CN=gateway.example.com does not speak for flexvpn-csr.cisco.com", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_told_as_such()
    {
        await using TestGateway gateway = new();
        string other = Write("other.pem", TestPki.OtherAuthority.ExportCertificatePem());

        int code = await RunAsync(gateway, o => o with { CaFile = other });

        Assert.Equal(1, code);
        Assert.Contains("untrusted gateway: the certificate of CN=gateway.example.com is not trusted", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_the_ping_is_exit_code_1()
    {
        await using TestGateway gateway = new();

        int code = await RunAsync(gateway, o => o with { Ping = [IPAddress.Parse("192.168.99.9")], PingTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.Equal(1, code);
        Assert.Contains("ping 192.168.99.9: no answer", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_profiles_authentication_timeout_ends_a_push_that_takes_longer()
    {
        TaskCompletionSource push = new();
        await using TestGateway gateway = new(o => o.EapDelay = () => push.Task);

        int code = await RunAsync(gateway, o => o with { AuthenticationTimeout = TimeSpan.FromSeconds(1) });

        push.SetResult();
        Assert.Equal(1, code);
        Assert.StartsWith("login failed: timeout: ", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_ends_the_tunnel_ends_the_client()
    {
        TestGateway gateway = new();
        Task<int> running = RunAsync(gateway, o => o);
        while (gateway.Endpoint.Sessions.Count == 0)
        {
            await Task.Delay(10);
        }

        await gateway.DisposeAsync();

        Assert.Equal(1, await running);
        Assert.Contains("the tunnel has ended: deleted by the peer", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_disconnects_and_tells_the_gateway()
    {
        await using TestGateway gateway = new();
        using CancellationTokenSource signal = new();
        Task<int> running = RunAsync(gateway, o => o, stop: signal.Token);
        while (gateway.Endpoint.Sessions.Count == 0 || !_output.ToString().Contains("ready: ", StringComparison.Ordinal))
        {
            await Task.Delay(10);
        }

        await signal.CancelAsync();

        Assert.Equal(0, await running);
        Assert.EndsWith("disconnected", _output.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(gateway.Endpoint.Sessions);
    }

    [Theory]
    [InlineData("<AuthMethodDuringIKENegotiation>EAP-MD5", "<AuthMethodDuringIKENegotiation>IKE-RSA", ":49: this AuthMethodDuringIKENegotiation is not supported; EAP-MD5, EAP-GTC and EAP-MSCHAPv2 are")]
    [InlineData("<StandardAuthenticationOnly>true", "<StandardAuthenticationOnly>false", ":48: 'FlexVPN' wants EAP-AnyConnect, a method of the vendor's own; set StandardAuthenticationOnly to true")]
    [InlineData("<PrimaryProtocol>IPsec", "<PrimaryProtocol>SSL", ":47: 'FlexVPN' is an SSL gateway; this client speaks IPsec only (PrimaryProtocol)")]
    public async Task What_the_profile_asks_for_and_the_client_cannot_do_is_refused_before_anything_is_sent(string old, string wrong, string problem)
    {
        await using TestGateway gateway = new();
        string profile = Write("other.xml", ScenarioFiles.Read("Client_Profile.xml").Replace(old, wrong, StringComparison.Ordinal));

        ConfigurationException error = await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { ProfileFile = profile }));

        Assert.Equal(profile + problem, error.Message);
        Assert.Equal(0, gateway.EapRounds);
    }

    [Fact]
    public async Task Files_that_are_missing_or_no_certificates_are_configuration_errors()
    {
        await using TestGateway gateway = new();
        string missing = Path.Combine(_folder, "missing");
        string empty = Write("empty.pem", "nothing");

        Assert.StartsWith(missing + ":1: cannot be read", (await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { ProfileFile = missing }))).Message, StringComparison.Ordinal);
        Assert.StartsWith(missing + ":1: cannot be read", (await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { CaFile = missing }))).Message, StringComparison.Ordinal);
        Assert.StartsWith(empty + ":1: there is no certificate in it", (await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { CaFile = empty }))).Message, StringComparison.Ordinal);
        Assert.Contains("the server list has no entry 'Other'; it has FlexVPN", (await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { HostName = "Other" }))).Message, StringComparison.Ordinal);
        Assert.Contains("'gw:port' is no gateway", (await Assert.ThrowsAsync<ConfigurationException>(() => RunAsync(gateway, o => o with { Server = "gw:port" }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_without_a_timeout_waits_for_a_push_as_long_as_the_schema_allows()
    {
        string text = ScenarioFiles.Read("Client_Profile.xml").Replace("<AuthenticationTimeout>30</AuthenticationTimeout>", "", StringComparison.Ordinal);
        VpnClientOptions options = Options(Write("scenario.xml", ScenarioFiles.Read("Client_Profile.xml")));

        Assert.Equal(TimeSpan.FromSeconds(30), VpnPlan.Resolve(options).AuthenticationTimeout);
        Assert.Equal(TimeSpan.FromSeconds(120), VpnPlan.Resolve(options with { ProfileFile = Write("without.xml", text) }).AuthenticationTimeout);
        Assert.Equal(VpnPlan.DefaultIdentity, VpnPlan.Resolve(options).Identity.ToString());
        Assert.Equal(("flexvpn-csr.cisco.com", 500), (VpnPlan.Resolve(options).Server, VpnPlan.Resolve(options).Port));
    }

    [Fact]
    public void The_options_never_print_the_password() =>
        Assert.DoesNotContain("open sesame", Options("p.xml").ToString(), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<int> RunAsync(TestGateway gateway, Func<VpnClientOptions, VpnClientOptions> change, string method = "EAP-MD5", CancellationToken stop = default) =>
        VpnClientHost.RunAsync(change(Towards(gateway, method)), _output, _errors, null, stop);

    private VpnClientOptions Towards(TestGateway gateway, string method)
    {
        string text = ScenarioFiles.Read("Client_Profile.xml").Replace(">EAP-MD5<", $">{method}<", StringComparison.Ordinal);
        return Options(Write("Client_Profile.xml", text)) with
        {
            Server = gateway.Endpoint.IkeEndPoint.ToString(),
            NatTraversalPort = gateway.Endpoint.NatTraversalEndPoint.Port,
            GatewayIdentity = TestPki.GatewayName,
        };
    }

    private VpnClientOptions Options(string profile) => new()
    {
        ProfileFile = profile,
        User = "sadks",
        Password = "open sesame",
        CaFile = Write("ca.pem", TestPki.Authority.ExportCertificatePem()),
    };

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
