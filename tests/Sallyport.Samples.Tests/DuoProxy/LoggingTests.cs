using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sallyport.Samples.DuoProxy.Logging;
using Sallyport.Samples.DuoProxy.Proxy;

namespace Sallyport.Samples.Tests.DuoProxy;

public class LoggingTests
{
    [Fact]
    public void A_line_has_local_time_with_microseconds_and_a_numeric_zone()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2022, 2, 8, 17, 54, 50, TimeSpan.Zero).AddTicks(800854));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("Kolkata", new TimeSpan(5, 30, 0), "Kolkata", "Kolkata"));
        using StringWriter output = new();
        using AuthLogProvider provider = new([output], time);

        provider.CreateLogger("any").Log(LogLevel.Information, default, "Sending response", null, (text, _) => text);
        provider.CreateLogger("any").Log(LogLevel.Error, default, "failed", new InvalidOperationException("first\nsecond"), (text, _) => text);

        Assert.Equal(
            ["2022-02-08T23:24:50.080085+0530 [duoauthproxy.lib.log#info] Sending response", @"2022-02-08T23:24:50.080085+0530 [duoauthproxy.lib.log#error] failed: InvalidOperationException: first\x0asecond", ""],
            output.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Theory]
    [InlineData("sadks", "'sadks'")]
    [InlineData("a\r\nb", @"'a\x0d\x0ab'")]
    [InlineData("a\u001b[2Jb", @"'a\x1b[2Jb'")]
    [InlineData("a\u202eb\u2028c\u0085d", @"'a\u202eb\u2028c\x85d'")]
    [InlineData("o'brien", @"'o\'brien'")]
    [InlineData(@"corp\bob", @"'corp\\bob'")]
    [InlineData("zoë", "'zoë'")]
    public void A_name_from_the_network_stays_inside_its_quotes_and_its_line(string name, string quoted) => Assert.Equal(quoted, LogText.Quoted(name));

    [Fact]
    public void An_endpoint_reads_the_same_from_a_dual_stack_socket()
    {
        Assert.Equal("('10.106.54.143', 1645)", LogText.Endpoint(new IPEndPoint(IPAddress.Parse("10.106.54.143"), 1645)));
        Assert.Equal("('10.106.54.143', 1645)", LogText.Endpoint(new IPEndPoint(IPAddress.Parse("::ffff:10.106.54.143"), 1645)));
        Assert.Equal("('2001:db8::1', 1645)", LogText.Endpoint(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1645)));
    }

    [Fact]
    public void A_full_file_is_put_aside_and_the_oldest_goes()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "new", "proxy.log");
            using (RotatingFile file = new(path, maxSize: 10, maxFiles: 2))
            {
                for (int i = 0; i < 8; i++)
                {
                    file.WriteLine($"line {i}");
                    file.Flush();
                }
            }

            Assert.Equal("line 6\nline 7\n", File.ReadAllText(path));
            Assert.Equal("line 4\nline 5\n", File.ReadAllText(path + ".1"));
            Assert.Equal("line 2\nline 3\n", File.ReadAllText(path + ".2"));
            Assert.False(File.Exists(path + ".3"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData(" 192.0.2.1 ", "192.0.2.1")]
    [InlineData("1.2.3.4:1194", "1.2.3.4")]
    [InlineData("10.99.0.2[4500]", "10.99.0.2")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:db8::1[4500]", "2001:db8::1")]
    [InlineData("[2001:db8::1]:4500", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("9C-1C-12-00-AA-F1", null)]
    [InlineData("10", null)]
    [InlineData("1.2.3.4:99999", null)]
    [InlineData("1.2.3.4:x", null)]
    [InlineData("[1.2.3.4]:1", null)]
    [InlineData("[2001:db8::1]x", null)]
    [InlineData("[", null)]
    [InlineData("]", null)]
    [InlineData(":", null)]
    [InlineData("", null)]
    public void The_users_address_is_found_in_every_style_of_calling_station(string text, string? address) => Assert.Equal(address, UserAddress.Normalize(text));
}
