using System.CommandLine;
using System.Text;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

Argument<string> input = new("packet") { Description = "The packet in hexadecimal, or a file that holds its octets, raw or in hexadecimal; - for standard input." };
RootCommand root = new("Shows a RADIUS packet as text, the way radclient -x does, with secrets masked.") { input };
root.SetAction(result =>
{
    if (!TryRead(result.GetValue(input)!, out byte[] octets))
    {
        Console.Error.WriteLine("this is neither a file nor hexadecimal digits");
        return 2;
    }

    if (!RadiusPacket.TryParse(octets, out RadiusPacket packet, out RadiusParseError error))
    {
        Console.Error.WriteLine($"this is no RADIUS packet: {error}");
        return 1;
    }

    Console.Write(packet.Dump());
    return 0;
});
return root.Parse(args).Invoke();

static bool TryRead(string input, out byte[] octets)
{
    using MemoryStream raw = new();
    using Stream stream = input == "-" ? Console.OpenStandardInput() : File.Exists(input) ? File.OpenRead(input) : new MemoryStream(Encoding.UTF8.GetBytes(input));
    stream.CopyTo(raw);
    octets = raw.ToArray();

    // A packet has octets that are no digits: the first of its length, at the least.
    string digits = string.Concat(Encoding.Latin1.GetString(octets).Where(c => !char.IsWhiteSpace(c)));
    bool hexadecimal = digits.Length > 0 && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit);
    octets = hexadecimal ? Convert.FromHexString(digits) : octets;
    return hexadecimal || input == "-" || File.Exists(input);
}
