using System.Security.Cryptography;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests;

/// <summary>The README's example, compiled and run.</summary>
public class ReadmeSnippet
{
    [Fact]
    public void The_server_accepts_the_login()
    {
        // <snippet>
        RadiusSecret secret = new("testing123");
        byte[] authenticator = RandomNumberGenerator.GetBytes(RadiusAuthenticators.Size);

        // A client builds a request. Message-Authenticator goes first, and the password is hidden with the secret.
        byte[] request = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(request, RadiusCode.AccessRequest, identifier: 7, authenticator);
        writer.Add(Rfc2865.UserName, "alice");
        writer.Add(Rfc2865.UserPassword, "wonderland"u8, secret);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(CiscoVsa.CiscoAVPair, "shell:priv-lvl=15");
        if (!writer.TryComplete(secret, out int length))
        {
            throw new InvalidOperationException($"The request needs {length} octets.");
        }

        // A server checks it once and then reads what it likes.
        if (RadiusPacket.TryParse(request.AsSpan(0, length), out RadiusPacket packet, out RadiusParseError error)
            && RadiusAuthenticators.VerifyRequest(packet, secret, RadiusMessageAuthenticatorPolicy.Require) == RadiusVerification.Genuine)
        {
            Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
            bool known = RadiusHiding.TryDecrypt(packet, Rfc2865.UserPassword, secret, packet.Authenticator, password, out int passwordLength)
                && CryptographicOperations.FixedTimeEquals(password[..passwordLength], "wonderland"u8);
            Console.WriteLine($"{packet.GetString(Rfc2865.UserName)}: {(known ? RadiusCode.AccessAccept : RadiusCode.AccessReject)}");
        }

        // </snippet>
        Assert.Equal(RadiusParseError.None, error);
    }

    [Fact]
    public void A_packet_is_written_and_shown_as_text()
    {
        RadiusSecret secret = new("testing123");

        // <snippet>
        RadiusDictionary dictionary = RadiusDictionary.Standard.With(CiscoVsa.Definitions);
        if (RadiusText.TryParse("User-Name = alice, Cisco-AVPair = \"shell:priv-lvl=15\"", dictionary, out var packets, out var error))
        {
            byte[] buffer = new byte[RadiusPacket.LargestSize];
            RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, identifier: 7, RandomNumberGenerator.GetBytes(RadiusAuthenticators.Size));
            packets[0].WriteTo(ref writer, secret);
            if (writer.TryComplete(secret, out int length) && RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _))
            {
                Console.Write(packet.Dump(dictionary));
            }
        }

        // </snippet>
        Assert.Null(error);
    }
}
