using System.Net;

namespace Sallyport.Duo.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Theory]
    [InlineData("""{"stat": "OK", "response": {"result": "auth", "status_msg": "Account is active"}}""", true)]
    [InlineData("""{"stat": "OK", "response": {"result": "deny", "status_msg": "Not today"}}""", false)]
    [InlineData("""{"stat": "FAIL", "code": 40103, "message": "Invalid signature in request credentials"}""", false)]
    public async Task It_asks_for_the_second_factor_where_there_is_one_to_ask_for(string preauth, bool expected)
    {
        using HttpClient http = new(new Answers(preauth, """{"stat": "OK", "response": {"result": "allow", "status": "allow", "status_msg": "Success. Logging you in..."}}"""));

        Assert.Equal(expected, await MayPassAsync(http, "alice"));
    }

    private static async Task<bool> MayPassAsync(HttpClient http, string userName)
    {
        // <snippet>
        DuoOptions options = new() { IntegrationKey = "DIXXXXXXXXXXXXXXXXXX", SecretKey = "the application's secret key", ApiHost = "api-XXXXXXXX.duosecurity.com" };
        DuoAuthClient duo = new(options, http);    // DuoServiceCollectionExtensions.CreateHttpClient(options), or AddDuoAuthApi
        try
        {
            DuoPreauth preauth = await duo.PreauthAsync(userName);
            return preauth.Result == DuoResult.Allow
                || (preauth.Result == DuoResult.Auth && (await duo.AuthAsync(userName, factor: "push")).IsAllowed);
        }
        catch (DuoApiException e)
        {
            Console.WriteLine(e.IsConfigurationFault ? $"Duo does not take the keys: {e.Message}" : e.Message);
            return false;
        }
        catch (DuoUnreachableException e)
        {
            Console.WriteLine($"Duo is out of reach ({e.Reason}); whether to let people pass is yours to say.");
            return false;
        }

        // </snippet>
    }

    private sealed class Answers(string preauth, string auth) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(
            preauth.Contains("FAIL", StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : HttpStatusCode.OK)
        {
            Content = new StringContent(request.RequestUri!.AbsolutePath.EndsWith("preauth", StringComparison.Ordinal) ? preauth : auth),
        });
    }
}
