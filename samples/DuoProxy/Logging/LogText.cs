using System.Globalization;
using System.Net;
using System.Text;

namespace Sallyport.Samples.DuoProxy.Logging;

/// <summary>
/// Makes text from the network fit for a log of one line an event. A user's name is whatever the peer sent: it must neither end a
/// line, nor move the terminal's cursor, nor pass for a part of the line that the proxy wrote.
/// </summary>
public static class LogText
{
    /// <summary>Escapes control and line-separating characters and those that reorder text, as <c>\x0a</c> or <c>\u202e</c>.</summary>
    public static string OneLine(string text)
    {
        int at = IndexOfUnfit(text);
        if (at < 0)
        {
            return text;
        }

        StringBuilder line = new(text.Length + 16);
        foreach (char c in text)
        {
            if (!Unfit(c))
            {
                line.Append(c);
            }
            else
            {
                line.Append(CultureInfo.InvariantCulture, $"{(c < 0x100 ? "\\x" : "\\u")}").Append(((int)c).ToString(c < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        return line.ToString();
    }

    /// <summary>Text between single quotes: quotes and backslashes in it are escaped, so that it cannot end early.</summary>
    public static string Quoted(string text) => $"'{Bare(text)}'";

    /// <summary>The same without the quotes, for places where the format has none.</summary>
    public static string Bare(string text) => OneLine(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal));

    /// <summary>An endpoint as <c>('192.0.2.1', 1812)</c>.</summary>
    public static string Endpoint(IPEndPoint endpoint) => string.Create(CultureInfo.InvariantCulture, $"('{Address(endpoint.Address)}', {endpoint.Port})");

    /// <summary>An address; one of IPv4 that a dual-stack socket shows as IPv6 is written as IPv4.</summary>
    public static string Address(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    private static int IndexOfUnfit(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Unfit(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool Unfit(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
