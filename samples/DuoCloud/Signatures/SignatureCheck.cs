using Sallyport.Duo.Signing;

namespace Sallyport.Samples.DuoCloud.Signatures;

/// <summary>
/// Checks a signature under every form in which Duo's own clients make one. A client does not say which version it uses, whether it
/// signs the host with its port, or how it sorts; the digest shows in the signature's length.
/// </summary>
internal static class SignatureCheck
{
    private const int Sha1Digits = 40;
    private const int Sha512Digits = 128;

    /// <summary>Whether a signature holds, and in which form.</summary>
    /// <param name="call">The call.</param>
    /// <param name="secretKey">The application's secret key.</param>
    /// <param name="signature">The signature in hexadecimal.</param>
    /// <param name="allowDateless">Whether version 1, which can be replayed for ever, is taken from calls without a date.</param>
    /// <param name="form">How the call is signed, for logs: <c>v2 sha512</c>, and what is unusual about it.</param>
    public static bool TryVerify(SignedCall call, string secretKey, string signature, bool allowDateless, out string form)
    {
        foreach ((DuoSignatureVersion version, DuoDigest digest) in Versions(call, signature.Length, allowDateless))
        {
            foreach ((string parameters, string order) in Orders(call.Parameters))
            {
                foreach (string host in Hosts(call.Host))
                {
                    DuoSignedRequest request = new()
                    {
                        Method = call.Method,
                        Host = host,
                        Path = call.Path,
                        Parameters = parameters,
                        Date = call.Date ?? "",
                        Body = call.Body,
                        DuoHeaders = call.DuoHeaders,
                    };
                    if (DuoSignature.Verify(version, digest, secretKey, request, signature))
                    {
                        form = $"{version} {digest}{order}".ToLowerInvariant();
                        return true;
                    }
                }
            }
        }

        form = "";
        return false;
    }

    private static (DuoSignatureVersion Version, DuoDigest Digest)[] Versions(SignedCall call, int digits, bool allowDateless) => digits switch
    {
        Sha1Digits when call.Date is null => allowDateless && CoversBody(call) ? [(DuoSignatureVersion.V1, DuoDigest.Sha1)] : [],
        Sha1Digits => CoversBody(call) ? [(DuoSignatureVersion.V2, DuoDigest.Sha1)] : [],
        Sha512Digits when call.Date is not null && call.IsForm => [(DuoSignatureVersion.V2, DuoDigest.Sha512)],
        Sha512Digits when call.Date is not null && !CoversBody(call) => [(DuoSignatureVersion.V5, DuoDigest.Sha512), (DuoSignatureVersion.V4, DuoDigest.Sha512)],
        Sha512Digits when call.Date is not null => [(DuoSignatureVersion.V2, DuoDigest.Sha512), (DuoSignatureVersion.V5, DuoDigest.Sha512), (DuoSignatureVersion.V4, DuoDigest.Sha512)],
        _ => [],
    };

    /// <summary>Whether the parameters are all there is: versions 1 and 2 sign no other body.</summary>
    private static bool CoversBody(SignedCall call) => call.IsForm || call.Body.IsEmpty;

    private static IEnumerable<string> Hosts(string host)
    {
        int bracket = host.LastIndexOf(']');
        int colon = host.LastIndexOf(':');
        if (colon > bracket)
        {
            yield return host[..colon];
        }

        yield return host;
    }

    private static IEnumerable<(string Parameters, string Order)> Orders(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string canonical = DuoParameters.Canonicalize(parameters);
        yield return (canonical, "");
        if (parameters.Count < 2)
        {
            yield break;
        }

        HashSet<string> seen = [canonical];
        foreach ((string text, string order) in new[]
        {
            (DuoParameters.Concatenate(parameters.OrderBy(p => DuoParameters.Encode(p.Key), StringComparer.Ordinal)), ", values unsorted"),
            (DuoParameters.Concatenate(parameters.OrderBy(p => p.Key, StringComparer.Ordinal)), ", keys sorted before they are encoded"),
            (string.Join('&', parameters.Select(p => $"{DuoParameters.Encode(p.Key)}={DuoParameters.Encode(p.Value)}").Order(StringComparer.Ordinal)), ", pairs sorted as a whole"),
        })
        {
            if (seen.Add(text))
            {
                yield return (text, order);
            }
        }
    }
}
