using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sallyport.Eap.Methods;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.Tests.DuoProxy;

public class ProxyTests
{
    [Fact]
    public async Task The_log_tells_a_login_in_order_and_in_the_known_words()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync();

        RadiusReply? reply = await PapAsync(bench, "sadks", "open sesame");

        Assert.Equal(RadiusCode.AccessAccept, reply!.Packet.Code);
        int primary = bench.Primary.EndPoints[0].Port;
        string tag = @"\(\('127\.0\.0\.1', \d+\), sadks, \d+\)";
        string[] lines =
        [
            @"Sending request from 127\.0\.0\.1 to radius_server_auto",
            @"Received new request id \d+ from \('127\.0\.0\.1', \d+\)",
            tag + ": login attempt for username 'sadks'",
            $@"Sending request for user 'sadks' to \('127\.0\.0\.1', {primary}\) with id \d+",
            $@"Got response for id \d+ from \('127\.0\.0\.1', {primary}\); code 2",
            @"http POST to https://127\.0\.0\.1:\d+/rest/v1/preauth",
            tag + ": Got preauth result for: 'auth'",
            @"http POST to https://127\.0\.0\.1:\d+/rest/v1/auth",
            tag + @": Duo authentication returned 'allow': 'Success\. Logging you in\.\.\.'",
            tag + ": Returning response code 2: AccessAccept",
            tag + ": Sending response",
        ];
        string[] log = bench.Log;
        int at = 0;
        foreach (string line in lines)
        {
            at = Array.FindIndex(log, at, l => Regex.IsMatch(l, $@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}[+-]\d{{4}} \[.*\] {line}"));
            Assert.True(at >= 0, $"'{line}' does not follow in:\n{string.Join('\n', log)}");
            at++;
        }

        Assert.DoesNotContain(log, l => l.Contains("open sesame", StringComparison.Ordinal) || l.Contains("xxxxxxxx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_Accept_carries_what_the_primary_says_and_Duos_text()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync();

        RadiusPacket packet = (await PapAsync(bench, "sadks", "open sesame"))!.Packet;

        Assert.Equal("staff", Raw(packet, Rfc2865.Class.Id));
        Assert.True(packet.TryGet(Rfc2865.SessionTimeout, out uint seconds));
        Assert.Equal(600u, seconds);
        Assert.Equal("sadks", packet.GetString(Rfc2865.UserName));
        Assert.Equal(RadiusPacket.HeaderSize + 2, packet.MessageAuthenticatorOffset);
    }

    [Theory]
    [InlineData("approve", "sadks", "wrong", false, 0, "No reply message in packet")]
    [InlineData("approve", "nobody", "wrong", false, 0, "No reply message in packet")]
    [InlineData("deny", "sadks", "open sesame", false, 1, "Login request denied.")]
    [InlineData("timeout", "sadks", "open sesame", false, 1, "Login timed out.")]
    [InlineData("approve", "guest", "guest", true, 0, null)]
    [InlineData("approve", "stranger", "stranger", false, 0, "Enroll an authentication device to proceed")]
    public async Task A_login_ends_as_both_factors_say(string push, string user, string password, bool accepted, int pushes, string? message)
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(push);

        RadiusPacket packet = (await PapAsync(bench, user, password))!.Packet;

        Assert.Equal(accepted ? RadiusCode.AccessAccept : RadiusCode.AccessReject, packet.Code);
        Assert.Equal(pushes, bench.Duo.AuthTransactions);
        if (message is not null)
        {
            Assert.Contains(message, packet.GetString(Rfc2865.ReplyMessage), StringComparison.Ordinal);
        }

        if (password == "wrong")
        {
            Assert.Contains(bench.Log, l => l.EndsWith("Primary credentials rejected - No reply message in packet", StringComparison.Ordinal));
            Assert.Contains(bench.Log, l => l.EndsWith("Returning response code 3: AccessReject", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("failmode=safe", true)]
    [InlineData("failmode=secure", false)]
    public async Task Duo_out_of_reach_ends_as_failmode_says(string failMode, bool accepted)
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(server: failMode, duoDown: true);

        Assert.Equal(accepted ? RadiusCode.AccessAccept : RadiusCode.AccessReject, (await PapAsync(bench, "sadks", "open sesame"))!.Packet.Code);
        Assert.Equal(RadiusCode.AccessReject, (await PapAsync(bench, "sadks", "wrong"))!.Packet.Code);
        Assert.Equal(accepted ? 1 : 0, bench.Proxy.Counters.FailedOpen);
    }

    [Fact]
    public async Task Wrong_keys_never_fail_open()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(server: "failmode=safe", secretKey: "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");

        Assert.Equal(RadiusCode.AccessReject, (await PapAsync(bench, "sadks", "open sesame"))!.Packet.Code);
        Assert.Contains(bench.Log, l => l.Contains("40103", StringComparison.Ordinal) && l.Contains("Check ikey, skey", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_retransmission_during_a_push_causes_no_second_one_and_the_late_answer_arrives()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(delay: 0.8);
        using UdpClient socket = new();
        socket.Connect(bench.EndPoint);
        byte[] request = PapRequest(7, "sadks", "open sesame");
        await socket.SendAsync(request);
        await EventuallyAsync(() => bench.Duo.AuthTransactions == 1);
        await socket.SendAsync(request);
        await socket.SendAsync(request);

        // The same login from another port, and under another identifier: joined as well.
        using UdpClient other = new();
        other.Connect(bench.EndPoint);
        await other.SendAsync(request);
        byte[] first = (await socket.ReceiveAsync()).Buffer;
        byte[] joined = (await other.ReceiveAsync()).Buffer;
        await socket.SendAsync(request);
        byte[] again = (await socket.ReceiveAsync()).Buffer;

        Assert.Equal(2, first[0]);
        Assert.Equal(first, again);
        Assert.Equal(2, joined[0]);
        Assert.Equal(1, bench.Duo.AuthTransactions);
        Assert.Equal(1, bench.Primary.Verdicts);
        Assert.True(bench.Log.Count(l => l.EndsWith("Received duplicate request", StringComparison.Ordinal)) >= 2);
    }

    [Fact]
    public async Task What_is_not_genuine_is_dropped_and_nothing_else_happens()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync();
        using UdpClient socket = new();
        socket.Connect(bench.EndPoint);
        byte[] forged = PapRequest(7, "sadks", "open sesame");
        forged[25] ^= 1;
        await socket.SendAsync(forged);
        await socket.SendAsync(forged.AsMemory(0, 15));
        await EventuallyAsync(() => bench.Proxy.Dropped(RadiusDropReason.MessageAuthenticator) == 1 && bench.Proxy.Dropped(RadiusDropReason.Malformed) == 1);

        Assert.Equal(0, bench.Primary.Verdicts);
        Assert.Equal(0, bench.Proxy.Counters.Requests);
        Assert.Single(bench.Log, l => l.Contains("MessageAuthenticator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CHAP_reaches_the_primary_though_the_authenticator_changes_on_the_way()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync();

        RadiusReply? reply = await bench.Nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) =>
        {
            w.Add(Rfc2865.UserName, "sadks");
            byte[] hash = MD5.HashData([5, .. "open sesame"u8, .. w.Authenticator]);
            w.Add(Rfc2865.ChapPassword, [5, .. hash]);
        });

        Assert.Equal(RadiusCode.AccessAccept, reply!.Packet.Code);
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("deny")]
    public async Task MS_CHAPv2_keys_are_hidden_anew_for_the_NAS(string push)
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(push);
        byte[] challenge = RandomNumberGenerator.GetBytes(16);
        byte[] peer = RandomNumberGenerator.GetBytes(16);
        byte[] hash = MsChapV2.NtPasswordHash("open sesame");
        byte[] response = MsChapV2.GenerateNtResponse(challenge, peer, "sadks"u8, hash);

        RadiusReply? reply = await bench.Nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) =>
        {
            w.Add(Rfc2865.UserName, "sadks");
            w.Add(MicrosoftVsa.MsChapChallenge, challenge);
            w.Add(MicrosoftVsa.MsChap2Response, [9, 0, .. peer, .. new byte[8], .. response]);
        });

        RadiusPacket packet = reply!.Packet;
        if (push == "deny")
        {
            Assert.Equal(RadiusCode.AccessReject, packet.Code);
            Assert.Contains("E=691 R=0", Raw(packet, MicrosoftVsa.MsChapError.Id), StringComparison.Ordinal);
            return;
        }

        (byte[] receive, byte[] send) = MsChapV2.SessionKeys(hash, response);
        byte[] revealed = new byte[253];
        Assert.True(packet.TryDecrypt(MicrosoftVsa.MsMppeRecvKey, ProxyBench.Secret, reply.RequestAuthenticator, revealed, out int length));
        Assert.Equal(receive, revealed[..length]);
        Assert.True(packet.TryDecrypt(MicrosoftVsa.MsMppeSendKey, ProxyBench.Secret, reply.RequestAuthenticator, revealed, out length));
        Assert.Equal(send, revealed[..length]);
        Assert.Contains("S=", Raw(packet, MicrosoftVsa.MsChap2Success.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_logins_at_once_are_all_answered()
    {
        await using ProxyBench bench = await ProxyBench.StartAsync(delay: 0.2);

        RadiusReply?[] replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => PapAsync(bench, $"user{i}", "pw")));

        Assert.All(replies, r => Assert.Equal(RadiusCode.AccessAccept, r!.Packet.Code));
        Assert.Equal(200, bench.Duo.AuthTransactions);
    }

    private static Task<RadiusReply?> PapAsync(ProxyBench bench, string user, string password) => bench.Nas.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter w, RadiusHop _) =>
    {
        w.Add(Rfc2865.UserName, user);
        w.Add(Rfc2865.UserPassword, Encoding.UTF8.GetBytes(password), ProxyBench.Secret);
        w.Add(Rfc2865.CallingStationId, "192.0.2.7:1194");
    });

    private static byte[] PapRequest(byte identifier, string user, string password)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, identifier, RandomNumberGenerator.GetBytes(16));
        writer.Add(Rfc2865.UserName, user);
        writer.Add(Rfc2865.UserPassword, Encoding.UTF8.GetBytes(password), ProxyBench.Secret);
        Assert.True(writer.TryComplete(ProxyBench.Secret, out int length));
        return buffer[..length];
    }

    private static string Raw(RadiusPacket packet, RadiusAttributeId id) => packet.TryGetRaw(id, out ReadOnlySpan<byte> value) ? Encoding.Latin1.GetString(value) : "";

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
