using Sallyport.Samples.Walkthrough;
using Spectre.Console;

namespace Sallyport.Samples.Tests.Walkthrough;

/// <summary>The whole login over real sockets on loopback, to every ending.</summary>
public class WalkthroughTests
{
    [Fact]
    public async Task A_login_opens_both_doors_and_pings_through_the_tunnel()
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions());

        Assert.Equal(0, code);
        Assert.Contains("sadks is in: address 192.168.13.1, DNS 10.106.60.12, routes 192.168.11.0/24, 192.168.12.0/24", told, StringComparison.Ordinal);
        Assert.Matches(@"ping 192\.168\.11\.10 through the tunnel: [0-9.]+ ms", told);
        Assert.Contains("(1 sent)", told, StringComparison.Ordinal);
        string[] order =
        [
            "client → headend   IKEv2   IKE_SA_INIT request 0",
            "client → headend   IKEv2   IKE_AUTH request 1",
            "headend → proxy     RADIUS  Access-Request",
            "proxy → primary   RADIUS  Access-Request",
            "primary → proxy     RADIUS  Access-Challenge",
            "primary → proxy     RADIUS  Access-Accept",
            "proxy → duo       HTTPS   POST /rest/v1/preauth",
            "proxy → duo       HTTPS   POST /rest/v1/auth",
            "duo → proxy     HTTPS   200 to POST /rest/v1/auth: allow, Success. Logging you in...",
            "proxy → headend   RADIUS  Access-Accept",
            "headend → client    IKEv2   IKE_AUTH response",
            "client → headend   ESP",
            "headend → client    ESP",
            "R1#show crypto ikev2 sa detailed",
            "Remote EAP id: sadks",
            "R1#show crypto session detail",
            "Session status: UP-ACTIVE",
        ];
        int at = 0;
        foreach (string line in order)
        {
            int found = told.IndexOf(line, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{line}' does not follow");
            at = found;
        }
    }

    [Fact]
    public async Task A_wrong_password_is_refused_without_a_push()
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions { BadPassword = true });

        Assert.Equal(0, code);
        Assert.Contains("the primary server rejects the password, and no push is sent (0)", told, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy → duo", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denied_push_is_refused()
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions { Deny = true });

        Assert.Equal(0, code);
        Assert.Contains("the person denies the push (1 sent)", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safe", "In on the password alone")]
    [InlineData("secure", "failmode=secure lets nobody in on the password alone")]
    public async Task Duo_out_of_reach_ends_as_failmode_says(string failMode, string ending)
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions { DuoDown = true, FailMode = failMode });

        Assert.Equal(0, code);
        Assert.Contains(ending, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_logins_at_once_get_an_address_each()
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions { Logins = 200 });

        Assert.Equal(0, code);
        Assert.Contains("200 of 200 are in, each with an address of its own: 200 addresses; 200 reach 192.168.11.10", told, StringComparison.Ordinal);
        Assert.Contains("(200 sent)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_eleventh_login_on_a_pool_of_ten_is_refused_with_the_right_notify()
    {
        (int code, string told) = await WalkAsync(new WalkthroughOptions { Logins = 11, Pool = 10 });

        Assert.Equal(0, code);
        Assert.Contains("10 of 11 are in", told, StringComparison.Ordinal);
        Assert.Contains("1 refused: tunnel refused: the gateway answers InternalAddressFailure", told, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Told)> WalkAsync(WalkthroughOptions options)
    {
        StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 1000;
        int code = await WalkthroughRun.RunAsync(options, console);
        return (code, writer.ToString());
    }
}
