using System.Net;
using Sallyport.Esp;

namespace Sallyport.Interop.Tests.Esp;

/// <summary>Wireshark opens what we seal, suite by suite, and finds every check value right.</summary>
public class TsharkTests
{
    private const uint Spi = 0xc0ffee01;
    private static readonly IPAddress Client = IPAddress.Parse("192.168.13.1");
    private static readonly IPAddress Host = IPAddress.Parse("192.168.11.10");

    [SkippableTheory]
    [InlineData(nameof(EspSuite.AesGcm16), 16, "AES-GCM with 16 octet ICV [RFC4106]", "NULL")]
    [InlineData(nameof(EspSuite.AesGcm16), 32, "AES-GCM with 16 octet ICV [RFC4106]", "NULL")]
    [InlineData(nameof(EspSuite.AesGcm12), 32, "AES-GCM with 12 octet ICV [RFC4106]", "NULL")]
    [InlineData(nameof(EspSuite.AesGcm8), 24, "AES-GCM with 8 octet ICV [RFC4106]", "NULL")]
    [InlineData(nameof(EspSuite.AesCbcHmacSha256), 16, "AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]")]
    [InlineData(nameof(EspSuite.AesCbcHmacSha384), 32, "AES-CBC [RFC3602]", "HMAC-SHA-384-192 [RFC4868]")]
    [InlineData(nameof(EspSuite.AesCbcHmacSha512), 32, "AES-CBC [RFC3602]", "HMAC-SHA-512-256 [RFC4868]")]
    public async Task Every_packet_is_opened_and_its_check_value_found_right(string name, int keySize, string encryption, string authentication)
    {
        Tshark.Require();
        EspSuite suite = (EspSuite)typeof(EspSuite).GetProperty(name)!.GetValue(null)!;
        int behind = Math.Max(4, suite.IntegrityKeySize);
        byte[] key = [.. Enumerable.Range(1, keySize + behind).Select(i => (byte)(i * 7))];
        string capture = Path.GetTempFileName();
        try
        {
            int packets = 0;
            using (EspOutboundSa outbound = new(Spi, suite, key))
            using (CaptureFile file = new(capture))
            {
                for (int size = 0; size <= 1400; size += 35)
                {
                    byte[] packet = new byte[suite.SealedSize(28 + size)];
                    Assert.True(outbound.TrySeal(CaptureFile.Echo(Client, Host, (ushort)++packets, size), packet, out _));
                    file.Add(IPAddress.Parse("203.0.113.1"), IPAddress.Parse("198.51.100.1"), packet);
                }
            }

            string sa = suite.IntegrityKeySize == 0
                ? Tshark.Sa(Spi, encryption, key)
                : Tshark.Sa(Spi, encryption, key.AsSpan(0, keySize), authentication, key.AsSpan(keySize));
            string[][] seen = await Tshark.ReadAsync(capture, [sa], "icmp", "esp.sequence", "icmp.seq", "ip.src", "icmp.checksum.status", "esp.icv_good");

            Assert.Equal(packets, seen.Length);
            for (int i = 0; i < packets; i++)
            {
                Assert.Equal([$"{i + 1}", $"{i + 1}", $"203.0.113.1,{Client}", "1", "1"], seen[i]);
            }
        }
        finally
        {
            File.Delete(capture);
        }
    }
}
