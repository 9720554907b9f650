using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>A genuine client's requests for new keys with one octet changed or with their end cut off: an answer or a count, never an exception.</summary>
public class HostileRekeyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_truncation_and_every_changed_octet_of_a_request_for_new_keys_is_survived(bool ike)
    {
        (IkePayloadType first, byte[] inner) = Request(ike);
        int granted = 0;
        for (int i = 0; i < 2 * inner.Length; i++)
        {
            byte[] hostile = [.. inner];
            if (i < inner.Length)
            {
                hostile[i] ^= 0x55;
            }

            using Pair pair = new(Pair.QuickCertificate);
            using ScriptedClient client = new(pair);
            client.Establish();
            string answer = client.AskRaw(IkeExchangeType.CreateChildSa, first, i < inner.Length ? hostile : hostile.AsSpan(0, i - inner.Length));
            granted += answer.Contains("Nonce", StringComparison.Ordinal) ? 1 : 0;
            Assert.NotEqual("", answer);
        }

        // Such as those in a nonce or in what is reserved.
        Assert.InRange(granted, 30, inner.Length);
    }

    private static (IkePayloadType First, byte[] Inner) Request(bool ike)
    {
        byte[] inner = new byte[1024];
        IkePayloadWriter w = new(inner);
        using IkeKeyExchange exchange = IkeKeyExchange.Create(KeyExchangeMethod.Ecp256);
        if (ike)
        {
            IkeOffer.Write(ref w, [Pair.Aes128Sha384], [1, 2, 3, 4, 5, 6, 7, 8]);
        }
        else
        {
            w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, [0xaa, 0xbb, 0xcc, 0xdd]);
            EspOffer.Write(ref w, [new EspOffer(256) { KeyExchange = [KeyExchangeMethod.Ecp256] }], 7, withKeyExchange: true);
        }

        w.Add(IkePayloadType.Nonce, new byte[32]);
        w.AddKeyExchange(KeyExchangeMethod.Ecp256, exchange.PublicValue.Span);
        if (!ike)
        {
            IkeTrafficSelector.Write(ref w, IkePayloadType.TrafficSelectorInitiator, [IkeTrafficSelector.AnyIPv4]);
            IkeTrafficSelector.Write(ref w, IkePayloadType.TrafficSelectorResponder, [IkeTrafficSelector.AnyIPv4]);
        }

        Assert.True(w.TryComplete(out int length));
        return (w.First, inner[..length]);
    }
}
