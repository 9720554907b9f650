using System.Net;
using System.Net.Sockets;
using System.Text;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;
using static Sallyport.Radius.Transport.Tests.Wires;

namespace Sallyport.Radius.Transport.Tests;

/// <summary>A proxy between a device and a home server, over real sockets (RFC 2865 §2.3).</summary>
public class ForwarderTests
{
    private static readonly RadiusSecret HomeSecret = new("another secret of the home server");

    [Fact]
    public async Task A_login_is_forwarded_as_the_proxys_own_and_the_reply_as_the_servers()
    {
        byte[] seen = [];
        string password = "";
        await using RadiusServer home = Serve(HomeSecret, (request, _) =>
        {
            seen = request.Octets.ToArray();
            Span<byte> text = stackalloc byte[128];
            Assert.True(request.Packet.TryDecrypt(Rfc2865.UserPassword, HomeSecret, request.Packet.Authenticator, text, out int length));
            password = Encoding.UTF8.GetString(text[..length]);
            return request.CreateReply(RadiusCode.AccessAccept, (ref RadiusPacketWriter w) =>
            {
                w.Add(Rfc2865.Class, [0xff, 0xfe, 0x80, 0x01]);
                w.AddRaw(new RadiusAttributeId(0, 241), [1, 2, 3]);
                w.Add(Rfc2868.TunnelPassword, "first"u8, HomeSecret, 1, tag: 1);
                w.Add(Rfc2868.TunnelPassword, "second"u8, HomeSecret, 2, tag: 2);
                w.Add(MicrosoftVsa.MsMppeSendKey, "send key of sixteen"u8, HomeSecret, 3);
                w.Add(MicrosoftVsa.MsMppeRecvKey, "receive key"u8, HomeSecret, 4);
                w.Add(new TextKey(new RadiusAttributeId(9, 1)), "shell:priv-lvl=15");
            }).AsTask();
        });
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(home.EndPoints[0], HomeSecret)] });
        await using RadiusServer proxy = Serve(Secret, new RadiusForwarder(client).HandleAsync);
        await using RadiusClient nas = new(new RadiusClientOptions { Servers = [new RadiusUpstream(proxy.EndPoints[0], Secret)] });

        RadiusReply reply = (await nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop hop) =>
        {
            w.Add(Rfc2865.UserName, "sadks");
            w.Add(Rfc2865.UserPassword, "exactly 16 bytes"u8, hop.Secret);
            w.Add(Rfc2865.ProxyState, "A"u8);
            w.AddRaw(new RadiusAttributeId(0, 250), [0, 0xff]);
            w.Add(Rfc2865.ProxyState, "B"u8);
        }))!;

        Assert.Equal("exactly 16 bytes", password);
        Assert.True(RadiusPacket.TryParse(seen, out RadiusPacket forwarded, out _));
        Assert.False(forwarded.Authenticator.SequenceEqual(reply.RequestAuthenticator), "the proxy's authenticator is its own");
        Assert.False(forwarded.Contains(Rfc2865.ProxyState.Id));
        Assert.True(forwarded.TryGetRaw(new RadiusAttributeId(0, 250), out ReadOnlySpan<byte> unknown));
        Assert.Equal([0, 0xff], unknown.ToArray());

        RadiusPacket packet = reply.Packet;
        Assert.Equal(RadiusCode.AccessAccept, packet.Code);
        Assert.True(packet.TryGet(Rfc2865.Class, out ReadOnlySpan<byte> group));
        Assert.Equal([0xff, 0xfe, 0x80, 0x01], group.ToArray());
        Assert.True(packet.Contains(new RadiusAttributeId(0, 241)));
        Assert.Equal("shell:priv-lvl=15", packet.GetString(new TextKey(new RadiusAttributeId(9, 1))));
        Assert.Equal("A,B", string.Join(',', All(packet, Rfc2865.ProxyState.Id)));
        Assert.Equal("send key of sixteen", Reveal(reply, MicrosoftVsa.MsMppeSendKey));
        Assert.Equal("receive key", Reveal(reply, MicrosoftVsa.MsMppeRecvKey));
        Assert.Equal("first", Reveal(reply, Rfc2868.TunnelPassword));
        Assert.Equal(2, All(packet, Rfc2868.TunnelPassword.Id).Count);
    }

    [Fact]
    public async Task CHAP_keeps_its_challenge_and_accounting_is_signed_anew()
    {
        byte[] seen = [];
        await using RadiusServer home = Serve(HomeSecret, (request, _) =>
        {
            seen = request.Octets.ToArray();
            return request.CreateReply(request.Packet.Code == RadiusCode.AccessRequest ? RadiusCode.AccessReject : RadiusCode.AccountingResponse).AsTask();
        });
        await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(home.EndPoints[0], HomeSecret)] });
        await using RadiusServer proxy = Serve(Secret, new RadiusForwarder(client).HandleAsync);
        await using RadiusClient nas = new(new RadiusClientOptions { Servers = [new RadiusUpstream(proxy.EndPoints[0], Secret)] });

        RadiusReply reply = (await nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(Rfc2865.ChapPassword, new byte[17])))!;
        Assert.True(RadiusPacket.TryParse(seen, out RadiusPacket forwarded, out _));
        Assert.True(forwarded.TryGet(Rfc2865.ChapChallenge, out ReadOnlySpan<byte> challenge));
        Assert.True(challenge.SequenceEqual(reply.RequestAuthenticator));

        Assert.Equal(RadiusOutcome.Accepted, (await nas.SendAsync(RadiusCode.AccountingRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(Rfc2865.UserName, "sadks")))!.Outcome);
    }

    [Theory]
    [InlineData(RadiusSilence.Reject)]
    [InlineData(RadiusSilence.Discard)]
    public async Task A_server_that_is_silent_is_told_of_or_not_as_chosen(RadiusSilence silence)
    {
        using UdpClient silent = new(new IPEndPoint(IPAddress.Loopback, 0));
        await using RadiusClient client = new(new RadiusClientOptions
        {
            Servers = [new RadiusUpstream((IPEndPoint)silent.Client.LocalEndPoint!, HomeSecret) { Retransmission = RadiusRetransmission.Every(TimeSpan.FromMilliseconds(20), 2) }],
        });
        await using RadiusServer proxy = Serve(Secret, new RadiusForwarder(client, silence).HandleAsync);
        using UdpClient nas = Connect(proxy);
        await nas.SendAsync(Request(1));
        if (silence == RadiusSilence.Reject)
        {
            Assert.Equal((byte)RadiusCode.AccessReject, (await Receive(nas))[0]);
        }
        else
        {
            await Eventually(() => proxy.Pending == 0 && proxy.Known == 0 && silent.Available > 0);
            Assert.Equal(0, nas.Available);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_proxy_ends_with_requests_under_way_whichever_side_ends_first(bool client)
    {
        using UdpClient silent = new(new IPEndPoint(IPAddress.Loopback, 0));
        await using RadiusClient home = new(new RadiusClientOptions { Servers = [new RadiusUpstream((IPEndPoint)silent.Client.LocalEndPoint!, HomeSecret)] });
        await using RadiusServer proxy = Serve(Secret, new RadiusForwarder(home).HandleAsync);
        await using RadiusClient nas = new(new RadiusClientOptions { Servers = [new RadiusUpstream(proxy.EndPoints[0], Secret)] });
        Task[] asked = [.. Enumerable.Range(0, 100).Select(_ => nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) => w.Add(Rfc2865.UserName, "sadks")))];
        await Eventually(() => proxy.Pending == asked.Length);

        TimeSpan patience = TimeSpan.FromSeconds(20);
        IAsyncDisposable[] sides = client ? [home, proxy, nas] : [proxy, home, nas];
        foreach (IAsyncDisposable side in sides)
        {
            await side.DisposeAsync().AsTask().WaitAsync(patience);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(asked).WaitAsync(patience));
        Assert.All(asked, a => Assert.True(a.IsCanceled));
    }

    private static RadiusServer Serve(RadiusSecret secret, RadiusHandler handler)
    {
        RadiusServerOptions options = new()
        {
            Listeners = [new RadiusUdpListener(new IPEndPoint(IPAddress.Loopback, 0), RadiusRoles.Authentication | RadiusRoles.Accounting) { Readers = 1 }],
            Peers = new RadiusPeers([new RadiusPeer("loopback", "127.0.0.1", secret)]),
        };
        RadiusServer server = new(options, Wires.All(handler));
        server.Start();
        return server;
    }

    private static string? Reveal(RadiusReply reply, EncryptedKey key)
    {
        Span<byte> value = stackalloc byte[253];
        return reply.TryDecrypt(key, value, out int length) ? Encoding.ASCII.GetString(value[..length]) : null;
    }

    private static List<string> All(RadiusPacket packet, RadiusAttributeId id)
    {
        List<string> values = [];
        foreach (ReadOnlySpan<byte> value in packet.GetAll(id))
        {
            values.Add(Encoding.ASCII.GetString(value));
        }

        return values;
    }
}
