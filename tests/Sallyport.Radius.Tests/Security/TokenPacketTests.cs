using System.Text;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Security;

/// <summary>Packets of RADIUS/1.1 (RFC 9765): a Token, nothing hidden, nothing signed.</summary>
public class TokenPacketTests
{
    private static readonly byte[] Token = [0xa1, 0xb2, 0xc3, 0xd4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void A_request_has_its_token_and_the_password_in_the_clear()
    {
        byte[] packet = Write(RadiusCode.AccessRequest, 0, (ref RadiusPacketWriter w) =>
        {
            w.Add(Rfc2865.UserName, "bob");
            w.Add(Rfc2865.UserPassword, "hello"u8, RadiusSecret.None);
        });

        Assert.Equal("0100" + "0020" + "a1b2c3d4" + "000000000000000000000000" + "0105626f62" + "020768656c6c6f", Convert.ToHexStringLower(packet));
        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket parsed, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(parsed, RadiusSecret.None, RadiusMessageAuthenticatorPolicy.Require));
        byte[] password = new byte[128];
        Assert.True(parsed.TryDecrypt(Rfc2865.UserPassword, RadiusSecret.None, parsed.Authenticator, password, out int length));
        Assert.Equal("hello", Encoding.ASCII.GetString(password, 0, length));
    }

    [Theory]
    [InlineData(RadiusCode.AccountingRequest)]
    [InlineData(RadiusCode.CoaRequest)]
    [InlineData(RadiusCode.StatusServer)]
    public void Every_kind_of_request_has_its_token(RadiusCode code) =>
        Assert.Equal($"{(byte)code:x2}000014a1b2c3d4000000000000000000000000", Convert.ToHexStringLower(Write(code, 77, (ref RadiusPacketWriter _) => { })));

    [Fact]
    public void Salted_attributes_keep_their_tag_and_lose_their_salt()
    {
        byte[] packet = Write(RadiusCode.AccessAccept, 0, (ref RadiusPacketWriter w) =>
        {
            w.Add(Rfc2868.TunnelPassword, "tunnel"u8, RadiusSecret.None, 0x1234, tag: 3);
            w.Add(MicrosoftVsa.MsMppeSendKey, "key"u8, RadiusSecret.None, 0x1234);
        });

        Assert.Equal("450903" + "74756e6e656c" + "1a0b00000137" + "10056b6579", Convert.ToHexStringLower(packet.AsSpan(20)));
        Assert.True(RadiusPacket.TryParse(packet, out RadiusPacket parsed, out _));
        byte[] value = new byte[253];
        Assert.True(parsed.TryDecrypt(Rfc2868.TunnelPassword, RadiusSecret.None, Token, value, out int length, out byte tag));
        Assert.Equal(("tunnel", 3), (Encoding.ASCII.GetString(value, 0, length), tag));
        Assert.True(parsed.TryDecrypt(MicrosoftVsa.MsMppeSendKey, RadiusSecret.None, Token, value, out length));
        Assert.Equal("key", Encoding.ASCII.GetString(value, 0, length));
        Assert.False(parsed.TryDecrypt(Rfc2868.TunnelPassword, RadiusSecret.None, Token, value.AsSpan(0, 5), out _));
    }

    [Fact]
    public void A_Message_Authenticator_is_ignored_whatever_it_says()
    {
        // FreeRADIUS sends one of zeros.
        byte[] reply = [2, 0, 0, 38, .. Token, 80, 18, .. new byte[16]];
        Assert.True(RadiusPacket.TryParse(reply, out RadiusPacket parsed, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyReply(parsed, Token, RadiusSecret.None, requireMessageAuthenticator: true));
        byte[] request = [1, 0, 0, 38, .. Token, 80, 18, .. new byte[16]];
        Assert.True(RadiusPacket.TryParse(request, out parsed, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(parsed, RadiusSecret.None, RadiusMessageAuthenticatorPolicy.Require));
    }

    [Fact]
    public void A_reply_belongs_to_the_request_with_its_token_alone()
    {
        RadiusClientPort port = new(() => 0.5, RadiusPortKind.Tokens);
        RadiusExchange former = Begin(port);
        port.Cancel(former);
        RadiusExchange[] others = [.. Enumerable.Range(0, RadiusClientPort.MostTokens).Select(_ => Begin(port))];

        Assert.Null(port.TryReserve());
        Assert.Equal(others.Length, others.Select(e => e.Token).Distinct().Count());
        Assert.DoesNotContain(former.Token, others.Select(e => e.Token));
        Assert.Null(port.Handle(Accept(former), out RadiusReplyDrop drop));
        Assert.Equal(RadiusReplyDrop.Unexpected, drop);
        Assert.Same(others[99], port.Handle(Accept(others[99]), out _));
        Assert.Equal(others.Length - 1, port.Count);
    }

    [Fact]
    public void A_stream_keeps_identifier_0_for_its_own_Status_Server()
    {
        RadiusClientPort port = new(() => 0.5, RadiusPortKind.Stream);
        RadiusExchange[] all = [.. Enumerable.Range(0, 255).Select(_ => port.TryReserve()!)];

        Assert.Equal(Enumerable.Range(1, 255), all.Select(e => (int)e.Identifier));
        Assert.Null(port.TryReserve());
        RadiusExchange probe = port.TryReserve(probe: true)!;
        Assert.Equal(0, probe.Identifier);
        Assert.Null(port.TryReserve(probe: true));
        port.Cancel(probe);
        Assert.Equal(255, port.Count);
        Assert.Equal(0, port.TryReserve(probe: true)!.Identifier);
    }

    [Fact]
    public void No_secret_says_so_and_stays()
    {
        RadiusSecret.None.Dispose();

        Assert.Equal((true, "no secret", 0), (RadiusSecret.None.IsNone, RadiusSecret.None.ToString(), RadiusSecret.None.Span.Length));
        Assert.False(new RadiusSecret("x").IsNone);
    }

    private delegate void Write2(ref RadiusPacketWriter writer);

    private static byte[] Write(RadiusCode code, byte identifier, Write2 add)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, identifier, Token);
        add(ref writer);
        Assert.True(writer.TryComplete(RadiusSecret.None, out int length));
        return buffer[..length];
    }

    private static RadiusExchange Begin(RadiusClientPort port)
    {
        RadiusExchange exchange = port.TryReserve()!;
        port.Start(exchange, Header(1, exchange.Token), RadiusSecret.None, RadiusRetransmission.Default, true, TimeSpan.Zero);
        return exchange;
    }

    private static byte[] Accept(RadiusExchange exchange) => Header(2, exchange.Token);

    private static byte[] Header(byte code, uint token) =>
        [code, 0, 0, 20, (byte)(token >> 24), (byte)(token >> 16), (byte)(token >> 8), (byte)token, .. new byte[12]];
}
