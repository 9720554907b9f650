using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sallyport.Duo.Signing;

namespace Sallyport.Samples.Tests.DuoCloud;

/// <summary>Calls in every form in which Duo's own clients make them, and each of them spoiled.</summary>
public class SignedCallTests
{
    private const string Path = "/auth/v2/preauth";
    private static readonly KeyValuePair<string, string>[] Alice = [new("username", "alice"), new("ipaddr", "192.0.2.1")];

    public static TheoryData<string, Call> Calls => new()
    {
        { "duo_client 4.5", new Call { Version = DuoSignatureVersion.V2, Digest = DuoDigest.Sha1, DateSuffix = "-0000" } },
        { "duo_unix 2.2", new Call { DateHeader = "X-Duo-Date" } },
        { "duo_api_golang 0.1", new Call { SignPort = true, Chunked = true } },
        { "duo_api_nodejs 1.5", new Call { DateSuffix = "GMT", Chunked = true } },
        { "duo_client 5.6", new Call { Version = DuoSignatureVersion.V5, Json = true, DateSuffix = "-0000" } },
        { "version 5 with X-Duo-Date", new Call { Version = DuoSignatureVersion.V5, Json = true, DateHeader = "X-Duo-Date" } },
        { "version 4", new Call { Version = DuoSignatureVersion.V4, Json = true } },
        { "in capitals", new Call { Host = "LOCALHOST" } },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_clients_way_of_signing_is_taken_and_a_changed_call_is_not(string client, Call call)
    {
        Assert.NotEmpty(client);
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0");

        Assert.Equal((200, ""), await SendAsync(cloud, call));
        Assert.Equal((200, ""), await SendAsync(cloud, call with { Parameters = [.. Alice, new("hostname", "gw 1+ü~!'()*")] }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, call with { Secret = Cloud.Secret + "x" }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, call with { SentParameters = [new("username", "dora"), new("ipaddr", "192.0.2.1")] }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, call with { SentQuery = "?username=dora" }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, call with { SignedPath = "/auth/v2/auth" }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, call with { SignedDate = "Fri, 07 Dec 2012 17:18:00 +0000" }));
    }

    [Fact]
    public async Task Orders_in_which_only_some_clients_sort_are_taken_too()
    {
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0");
        KeyValuePair<string, string>[] pairs = [new("username", "alice"), new("phone", "z"), new("phone1", "a")];

        Assert.Equal((200, ""), await SendAsync(cloud, new Call { Parameters = pairs, SignedParameters = "phone1=a&phone=z&username=alice" }));
        Assert.Equal((200, ""), await SendAsync(cloud, new Call { Parameters = pairs, SignedParameters = "phone=z&phone1=a&username=alice" }));
        Assert.Equal((401, "40103"), await SendAsync(cloud, new Call { Parameters = pairs, SignedParameters = "username=alice&phone1=a&phone=z" }));
        Assert.Equal((400, "40002"), await SendAsync(cloud, new Call { Parameters = [new("username", "alice"), new("username", "dora")] }));
    }

    [Theory]
    [InlineData("Tue, 24 Nov 2026 12:00:00", "40105")]
    [InlineData("yesterday", "40105")]
    [InlineData("Fri, 07 Dec 2012 17:18:00 -0000", "40105")]
    [InlineData(null, "40104")]
    public async Task A_date_that_is_missing_old_or_none_is_refused(string? date, string code)
    {
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0");

        Assert.Equal((401, code), await SendAsync(cloud, new Call { Date = date, NoDate = date is null }));
    }

    [Fact]
    public async Task A_signature_without_a_date_is_taken_only_where_old_clients_are_served()
    {
        Call call = new() { Version = DuoSignatureVersion.V1, Digest = DuoDigest.Sha1, NoDate = true, To = "/rest/v1/preauth", Parameters = [new("user", "alice")] };
        await using Cloud strict = await Cloud.StartAsync(urls: "https://localhost:0");
        await using Cloud legacy = await Cloud.StartAsync(urls: "https://localhost:0", legacy: true);

        Assert.Equal((401, "40104"), await SendAsync(strict, call));
        Assert.Equal((200, ""), await SendAsync(legacy, call));
        Assert.Equal((401, "40103"), await SendAsync(legacy, call with { NoDate = false }));
        Assert.Equal((401, "40103"), await SendAsync(legacy, call with { SentParameters = [new("user", "dora")] }));
    }

    [Fact]
    public async Task Old_clients_are_answered_in_BSON()
    {
        Call call = new() { Version = DuoSignatureVersion.V1, Digest = DuoDigest.Sha1, NoDate = true, To = "/rest/v1/preauth.bson", Parameters = [new("user", "bob")] };
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0", legacy: true);

        using HttpResponseMessage good = await ExchangeAsync(cloud, call);
        using HttpResponseMessage bad = await ExchangeAsync(cloud, call with { Secret = "wrong" });

        byte[] body = await good.Content.ReadAsByteArrayAsync();
        Assert.Equal("application/bson", good.Content.Headers.ContentType!.MediaType);
        Assert.Equal(body.Length, BitConverter.ToInt32(body));
        Assert.Equal(0, body[^1]);
        Assert.Equal("\u0002stat\0\u0003\0\0\0OK\0\u0003response\0"u8.ToArray(), body[4..27]);
        Assert.Contains("\u0003factors\0", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        byte[] refusal = await bad.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, bad.StatusCode);
        Assert.Equal("\u0002stat\0\u0005\0\0\0FAIL\0\u0010code\0"u8.ToArray(), refusal[4..25]);
        Assert.Equal(40103, BitConverter.ToInt32(refusal, 25));
    }

    [Theory]
    [InlineData("{\"username\": \"alice\"", "40002")]
    [InlineData("[1]", "40002")]
    [InlineData("{\"username\": [\"alice\"]}", "40002")]
    [InlineData("{}", "40001")]
    [InlineData("{\"username\": \"alice\", \"text_prompt\": 7}", "40002")]
    public async Task A_signed_body_may_still_be_nonsense(string body, string code)
    {
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0");

        Assert.Equal((400, code), await SendAsync(cloud, new Call { Version = DuoSignatureVersion.V5, Json = true, Body = body, Parameters = [] }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_without_end_is_cut_off(bool chunked)
    {
        await using Cloud cloud = await Cloud.StartAsync(urls: "https://localhost:0");

        Exception? cut = null;
        int status = 0;
        try
        {
            (status, _) = await SendAsync(cloud, new Call { Version = DuoSignatureVersion.V5, Json = true, Body = new string(' ', 1 << 20), Chunked = chunked });
        }
        catch (HttpRequestException e)
        {
            cut = e;
        }

        Assert.True(status == 413 || cut is not null);
        await cloud.Auth().CheckAsync();
    }

    private static async Task<(int Status, string Code)> SendAsync(Cloud cloud, Call call)
    {
        using HttpResponseMessage response = await ExchangeAsync(cloud, call);
        string body = await response.Content.ReadAsStringAsync();
        using JsonDocument? json = body.Length > 0 ? JsonDocument.Parse(body) : null;
        return ((int)response.StatusCode, json is not null && json.RootElement.TryGetProperty("code", out JsonElement code) ? code.GetRawText() : "");
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(Cloud cloud, Call call)
    {
        string date = call.Date ?? DuoSignature.FormatDate(TimeProvider.System.GetUtcNow()).Replace("+0000", call.DateSuffix, StringComparison.Ordinal);
        byte[] body = Encoding.UTF8.GetBytes(call.Body ?? (call.Json ? Json(call.Parameters) : ""));
        DuoSignedRequest signed = new()
        {
            Method = "POST",
            Host = call.SignPort ? $"{call.Host ?? cloud.Url.Host}:{cloud.Url.Port}" : call.Host ?? cloud.Url.Host,
            Path = call.SignedPath ?? call.To,
            Date = call.SignedDate ?? date,
            Parameters = call.SignedParameters ?? (call.Json ? "" : DuoParameters.Canonicalize(call.Parameters)),
            Body = body,
            DuoHeaders = call.DateHeader == "X-Duo-Date" ? [new("X-Duo-Date", date)] : [],
        };
        string signature = DuoSignature.Compute(call.Version, call.Digest, call.Secret, signed);

        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cloud.Url, call.To + call.SentQuery));
        request.Headers.Host = call.Host is null ? null : $"{call.Host}:{cloud.Url.Port}";
        request.Headers.TryAddWithoutValidation("Authorization", DuoSignature.Authorization(Cloud.Key, signature));
        if (!call.NoDate)
        {
            request.Headers.TryAddWithoutValidation(call.DateHeader, date);
        }

        if (call.SentParameters is not null && call.Json)
        {
            body = Encoding.UTF8.GetBytes(Json(call.SentParameters));
        }

        request.Content = call.Json
            ? new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }
            : new FormUrlEncodedContent(call.SentParameters ?? call.Parameters);
        request.Headers.TransferEncodingChunked = call.Chunked;
        return await cloud.Http.SendAsync(request);
    }

    private static string Json(IEnumerable<KeyValuePair<string, string>> parameters) => JsonSerializer.Serialize(parameters.ToDictionary());

    /// <summary>How a call is signed, and what of it is sent otherwise.</summary>
    public sealed record Call
    {
        public string To { get; init; } = Path;

        public DuoSignatureVersion Version { get; init; } = DuoSignatureVersion.V2;

        public DuoDigest Digest { get; init; } = DuoDigest.Sha512;

        public string Secret { get; init; } = Cloud.Secret;

        public bool Json { get; init; }

        public string? Body { get; init; }

        public bool Chunked { get; init; }

        public bool SignPort { get; init; }

        public string? Host { get; init; }

        public bool NoDate { get; init; }

        public string? Date { get; init; }

        public string DateHeader { get; init; } = "Date";

        public string DateSuffix { get; init; } = "+0000";

        public string? SignedDate { get; init; }

        public string? SignedPath { get; init; }

        public string? SignedParameters { get; init; }

        public string SentQuery { get; init; } = "";

        public KeyValuePair<string, string>[] Parameters { get; init; } = Alice;

        public KeyValuePair<string, string>[]? SentParameters { get; init; }

        public override string ToString() => Version.ToString();
    }
}
