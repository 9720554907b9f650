using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Tests.Devices;
using Sallyport.Ipsec.Tests.Infrastructure;

namespace Sallyport.Ipsec.Tests;

/// <summary>New keys under traffic, and every suite that can be negotiated.</summary>
public class RekeyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<EncryptionAlgorithm, int, IntegrityAlgorithm, bool> Suites => new()
    {
        { EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None, false },
        { EncryptionAlgorithm.AesGcm16, 128, IntegrityAlgorithm.None, true },
        { EncryptionAlgorithm.AesGcm12, 192, IntegrityAlgorithm.None, false },
        { EncryptionAlgorithm.AesGcm8, 256, IntegrityAlgorithm.None, true },
        { EncryptionAlgorithm.ChaCha20Poly1305, 256, IntegrityAlgorithm.None, true },
        { EncryptionAlgorithm.AesGmac, 256, IntegrityAlgorithm.None, false },
        { EncryptionAlgorithm.AesCbc, 128, IntegrityAlgorithm.HmacSha256Trunc128, false },
        { EncryptionAlgorithm.AesCbc, 192, IntegrityAlgorithm.HmacSha384Trunc192, false },
        { EncryptionAlgorithm.AesCbc, 256, IntegrityAlgorithm.HmacSha512Trunc256, true },
    };

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_suite_carries_traffic_before_and_after_new_keys(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity, bool extended)
    {
        EspOffer offer = new(new IkeCipher(cipher, bits), integrity, extended);
        await using TestGateway gateway = new(o => o.EspOffers = [offer]);
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions(espOffers: [offer]));
        Assert.Equal(new IkeChildSuite(cipher, bits, integrity, extended), client.Session.ChildSuite);
        uint before = client.Session.InboundSpi;

        int renewedAt = int.MaxValue;
        await FloodAsync(gateway, client, (flood, answered) =>
        {
            if (answered == 100)
            {
                client.Session.RekeyChild();
            }
            else if (client.Session.InboundSpi != before)
            {
                renewedAt = Math.Min(renewedAt, answered);
            }

            if (answered - 200 > renewedAt)
            {
                flood.Stop();
            }
        });
    }

    [Fact]
    public async Task New_keys_every_few_hundred_packets_for_all_by_either_side_and_by_both_lose_no_packet()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions());
        IpsecSession peer = Assert.Single(gateway.Endpoint.Sessions);
        HashSet<uint> spis = [];

        await FloodAsync(gateway, client, (flood, answered) =>
        {
            spis.Add(client.Session.InboundSpi);
            if (spis.Count > 20)
            {
                flood.Stop();
            }
            else if (answered % 300 == 0)
            {
                (bool byClient, bool byGateway, bool ike) = (answered / 300 % 4) switch
                {
                    0 => (true, false, false),
                    1 => (false, true, false),
                    2 => (true, true, false),
                    _ => (true, true, true),
                };
                Renew(client.Session, byClient, ike);
                Renew(peer, byGateway, ike);
            }
        });
    }

    [Fact]
    public async Task A_limit_of_packets_brings_new_keys_by_itself()
    {
        await using TestGateway gateway = new();
        await using IpsecClient client = await IpsecClient.ConnectAsync(gateway.ClientOptions(childLifetime: new IkeChildLifetime(TimeSpan.FromHours(1), Packets: 100)));
        uint before = client.Session.InboundSpi;
        await FloodAsync(gateway, client, (flood, _) =>
        {
            if (client.Session.InboundSpi != before)
            {
                flood.Stop();
            }
        });
    }

    private static void Renew(IpsecSession session, bool wanted, bool ike)
    {
        if (wanted && ike)
        {
            session.RekeyIke();
        }
        else if (wanted)
        {
            session.RekeyChild();
        }
    }

    // Every ping is answered, and neither side has dropped anything for any reason.
    private static async Task FloodAsync(TestGateway gateway, IpsecClient client, Action<PingFlood, int> onAnswer)
    {
        await using PingFlood flood = new(client.Configuration.Address!, TestGateway.InsideAddress);
        flood.OnAnswer = answered => onAnswer(flood, answered);
        client.Attach(flood);
        try
        {
            await flood.Done.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{flood.Answered} of {flood.Sent} pings were answered; {Drops(client.Endpoint)}; {Drops(gateway.Endpoint)}");
        }

        Assert.Equal(("", ""), (Drops(gateway.Endpoint), Drops(client.Endpoint)));
        await client.DisposeAsync();
        Assert.Equal((flood.Sent, flood.Sent), (client.Session.Counts.PacketsOut, client.Session.Counts.PacketsIn));
    }

    // On a busy machine IKE messages come twice, which loses nothing.
    private static string Drops(IpsecEndpoint endpoint) => string.Join(
        ", ",
        Enum.GetValues<IpsecDropReason>().Where(r => !r.ToString().StartsWith("Ike", StringComparison.Ordinal) && endpoint.Dropped(r) > 0).Select(r => $"{r} {endpoint.Dropped(r)}"));
}
