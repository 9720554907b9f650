using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sallyport.Duo.Signing;

namespace Sallyport.Duo.Tests.Signing;

public class SignatureTests
{
    private const string Key = "gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT";

    [Theory]
    [InlineData("Fri, 07 Dec 2012 17:18:00 -0000", 2012, 12, 7, 17, 18, 0)]
    [InlineData("Fri, 07 Dec 2012 17:18:00 +0000", 2012, 12, 7, 17, 18, 0)]
    [InlineData("Fri, 7 Dec 2012 17:18:00 GMT", 2012, 12, 7, 17, 18, 0)]
    [InlineData("Fri, 07 Dec 2012 22:48:00 +0530", 2012, 12, 7, 17, 18, 0)]
    [InlineData("07 Dec 2012 12:18:00 -0500", 2012, 12, 7, 17, 18, 0)]
    public void Dates_are_read_as_clients_write_them(string text, int year, int month, int day, int hour, int minute, int second)
    {
        Assert.True(DuoSignature.TryParseDate(text, out DateTimeOffset time));
        Assert.Equal(new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero), time.ToUniversalTime());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" GMT")]
    [InlineData("yesterday")]
    [InlineData("Fri, 07 Dec 2012 17:18:00")]
    [InlineData("Fri, 32 Dec 2012 17:18:00 +0000")]
    [InlineData("Fri, 07 Dec 2012 17:18:00 +9900")]
    [InlineData("2012-12-07T17:18:00Z")]
    public void What_is_no_date_is_refused(string? text) => Assert.False(DuoSignature.TryParseDate(text, out _));

    [Fact]
    public void A_date_is_written_in_UTC_whatever_the_zone_and_read_again()
    {
        DateTimeOffset kolkata = new(2022, 2, 8, 23, 24, 50, new TimeSpan(5, 30, 0));

        string text = DuoSignature.FormatDate(kolkata);

        Assert.Equal("Tue, 08 Feb 2022 17:54:50 +0000", text);
        Assert.True(DuoSignature.TryParseDate(text, out DateTimeOffset read));
        Assert.Equal(kolkata, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic OnNpZ25hdHVyZQ==")]
    [InlineData("Bearer dGVzdDp0ZXN0")]
    public void A_header_without_key_and_signature_is_refused(string? header)
    {
        Assert.False(DuoSignature.TryParseAuthorization(header, out string key, out string signature));
        Assert.Equal(("", ""), (key, signature));
    }

    [Property]
    public void Parameters_survive_encoding(NonNull<string>[] names, NonNull<string>[] values)
    {
        KeyValuePair<string, string>[] pairs =
        [
            .. names.Zip(values, (n, v) => new KeyValuePair<string, string>(Clean(n.Get), Clean(v.Get))).Where(p => p.Key.Length > 0),
        ];

        Assert.Equal(pairs, DuoParameters.Parse(DuoParameters.Concatenate(pairs)));
        Assert.Equal(DuoParameters.Canonicalize(pairs), DuoParameters.Canonicalize([.. pairs.Reverse()]));
    }

    [Property]
    public void No_text_from_the_network_throws(string? text)
    {
        _ = DuoSignature.TryParseAuthorization(text, out _, out _);
        _ = DuoSignature.TryParseAuthorization("Basic " + text, out _, out _);
        _ = DuoSignature.TryParseDate(text, out _);
        _ = DuoParameters.Parse(text ?? "");
    }

    [Fact]
    public void Every_changed_octet_of_a_signature_is_noticed()
    {
        DuoSignedRequest request = new() { Method = "POST", Host = "api.example.com", Path = "/auth/v2/auth", Parameters = "a=b", Date = "Fri, 07 Dec 2012 17:18:00 -0000" };
        string signature = DuoSignature.Compute(DuoSignatureVersion.V2, DuoDigest.Sha512, Key, request);

        for (int i = 0; i < signature.Length; i++)
        {
            char[] changed = signature.ToCharArray();
            changed[i] = changed[i] == '0' ? '1' : '0';
            Assert.False(DuoSignature.Verify(DuoSignatureVersion.V2, DuoDigest.Sha512, Key, request, new string(changed)));
            Assert.False(DuoSignature.Verify(DuoSignatureVersion.V2, DuoDigest.Sha512, Key, request, signature[..i]));
        }

        Assert.False(DuoSignature.Verify(DuoSignatureVersion.V2, DuoDigest.Sha512, Key, request, signature.ToUpperInvariant()));
        Assert.False(DuoSignature.Verify(DuoSignatureVersion.V2, DuoDigest.Sha512, Key, request, signature + "ü"));
    }

    // Lone surrogates are no text that UTF-8 could carry.
    private static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
