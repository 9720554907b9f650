using System.Net;
using System.Text;
using Microsoft.Playwright;
using Sallyport.Duo;

namespace Sallyport.Samples.Tests.DuoCloud;

public class PhonePageTests
{
    private const string Chromium = "/usr/bin/chromium";

    // A browser that was told to go on in spite of the certificate's name: the page holds without the certificate's help.
    private static readonly HttpClient Rebound = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=DuoCloud simulator" } });

    [Theory]
    [InlineData("approve", true)]
    [InlineData("deny", false)]
    public async Task A_manual_push_is_answered_by_the_phones_own_page_only(string answer, bool allowed)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        Task<DuoAuth> asking = cloud.Rest().AuthAsync("fay");
        string push = await cloud.PushAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await AnswerAsync(cloud, push, answer, "https://evil.example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, await AnswerAsync(cloud, push, answer, null));
        Assert.Equal(HttpStatusCode.Forbidden, await AnswerAsync(cloud, push, answer, cloud.Origin, site: "cross-site"));
        Assert.Equal(HttpStatusCode.Forbidden, await AnswerAsync(cloud, push, answer, $"https://evil.example.com:{cloud.Url.Port}", host: $"evil.example.com:{cloud.Url.Port}"));
        Assert.Equal(HttpStatusCode.BadRequest, await AnswerAsync(cloud, push, answer, cloud.Origin, type: "text/plain"));
        Assert.Equal(HttpStatusCode.BadRequest, await AnswerAsync(cloud, push, "perhaps", cloud.Origin));
        Assert.Equal(HttpStatusCode.Gone, await AnswerAsync(cloud, cloud.Service.AwaitingPhone[0].TransactionId, answer, cloud.Origin));
        Assert.False(asking.IsCompleted);
        Assert.Equal(HttpStatusCode.NoContent, await AnswerAsync(cloud, push, answer, cloud.Origin));
        Assert.Equal(allowed, (await asking).IsAllowed);
        Assert.Equal(HttpStatusCode.Gone, await AnswerAsync(cloud, push, answer, cloud.Origin));
    }

    [Fact]
    public async Task The_page_lets_no_other_site_in()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        using HttpResponseMessage page = await cloud.Http.GetAsync(new Uri(cloud.Url, "/phone"));
        using HttpRequestMessage rebound = new(HttpMethod.Get, new Uri(cloud.Url, "/phone/events"));
        rebound.Headers.Host = "evil.example.com";
        using HttpResponseMessage refused = await Rebound.SendAsync(rebound);

        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
    }

    [SkippableFact]
    public async Task A_person_sees_pushes_come_and_answers_them_in_the_browser()
    {
        Skip.IfNot(File.Exists(Chromium), $"{Chromium} is not installed");
        await using Cloud cloud = await Cloud.StartAsync(
            Cloud.Configuration.Replace("\"users\": [", "\"users\": [ { \"name\": \"<b>mallory</b>\", \"push\": \"manual\" },", StringComparison.Ordinal));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            Timeout = 30_000,
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { IgnoreHTTPSErrors = true, ViewportSize = new ViewportSize { Width = 360, Height = 640 } });
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(new Uri(cloud.Url, "/phone").ToString());
        await page.GetByText("No login is waiting for you.").WaitForAsync();

        Task<DuoAuth> first = cloud.Rest().AuthAsync("fay", ipAddress: "192.0.2.1");
        ILocator card = page.Locator("li.push", new PageLocatorOptions { HasText = "fay" });
        await card.WaitForAsync();
        string text = await card.InnerTextAsync();
        bool overflows = await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        DuoAuth approved = await first.WaitAsync(TimeSpan.FromSeconds(10));
        await page.GetByText("No login is waiting for you.").WaitForAsync();

        Task<DuoAuth> second = cloud.Rest().AuthAsync("<b>mallory</b>", ipAddress: "<script>alert(1)</script>");
        ILocator hostile = page.Locator("li.push");
        await hostile.WaitForAsync();
        string hostileText = await hostile.InnerTextAsync();
        await hostile.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Deny" }).ClickAsync();
        DuoAuth denied = await second.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains("Log in to VPN", text, StringComparison.Ordinal);
        Assert.Contains("192.0.2.1", text, StringComparison.Ordinal);
        Assert.False(overflows, "the page should fit a phone's width");
        Assert.True(approved.IsAllowed);
        Assert.Contains("<b>mallory</b>", hostileText, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", hostileText, StringComparison.Ordinal);
        Assert.Equal("Login request denied.", denied.Message);
        Assert.Empty(complaints);
    }

    private static async Task<HttpStatusCode> AnswerAsync(
        Cloud cloud, string push, string answer, string? origin, string? site = null, string? host = null, string type = "application/json")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cloud.Url, $"/phone/pushes/{push}"))
        {
            Content = new StringContent($$"""{"answer":"{{answer}}"}""", Encoding.UTF8, type),
        };
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using HttpResponseMessage response = await Rebound.SendAsync(request);
        return response.StatusCode;
    }
}
