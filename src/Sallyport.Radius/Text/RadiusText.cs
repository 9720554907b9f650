using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>
/// Packets as text, the way <c>radclient -x</c> shows them and radclient's input has them.
/// <code>
/// Received Access-Accept Id 5 from 192.0.2.1:1812 to 192.0.2.9:40000 length 51
///     Reply-Message = "Welcome"
///     Tunnel-Type:1 = VLAN
///     Attr-26.9.199 = 0x0102
/// </code>
/// What is read back has the same attributes with the same values, and the same octets where the sender filled the attributes that a long value
/// is cut into and gave each of a vendor's a Vendor-Specific attribute of its own. Secrets are masked and cannot be read back.
/// </summary>
public static class RadiusText
{
    /// <summary>A packet as text, of as many lines as it has attributes and one for its code.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="dictionary">The names; by default the stock ones, <see cref="RadiusDictionary.Standard"/>.</param>
    /// <param name="from">Who sent it, where that is to be said.</param>
    /// <param name="to">Who got it, where that is to be said.</param>
    /// <param name="sent">Whether it was sent rather than received; said only beside an address.</param>
    public static string Dump(this RadiusPacket packet, RadiusDictionary? dictionary = null, EndPoint? from = null, EndPoint? to = null, bool sent = false)
    {
        StringBuilder text = new();
        bool addressed = from is not null || to is not null;
        text.Append(addressed ? (sent ? "Sent " : "Received ") : string.Empty)
            .Append(RadiusCodeNames.Of(packet.Code)).Append(" Id ").Append(packet.Identifier.ToString(CultureInfo.InvariantCulture))
            .Append(from is null ? string.Empty : " from " + from).Append(to is null ? string.Empty : " to " + to)
            .Append(" length ").Append(packet.Span.Length.ToString(CultureInfo.InvariantCulture)).Append('\n');
        new RadiusDumper(dictionary ?? RadiusDictionary.Standard, text).Write(packet);
        return text.ToString();
    }

    /// <summary>
    /// Reads packets: items, on lines of their own or with commas between, a blank line behind each packet, <c>#</c> before comments. A packet may
    /// begin with the line that a dump begins with, or have its code as <c>Packet-Type</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="dictionary">The names.</param>
    /// <param name="packets">The packets.</param>
    /// <param name="error">The first mistake, where there is one.</param>
    /// <param name="file">How the text is called in messages.</param>
    public static bool TryParse(
        string text, RadiusDictionary dictionary, [NotNullWhen(true)] out IReadOnlyList<RadiusTextPacket>? packets, [NotNullWhen(false)] out RadiusTextError? error, string file = "text")
    {
        Guard.NotNull(text);
        Guard.NotNull(dictionary);
        RadiusTextReader reader = new(file, text);
        List<RadiusTextPacket> read = [];
        while (reader.Error is null && SkipToPacket(reader))
        {
            if (TryReadPacket(reader, new RadiusItemParser(dictionary), out RadiusTextPacket? packet))
            {
                read.Add(packet!);
            }
        }

        (packets, error) = (reader.Error is null ? read : null, reader.Error);
        return error is null;
    }

    // Blank lines and comments before a packet are nobody's.
    private static bool SkipToPacket(RadiusTextReader reader)
    {
        reader.SkipBlanks();
        while (reader.IsAtLineEnd && !reader.IsAtEnd)
        {
            reader.SkipLine();
            reader.SkipBlanks();
        }

        return !reader.IsAtEnd;
    }

    private static bool TryReadPacket(RadiusTextReader reader, RadiusItemParser parser, out RadiusTextPacket? packet)
    {
        packet = null;
        List<RadiusTextItem> items = [];
        if (!TryReadHeader(reader, out RadiusCode? code, out byte? identifier))
        {
            return false;
        }

        for (bool goesOn = true; goesOn;)
        {
            if (!TryReadLine(reader, parser, items))
            {
                return false;
            }

            reader.SkipLine();
            reader.SkipBlanks();
            goesOn = !reader.IsAtEnd && (reader.Next == '#' || !reader.IsAtLineEnd) && !TryFindHeader(reader, out _, out _);
        }

        RadiusTextItem? type = items.FindLast(i => i.Definition?.Name == RadiusServerItems.PacketType);
        if (type is not null && !RadiusCodeNames.TryParse(type.Text, out RadiusCode given))
        {
            return reader.Fail(RadiusTextErrorKind.Value, $"Packet-Type should be one of {RadiusCodeNames.Known}, or a number", type.Column, type.Line);
        }

        packet = new RadiusTextPacket(type is not null && RadiusCodeNames.TryParse(type.Text, out given) ? given : code, identifier, items);
        return true;
    }

    // "Received Access-Accept Id 5 from … to … length 51", of which only the code and the identifier are needed.
    private static bool TryFindHeader(RadiusTextReader reader, out string code, out string identifier)
    {
        string[] words = reader.PeekLine().Split([' '], StringSplitOptions.RemoveEmptyEntries);
        int at = words.Length > 0 && words[0] is "Sent" or "Received" ? 1 : 0;
        bool found = words.Length >= at + 3 && words[at + 1] == "Id";
        (code, identifier) = found ? (words[at], words[at + 2]) : (string.Empty, string.Empty);
        return found;
    }

    private static bool TryReadHeader(RadiusTextReader reader, out RadiusCode? code, out byte? identifier)
    {
        (code, identifier) = (null, null);
        if (!TryFindHeader(reader, out string name, out string number))
        {
            return true;
        }

        if (!RadiusCodeNames.TryParse(name, out RadiusCode named))
        {
            return reader.Fail(RadiusTextErrorKind.Value, $"a packet's code should stand before Id: one of {RadiusCodeNames.Known}, or a number");
        }

        if (!byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out byte given))
        {
            return reader.Fail(RadiusTextErrorKind.Value, "an identifier from 0 to 255 should stand behind Id");
        }

        (code, identifier) = (named, given);
        reader.SkipToLineEnd();
        return true;
    }

    private static bool TryReadLine(RadiusTextReader reader, RadiusItemParser parser, List<RadiusTextItem> items)
    {
        while (!reader.IsAtLineEnd)
        {
            if (!parser.TryRead(reader, out RadiusTextItem? item))
            {
                return false;
            }

            items.Add(item!);
            reader.SkipBlanks();
            if (!reader.TrySkip(',') && !reader.IsAtLineEnd)
            {
                return reader.Fail(RadiusTextErrorKind.Syntax, "a comma or the line's end should stand behind a value; a value with blanks in it stands in quotation marks");
            }

            reader.SkipBlanks();
        }

        return true;
    }
}

/// <summary>A packet that a text describes.</summary>
public sealed class RadiusTextPacket
{
    internal RadiusTextPacket(RadiusCode? code, byte? identifier, IReadOnlyList<RadiusTextItem> items) => (Code, Identifier, Items) = (code, identifier, items);

    /// <summary>The code, where the text gives one.</summary>
    public RadiusCode? Code { get; }

    /// <summary>The identifier, where the text gives one.</summary>
    public byte? Identifier { get; }

    /// <summary>The items, in order. Their operators are those of the text; a packet knows none.</summary>
    public IReadOnlyList<RadiusTextItem> Items { get; }

    /// <summary>
    /// Adds the attributes to a packet. Passwords and keys are hidden with the secret, a CHAP-Password that is no response of 17 octets is answered
    /// with as a password (RFC 2865 §5.3), and Message-Authenticator is the writer's own.
    /// </summary>
    /// <param name="writer">The packet.</param>
    /// <param name="secret">The secret shared with the receiver.</param>
    public void WriteTo(ref RadiusPacketWriter writer, RadiusSecret secret)
    {
        Guard.NotNull(secret);
        new RadiusItemWriter(secret).Write(ref writer, Items);
    }
}
