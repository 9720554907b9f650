using System.Text;

namespace Sallyport.Duo.Signing;

/// <summary>Parameters as Duo signs them: percent-encoded in UTF-8, unreserved characters <c>A-Z a-z 0-9 _ . ~ -</c>, sorted by encoded key and then by encoded value.</summary>
public static class DuoParameters
{
    /// <summary>Encodes and sorts parameters: <c>k=v&amp;k=v</c>.</summary>
    public static string Canonicalize(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        List<(string Key, string Value)> pairs = [.. parameters.Select(p => (Encode(p.Key), Encode(p.Value)))];
        pairs.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key) is var order && order != 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        return Join(pairs);
    }

    /// <summary>Encodes parameters in the order given, as some clients sign them.</summary>
    public static string Concatenate(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Join(parameters.Select(p => (Encode(p.Key), Encode(p.Value))));
    }

    /// <summary>Takes a query or form body apart; <c>+</c> is a space.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<KeyValuePair<string, string>> parameters = [];
        foreach (string pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals];
            string value = equals < 0 ? string.Empty : pair[(equals + 1)..];
            parameters.Add(new(Decode(key), Decode(value)));
        }

        return parameters;
    }

    /// <summary>Percent-encodes a text.</summary>
    public static string Encode(string text)
    {
        StringBuilder encoded = new();
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'_' or (byte)'.' or (byte)'~' or (byte)'-')
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string Join(IEnumerable<(string Key, string Value)> pairs) => string.Join('&', pairs.Select(p => $"{p.Key}={p.Value}"));
}
