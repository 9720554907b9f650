using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Text;

/// <summary>A dictionary that has everything, and the way from text to octets.</summary>
internal static class Texts
{
    /// <summary>Every data type, every form of a vendor's, and TLVs in all places.</summary>
    public static readonly RadiusDictionary Dictionary = RadiusDictionary.Standard.With(RadiusDefinitions.Read("""
        V Example 32473 1,1
        A Example-Text 26.32473.1 Text
        A Example-Octets 26.32473.2 Octets
        A Example-Digest 26.32473.3 Octets 16
        A Example-Integer64 26.32473.4 Integer64
        A Example-Signed 26.32473.5 Signed
        = Minus-One 4294967295
        A Example-Short 26.32473.6 Short
        A Example-Byte 26.32473.7 Byte
        = Seven 7
        A Example-Bool 26.32473.8 Bool
        A Example-Address 26.32473.9 IPv4OrIPv6
        A Example-Ether 26.32473.10 Ether
        A Example-Filter 26.32473.11 AscendFilter
        A Example-Group 26.32473.12 Tlv
        A Example-Name 26.32473.12.1 Text
        A Example-Number 26.32473.12.2 Integer
        = One 1
        A Example-Inner 26.32473.12.3 Tlv
        A Example-Deep 26.32473.12.3.1 Short
        A Example-Deep-Text 26.32473.12.3.2 Text
        A Example-Odd 26.32473.13 Integer
        = a,b 1
        = twice 2
        = twice 3
        A Example-Prefix 26.32473.14 IPv4Prefix
        A Example-Shared-Secret 26.32473.15 Octets
        A Example-Small 26.32473.17 SignedByte
        A Example-Span 26.32473.18 TimeSpan
        A Example-Struct 26.32473.19 Struct
        A Example-Ascend 26.32473.16 Text encrypt=3
        V Wide 32474 2,2
        A Wide-Text 26.32474.258 Text
        V Bare 32475 4,0
        A Bare-Text 26.32475.65536 Text
        V Continued 32476 1,1,c
        A Continued-Text 26.32476.1 Text
        A Continued-Group 26.32476.2 Tlv
        A Continued-Name 26.32476.2.1 Text
        A Extended-Number 241.200 Integer
        A Extended-Text 245.200 Text
        A Extended-Group 241.201 Tlv
        A Extended-Name 241.201.1 Text
        A Extended-Example 241.26.32473.1 Text
        A Extended-Example-Long 245.26.32473.1 Text
        """));

    /// <summary>Reads one packet.</summary>
    public static RadiusTextPacket Parse(string text)
    {
        Assert.True(RadiusText.TryParse(text, Dictionary, out IReadOnlyList<RadiusTextPacket>? packets, out RadiusTextError? error), error?.ToString());
        return Assert.Single(packets!);
    }

    /// <summary>The packet that a text describes, an Accounting-Request where it does not say.</summary>
    public static byte[] Build(string text)
    {
        RadiusTextPacket parsed = Parse(text);
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, parsed.Code ?? RadiusCode.AccountingRequest, parsed.Identifier ?? 1, Convert.FromHexString(Packets.RequestAuthenticator));
        parsed.WriteTo(ref writer, Packets.Secret);
        Assert.True(writer.TryComplete(Packets.Secret, out int length));
        return buffer[..length];
    }

    /// <summary>A packet's attributes but for the Message-Authenticator, in hexadecimal.</summary>
    public static string Attributes(ReadOnlySpan<byte> packet)
    {
        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket view, out _));
        System.Text.StringBuilder text = new();
        foreach (RadiusRawItem item in view.Attributes)
        {
            if (item.Type != 80)
            {
                text.Append(item.Type).Append(' ').Append(Convert.ToHexString(item.Value.ToArray()).ToLowerInvariant()).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A packet's dump, without the line of its code.</summary>
    public static string Dump(ReadOnlySpan<byte> packet)
    {
        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket view, out _));
        string dump = view.Dump(Dictionary);
        return dump[(dump.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }
}
