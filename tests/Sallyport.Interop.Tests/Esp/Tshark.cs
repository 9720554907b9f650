using System.Globalization;
using Sallyport.Interop.Tests.Infrastructure;

namespace Sallyport.Interop.Tests.Esp;

/// <summary>Wireshark's dissectors over a capture, with the keys of its ESP SAs.</summary>
internal static class Tshark
{
    private static readonly char[] LineEnds = ['\n'];

    /// <summary>Asks for it.</summary>
    public static void Require() => Peer.RequirePrograms("tshark");

    /// <summary>One SA in the words of its table: from anywhere to anywhere.</summary>
    /// <param name="spi">The SPI.</param>
    /// <param name="encryption">The cipher as it names it.</param>
    /// <param name="encryptionKey">The cipher's key and salt.</param>
    /// <param name="authentication">The integrity algorithm as it names it.</param>
    /// <param name="authenticationKey">Its key.</param>
    public static string Sa(uint spi, string encryption, ReadOnlySpan<byte> encryptionKey, string authentication = "NULL", ReadOnlySpan<byte> authenticationKey = default) => string.Create(
        CultureInfo.InvariantCulture,
        $"uat:esp_sa:\"IPv4\",\"*\",\"*\",\"0x{spi:x8}\",\"{encryption}\",\"{Hex(encryptionKey)}\",\"{authentication}\",\"{Hex(authenticationKey)}\",\"32-bit\"");

    /// <summary>Reads fields of the packets that a filter lets through.</summary>
    /// <param name="capture">The file.</param>
    /// <param name="sas">The SAs.</param>
    /// <param name="filter">A display filter.</param>
    /// <param name="fields">The fields' names.</param>
    public static async Task<string[][]> ReadAsync(string capture, IEnumerable<string> sas, string filter, params string[] fields)
    {
        string output = await Tool.MustAsync(
        [
            "tshark", "-n", "-Q", "-r", capture,
            "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE", "-o", "ip.check_checksum:TRUE",
            .. sas.SelectMany(sa => new[] { "-o", sa }),
            "-Y", filter, "-T", "fields", .. fields.SelectMany(field => new[] { "-e", field }),
        ]);
        return [.. output.Split(LineEnds, StringSplitOptions.RemoveEmptyEntries).Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.Split('\t'))];
    }

    private static string Hex(ReadOnlySpan<byte> key) => key.IsEmpty ? "" : "0x" + Convert.ToHexString(key);
}
