using System.Text;
using System.Text.Json;
using Sallyport.Duo.Signing;

namespace Sallyport.Duo.Tests.Signing;

/// <summary>The vectors of the official open clients' own tests; each names its source in the file.</summary>
public class PublishedVectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Signing", "signing-vectors.json"))).RootElement;

    public static TheoryData<string> Signatures => [.. Vectors.GetProperty("signatures").EnumerateArray().Select(v => v.GetProperty("id").GetString()!)];

    public static TheoryData<string> Parameters => [.. Vectors.GetProperty("canonical_params").EnumerateArray().Select(v => v.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Signatures))]
    public void A_signature_is_the_published_one(string id)
    {
        JsonElement v = Find("signatures", id);
        DuoSignatureVersion version = (DuoSignatureVersion)v.GetProperty("sig_version").GetInt32();
        DuoDigest digest = v.GetProperty("digest").GetString() == "sha1" ? DuoDigest.Sha1 : DuoDigest.Sha512;
        string key = v.GetProperty("skey").GetString()!;
        DuoSignedRequest request = new()
        {
            Method = v.GetProperty("method").GetString()!,
            Host = v.GetProperty("host").GetString()!,
            Path = v.GetProperty("path").GetString()!,
            Date = v.GetProperty("date").GetString()!,
            Parameters = DuoParameters.Canonicalize(Pairs(v.GetProperty("params"))),
            Body = v.GetProperty("body").GetString() is { } body ? Encoding.UTF8.GetBytes(body) : default(ReadOnlyMemory<byte>),
            DuoHeaders = Pairs(v.GetProperty("headers")),
        };
        string expected = v.GetProperty("expected_hex").GetString()!;

        Assert.Equal(expected, DuoSignature.Compute(version, digest, key, request));
        Assert.True(DuoSignature.Verify(version, digest, key, request, expected));
        Assert.False(DuoSignature.Verify(version, digest, key + "x", request, expected));
        Assert.False(DuoSignature.Verify(version, digest, key, request with { Path = request.Path + "/" }, expected));
    }

    [Theory]
    [MemberData(nameof(Parameters))]
    public void Parameters_are_encoded_and_sorted_as_published(string id)
    {
        JsonElement v = Find("canonical_params", id);

        Assert.Equal(v.GetProperty("expected").GetString(), DuoParameters.Canonicalize(Pairs(v.GetProperty("params"))));
    }

    [Fact]
    public void Version_4_hashes_the_body_as_sent()
    {
        JsonElement v = Vectors.GetProperty("canonical_strings").EnumerateArray().Single();
        DuoSignedRequest request = new()
        {
            Method = v.GetProperty("method").GetString()!,
            Host = v.GetProperty("host").GetString()!,
            Path = v.GetProperty("path").GetString()!,
            Date = v.GetProperty("date").GetString()!,
            Body = Encoding.UTF8.GetBytes(v.GetProperty("body").GetString()!),
        };

        Assert.Equal(v.GetProperty("expected").GetString(), DuoSignature.Canonicalize(DuoSignatureVersion.V4, request));
    }

    [Fact]
    public void Version_5_hashes_the_X_Duo_headers_in_lower_case_and_sorted()
    {
        foreach (JsonElement v in Vectors.GetProperty("x_duo_header_hash").EnumerateArray())
        {
            Assert.Equal(v.GetProperty("expected_sha512_hex").GetString(), LastLine(DuoSignatureVersion.V5, Empty with { DuoHeaders = Pairs(v.GetProperty("headers")) }));
        }
    }

    [Fact]
    public void Bodies_are_hashed_as_published()
    {
        foreach (JsonElement v in Vectors.GetProperty("body_hash").EnumerateArray())
        {
            Assert.Equal(v.GetProperty("expected_sha512_hex").GetString(), LastLine(DuoSignatureVersion.V4, Empty with { Body = Encoding.UTF8.GetBytes(v.GetProperty("body").GetString()!) }));
        }
    }

    [Theory]
    [MemberData(nameof(Signatures))]
    public void The_header_is_the_published_one_and_is_taken_apart_again(string id)
    {
        JsonElement v = Find("signatures", id);
        string header = DuoSignature.Authorization(v.GetProperty("ikey").GetString()!, v.GetProperty("expected_hex").GetString()!);

        Assert.Equal(v.GetProperty("expected_authorization").GetString(), header);
        Assert.True(DuoSignature.TryParseAuthorization(header, out string key, out string signature));
        Assert.Equal((v.GetProperty("ikey").GetString(), v.GetProperty("expected_hex").GetString()), (key, signature));
    }

    [Fact]
    public void What_was_encoded_is_taken_apart_again()
    {
        KeyValuePair<string, string>[] pairs = [new("a b", "c&d=e+f"), new("ü", "%")];

        Assert.Equal(pairs, DuoParameters.Parse(DuoParameters.Concatenate(pairs)));
    }

    private static DuoSignedRequest Empty => new() { Method = "GET", Host = "h", Path = "/" };

    private static string LastLine(DuoSignatureVersion version, DuoSignedRequest request) => DuoSignature.Canonicalize(version, request).Split('\n')[^1];

    private static JsonElement Find(string group, string id) => Vectors.GetProperty(group).EnumerateArray().Single(v => v.GetProperty("id").GetString() == id);

    private static List<KeyValuePair<string, string>> Pairs(JsonElement parameters) =>
    [
        .. parameters.EnumerateObject().SelectMany(p => p.Value.ValueKind == JsonValueKind.Array
            ? p.Value.EnumerateArray().Select(i => new KeyValuePair<string, string>(p.Name, i.GetString()!))
            : [new KeyValuePair<string, string>(p.Name, p.Value.GetString()!)]),
    ];
}
