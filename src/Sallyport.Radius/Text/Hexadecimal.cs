using System.Text;

namespace Sallyport.Radius.Text;

/// <summary>Octets as hexadecimal digits, on both targets.</summary>
internal static class Hexadecimal
{
    private const string Digits = "0123456789abcdef";

    public static string Of(ReadOnlySpan<byte> octets, char between = '\0')
    {
        StringBuilder text = new(octets.Length * 3);
        foreach (byte octet in octets)
        {
            if (between != '\0' && text.Length > 0)
            {
                text.Append(between);
            }

            text.Append(Digits[octet >> 4]).Append(Digits[octet & 15]);
        }

        return text.ToString();
    }

    /// <summary>Reads an even number of digits, none of them too.</summary>
    public static bool TryParse(string digits, out byte[] octets)
    {
        octets = new byte[digits.Length / 2];
        for (int i = 0; i < octets.Length * 2; i++)
        {
            char c = digits[i];
            int digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'f' ? c - 'a' + 10 : c is >= 'A' and <= 'F' ? c - 'A' + 10 : -1;
            if (digit < 0)
            {
                return false;
            }

            octets[i / 2] = (byte)((octets[i / 2] << 4) | digit);
        }

        return digits.Length % 2 == 0;
    }
}
