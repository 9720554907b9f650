using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Sallyport.Duo.Tests;

/// <summary>What keeps an answer from coming, each by its own reason.</summary>
public class ReachTests
{
    [Fact]
    public async Task Rate_limits_are_waited_out_as_Duo_says_and_each_try_is_signed_afresh()
    {
        FakeDuo duo = new((call, _) =>
        {
            HttpResponseMessage response = FakeDuo.Response(call < 4 ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, call < 4 ? "" : FakeDuo.Ok("""{"result":"auth"}"""));
            switch (call)
            {
                case 1:
                    response.Headers.Add("Retry-After", "3");
                    break;
                case 2:
                    response.Headers.Add("X-Retry-After", "2");
                    break;
                case 3:
                    response.Headers.Add("X-Retry-After", "Tue, 24 Nov 2026 12:00:06 GMT");
                    break;
            }

            return Task.FromResult(response);
        });

        DuoPreauth preauth = await duo.PassTimeAsync(duo.Rest.PreauthAsync("bob"), TimeSpan.FromSeconds(1));

        Assert.Equal(DuoResult.Auth, preauth.Result);
        Assert.Equal(["12:00:00", "12:00:03", "12:00:05", "12:00:06"], duo.Calls.Select(c => c.Date!.Split(' ')[4]));
        Assert.All(duo.Calls, c => Assert.True(FakeDuo.IsSigned(c)));
        Assert.Equal(4, duo.Calls.Select(c => c.Authorization).Distinct().Count());
    }

    [Fact]
    public async Task Without_a_word_the_waits_grow_and_end_at_the_cap()
    {
        FakeDuo duo = new(HttpStatusCode.TooManyRequests, "");

        DuoUnreachableException e = await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.PassTimeAsync(duo.Rest.PreauthAsync("bob"), TimeSpan.FromSeconds(0.5)));

        Assert.Equal(DuoUnreachableReason.RateLimit, e.Reason);
        Assert.InRange(duo.Calls.Count, 3, 4);
    }

    [Theory]
    [InlineData("11", 1)]
    [InlineData("999999999", 1)]
    [InlineData("0", 7)]
    public async Task A_wait_that_is_too_long_and_tries_that_are_too_many_are_given_up(string retryAfter, int calls)
    {
        FakeDuo duo = new((_, _) =>
        {
            HttpResponseMessage response = FakeDuo.Response(HttpStatusCode.TooManyRequests, "");
            response.Headers.Add("Retry-After", retryAfter);
            return Task.FromResult(response);
        });

        DuoUnreachableException e = await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Rest.PreauthAsync("bob"));

        Assert.Equal(DuoUnreachableReason.RateLimit, e.Reason);
        Assert.Equal(calls, duo.Calls.Count);
    }

    [Fact]
    public async Task A_call_that_asks_nobody_ends_soon_and_one_that_waits_for_a_person_late()
    {
        FakeDuo duo = new(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new UnreachableException();
        });

        Task<DuoPreauth> preauth = duo.Rest.PreauthAsync("bob");
        Task<DuoAuth> auth = duo.Rest.AuthAsync("bob");
        duo.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(DuoUnreachableReason.Timeout, (await Assert.ThrowsAsync<DuoUnreachableException>(() => preauth.WaitAsync(TimeSpan.FromSeconds(10)))).Reason);
        duo.Time.Advance(TimeSpan.FromSeconds(59));
        await Task.Delay(20);
        Assert.False(auth.IsCompleted);
        duo.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DuoUnreachableReason.Timeout, (await Assert.ThrowsAsync<DuoUnreachableException>(() => auth.WaitAsync(TimeSpan.FromSeconds(10)))).Reason);
        Assert.Equal(2, duo.Calls.Count);
    }

    [Fact]
    public async Task A_caller_may_give_up_also_while_a_rate_limit_is_waited_out()
    {
        using CancellationTokenSource gaveUp = new();
        FakeDuo duo = new((_, _) =>
        {
            gaveUp.CancelAfter(TimeSpan.FromMilliseconds(20));
            HttpResponseMessage response = FakeDuo.Response(HttpStatusCode.TooManyRequests, "");
            response.Headers.Add("Retry-After", "9");
            return Task.FromResult(response);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => duo.Rest.PreauthAsync("bob", cancellationToken: gaveUp.Token));
    }

    public static TheoryData<Exception, DuoUnreachableReason> Failures => new()
    {
        { new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException()), DuoUnreachableReason.Connect },
        { new HttpRequestException(HttpRequestError.NameResolutionError, "no such host"), DuoUnreachableReason.Connect },
        { new HttpRequestException(HttpRequestError.ProxyTunnelError, "407"), DuoUnreachableReason.Connect },
        { new HttpRequestException(HttpRequestError.ResponseEnded, "gone"), DuoUnreachableReason.Connect },
        { new HttpRequestException(HttpRequestError.SecureConnectionError, "handshake"), DuoUnreachableReason.Tls },
        { new HttpRequestException("chain", new AuthenticationException("UntrustedRoot")), DuoUnreachableReason.Tls },
        { new TaskCanceledException("the handler's own limit for connecting"), DuoUnreachableReason.Timeout },
        { new HttpIOException(HttpRequestError.ResponseEnded), DuoUnreachableReason.Connect },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_the_HTTP_client_throws_becomes_a_reason(Exception thrown, DuoUnreachableReason reason)
    {
        FakeDuo duo = new((_, _) => Task.FromException<HttpResponseMessage>(thrown));

        DuoUnreachableException e = await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Auth.PreauthAsync("bob"));

        Assert.Equal(reason, e.Reason);
        Assert.Same(thrown, e.InnerException);
    }

    [Theory]
    [InlineData(500, """{"stat":"FAIL","code":50001,"message":"unknown"}""")]
    [InlineData(503, "<html>")]
    [InlineData(599, "")]
    public async Task An_answer_of_5xx_is_Duos_own_fault(int status, string body)
    {
        FakeDuo duo = new((HttpStatusCode)status, body);

        Assert.Equal(DuoUnreachableReason.ServerError, (await Assert.ThrowsAsync<DuoUnreachableException>(() => duo.Auth.PreauthAsync("bob"))).Reason);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_and_one_that_speaks_no_TLS_differ()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        DuoOptions options = new() { IntegrationKey = FakeDuo.Key, SecretKey = FakeDuo.Secret, ApiHost = "127.0.0.1", ApiPort = ((IPEndPoint)listener.LocalEndpoint).Port };
        using HttpClient http = DuoServiceCollectionExtensions.CreateHttpClient(options);
        Task<DuoPreauth> asking = new DuoRestClient(options, http).PreauthAsync("bob");
        using (Socket plain = await listener.AcceptSocketAsync())
        {
            await plain.SendAsync("SSH-2.0-not-TLS\r\n"u8.ToArray());
            Assert.Equal(DuoUnreachableReason.Tls, (await Assert.ThrowsAsync<DuoUnreachableException>(() => asking)).Reason);
        }

        listener.Stop();
        Assert.Equal(DuoUnreachableReason.Connect, (await Assert.ThrowsAsync<DuoUnreachableException>(() => new DuoRestClient(options, http).PreauthAsync("bob"))).Reason);
    }
}
