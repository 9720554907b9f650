using System.Net;
using Microsoft.Playwright;

namespace Sallyport.Samples.Tests.RadiusServer;

public class LiveLogPageTests
{
    private const string Chromium = "/usr/bin/chromium";
    private const string Users = """[{ "name": "alice", "password": "alice-pw" }]""";

    [Fact]
    public async Task The_page_lets_no_other_site_in_and_takes_nothing()
    {
        await using Primary primary = await Primary.StartAsync(Users, liveLog: "http://127.0.0.1:0");
        using HttpClient http = new() { BaseAddress = primary.Service.LiveLog };

        using HttpResponseMessage page = await http.GetAsync(new Uri("/", UriKind.Relative));
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/events");
        rebound.Headers.Host = "evil.example.com";
        using HttpResponseMessage refused = await http.SendAsync(rebound);
        using HttpResponseMessage posted = await http.PostAsync(new Uri("/events", UriKind.Relative), null);

        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.DoesNotContain("http", (await page.Content.ReadAsStringAsync()).Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_go_on_behind_the_last_one_that_the_browser_has_seen()
    {
        await using Primary primary = await Primary.StartAsync(Users, liveLog: "http://127.0.0.1:0");
        await primary.AskAsync("User-Name = first, User-Password = x");
        await primary.AskAsync("User-Name = second, User-Password = x");
        using HttpClient http = new() { BaseAddress = primary.Service.LiveLog };
        using HttpRequestMessage request = new(HttpMethod.Get, "/events");
        request.Headers.Add("Last-Event-ID", "1");

        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader events = new(await response.Content.ReadAsStreamAsync());
        List<string> lines = [];
        while (!lines.Exists(l => l.StartsWith("data: ", StringComparison.Ordinal)))
        {
            lines.Add((await events.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)))!);
        }

        Assert.Contains("id: 2", lines);
        Assert.Contains("\"user\":\"second\"", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains("first", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_person_sees_logins_come_in_the_browser()
    {
        Skip.IfNot(File.Exists(Chromium), $"{Chromium} is not installed");
        await using Primary primary = await Primary.StartAsync(Users, liveLog: "http://127.0.0.1:0");
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            Timeout = 30_000,
        });
        IPage page = await browser.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(primary.Service.LiveLog!.ToString());
        await page.GetByText("Nobody has asked yet.").WaitForAsync();

        await primary.AskAsync("User-Name = alice, User-Password = alice-pw, Calling-Station-Id = \"00-11-22\"");
        ILocator passed = page.Locator("tr", new PageLocatorOptions { HasText = "alice" });
        await passed.WaitForAsync();
        string text = await passed.InnerTextAsync();
        await primary.AskAsync("User-Name = \"<img src=x onerror=alert(1)>\", User-Password = x, Calling-Station-Id = \"<b>bold</b>\"");
        ILocator hostile = page.Locator("tr", new PageLocatorOptions { HasText = "unknown user" });
        await hostile.WaitForAsync();
        string hostileText = await hostile.InnerTextAsync();
        int images = await page.Locator("img, tbody b").CountAsync();
        await primary.AskAsync("Packet-Type = Accounting-Request, User-Name = alice, Acct-Status-Type = Start, Acct-Session-Id = 0042");
        await page.Locator("tr", new PageLocatorOptions { HasText = "0042" }).WaitForAsync();
        await page.Locator("#filter").FillAsync("0042");
        int shown = await page.Locator("tbody tr:visible").CountAsync();

        Assert.Contains("passed", text, StringComparison.Ordinal);
        Assert.Contains("PAP", text, StringComparison.Ordinal);
        Assert.Contains("00-11-22", text, StringComparison.Ordinal);
        Assert.Contains("<img src=x onerror=alert(1)>", hostileText, StringComparison.Ordinal);
        Assert.Contains("<b>bold</b>", hostileText, StringComparison.Ordinal);
        Assert.Equal(0, images);
        Assert.Equal(1, shown);
        Assert.Empty(complaints);
    }
}
