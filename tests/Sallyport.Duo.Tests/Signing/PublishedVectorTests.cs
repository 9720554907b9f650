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
    public void What_was_encoded_is_taken_apart_again()
    {
        KeyValuePair<string, string>[] pairs = [new("a b", "c&d=e+f"), new("ü", "%")];

        Assert.Equal(pairs, DuoParameters.Parse(DuoParameters.Concatenate(pairs)));
    }

    private static JsonElement Find(string group, string id) => Vectors.GetProperty(group).EnumerateArray().Single(v => v.GetProperty("id").GetString() == id);

    private static List<KeyValuePair<string, string>> Pairs(JsonElement parameters) =>
    [
        .. parameters.EnumerateObject().SelectMany(p => p.Value.ValueKind == JsonValueKind.Array
            ? p.Value.EnumerateArray().Select(i => new KeyValuePair<string, string>(p.Name, i.GetString()!))
            : [new KeyValuePair<string, string>(p.Name, p.Value.GetString()!)]),
    ];
}
