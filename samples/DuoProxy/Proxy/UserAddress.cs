using System.Globalization;
using System.Net;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>
/// The user's own address, which Duo's network policies judge. NAS send it in Calling-Station-Id as text and in several styles; a port
/// behind it must not switch those policies off.
/// </summary>
public static class UserAddress
{
    /// <summary>What Duo is told when the address is not known.</summary>
    public const string Unknown = "0.0.0.0";

    /// <summary>
    /// Reads <c>192.0.2.1</c>, <c>192.0.2.1:1194</c>, <c>192.0.2.1[4500]</c>, <c>2001:db8::1</c>, <c>2001:db8::1[4500]</c> and
    /// <c>[2001:db8::1]:4500</c>.
    /// </summary>
    /// <returns>The address in its usual form, or null for anything else, such as a telephone number or a MAC address.</returns>
    public static string? Normalize(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        ReadOnlySpan<char> address;
        ReadOnlySpan<char> port = default;
        if (rest.StartsWith("["))
        {
            int end = rest.IndexOf(']');
            if (end < 0 || !rest[1..end].Contains(':'))
            {
                return null;
            }

            address = rest[1..end];
            port = rest[(end + 1)..];
            if (!port.IsEmpty && port[0] != ':')
            {
                return null;
            }

            port = port.IsEmpty ? port : port[1..];
        }
        else if (rest.EndsWith("]") && rest.IndexOf('[') is > 0 and int open)
        {
            address = rest[..open];
            port = rest[(open + 1)..^1];
        }
        else if (rest.Count(':') == 1)
        {
            int colon = rest.IndexOf(':');
            address = rest[..colon];
            port = rest[(colon + 1)..];
        }
        else
        {
            address = rest;
        }

        if (!port.IsEmpty && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return null;
        }

        // .NET also reads "10" and "0x0a000001" as addresses; only the full form is one here.
        bool usable = IPAddress.TryParse(address, out IPAddress? parsed)
            && !address.Contains('%')
            && (address.Contains(':') || address.SequenceEqual(parsed.ToString()));
        return !usable ? null : (parsed!.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed).ToString();
    }
}
