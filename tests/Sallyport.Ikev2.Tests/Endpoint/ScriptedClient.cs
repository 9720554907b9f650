using System.Net;
using System.Security.Cryptography;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

internal delegate void WritePayloads(ref IkePayloadWriter writer);

/// <summary>A client that sends what a test tells it to, out of the codec and the cryptography alone: what our own initiator never would.</summary>
internal sealed class ScriptedClient : IDisposable
{
    private const ulong Spi = 0x1122334455667788;
    private readonly byte[] _nonce = new byte[32];
    private readonly IkePath _path = new(Pair.GatewayAddress, Pair.ClientAddress, false);
    private readonly Pair _pair;
    private byte[] _request = [];
    private byte[] _gatewayNonce = [];
    private ulong _gatewaySpi;
    private IkeKeys? _keys;
    private SkProtection? _seal;
    private SkProtection? _open;
    private uint _next = 1;

    public ScriptedClient(Pair pair) => _pair = pair;

    /// <summary>The ESP SPI that the gateway receives under, once it is known.</summary>
    public const uint EspSpi = 0xaabbccdd;

    public byte[] LastAnswer { get; private set; } = [];

    public byte[] LastRequest { get; private set; } = [];

    /// <summary>What the gateway has asked of its own accord, oldest first, and which way it went.</summary>
    public List<(byte[] Datagram, IkePath Path)> Asked { get; } = [];

    /// <summary>Where the client sends from, as the gateway sees it.</summary>
    public IPEndPoint Address { get; set; } = new(Pair.ClientAddress.Address, 4500);

    /// <summary>Whether it sends to the port that IKE and ESP share.</summary>
    public bool NatTraversal { get; set; } = true;

    /// <summary>Called with the way that an answer goes.</summary>
    public Action<IkePath> Answered { get; set; } = _ => { };

    private IkePath NatPath => new(new(Pair.GatewayAddress.Address, 4500), Address, NatTraversal);

    public void Init(WritePayloads? extra = null)
    {
        using IkeKeyExchange exchange = IkeKeyExchange.Create(KeyExchangeMethod.Ecp256);
        byte[] buffer = new byte[1024];
        IkePayloadWriter writer = new(buffer.AsSpan(IkeHeader.Size));
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        int proposal = writer.BeginProposal(1, IkeProtocolId.Ike, [], 4, true);
        writer.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesCbc, 128, false);
        writer.AddTransform(IkeTransformType.PseudorandomFunction, (ushort)PrfAlgorithm.HmacSha384, 0, false);
        writer.AddTransform(IkeTransformType.Integrity, (ushort)IntegrityAlgorithm.HmacSha384Trunc192, 0, false);
        writer.AddTransform(IkeTransformType.KeyExchange, (ushort)KeyExchangeMethod.Ecp256, 0, true);
        writer.EndProposal(proposal);
        writer.EndPayload();
        writer.AddKeyExchange(KeyExchangeMethod.Ecp256, exchange.PublicValue.Span);
        writer.Add(IkePayloadType.Nonce, _nonce);
        extra?.Invoke(ref writer);
        Assert.True(writer.TryComplete(out int length));
        IkeHeader header = new(Spi, 0, writer.First, 2, 0, IkeExchangeType.IkeSaInit, IkeHeaderBits.Initiator, 0, IkeHeader.Size + length);
        header.Write(buffer);
        _request = buffer[..header.Length];
        _pair.Gateway.HandleDatagram(_request, _path, _pair.Now);
        LastAnswer = Receive();
        Assert.True(IkeMessage.TryParse(LastAnswer, out IkeMessage message, out _));
        if (!message.Payloads.TryGet(IkePayloadType.KeyExchange, out IkePayload ke))
        {
            return;
        }

        Assert.True(message.Payloads.TryGet(IkePayloadType.Nonce, out IkePayload nonce));
        _gatewayNonce = nonce.Body.ToArray();
        _gatewaySpi = message.Header.ResponderSpi;
        Assert.True(exchange.TryDerive(ke.Body[4..], out byte[] secret));
        IkeSuite suite = new(EncryptionAlgorithm.AesCbc, 128, PrfAlgorithm.HmacSha384, IntegrityAlgorithm.HmacSha384Trunc192, KeyExchangeMethod.Ecp256);
        _keys = IkeKeys.Derive(suite, secret, _nonce, _gatewayNonce, Spi, _gatewaySpi);
        _seal = new SkProtection(suite, _keys.Ei, _keys.Ai, RandomNumberGenerator.Fill);
        _open = new SkProtection(suite, _keys.Er, _keys.Ar, RandomNumberGenerator.Fill);
    }

    /// <summary>Sends a request and gives the answer's payloads in words; empty where there is none.</summary>
    public string Ask(IkeExchangeType exchange, WritePayloads write, uint? id = null)
    {
        byte[] inner = new byte[2048];
        IkePayloadWriter writer = new(inner);
        write(ref writer);
        Assert.True(writer.TryComplete(out int length));
        return AskRaw(exchange, writer.First, inner.AsSpan(0, length), id);
    }

    /// <summary>Sends a request with an inner chain as it is, well formed or not.</summary>
    public string AskRaw(IkeExchangeType exchange, IkePayloadType first, ReadOnlySpan<byte> inner, uint? id = null)
    {
        byte[] datagram = new byte[_seal!.SealedSize(inner.Length)];
        IkeHeader header = new(Spi, _gatewaySpi, IkePayloadType.Encrypted, 2, 0, exchange, IkeHeaderBits.Initiator, id ?? _next++, 0);
        Assert.True(_seal.TrySeal(header, first, inner, datagram, out _));
        return Send(datagram);
    }

    /// <summary>Seals a fragment of a request.</summary>
    public byte[] Fragment(IkeExchangeType exchange, IkePayloadType first, int number, int total, ReadOnlySpan<byte> content, uint id)
    {
        byte[] datagram = new byte[_seal!.FragmentSize(content.Length)];
        IkeHeader header = new(Spi, _gatewaySpi, IkePayloadType.EncryptedFragment, 2, 0, exchange, IkeHeaderBits.Initiator, id, 0);
        Assert.True(_seal.TrySealFragment(header, first, number, total, content, datagram, out _));
        return datagram;
    }

    public string Send(byte[] datagram)
    {
        LastRequest = datagram;
        _pair.Gateway.HandleDatagram(datagram, NatPath, _pair.Now);
        LastAnswer = Receive();
        if (LastAnswer.Length == 0)
        {
            return "";
        }

        return Words(LastAnswer);
    }

    /// <summary>A message of the gateway's in words.</summary>
    public string Words(byte[] datagram)
    {
        Assert.True(IkeMessage.TryParse(datagram, out IkeMessage message, out _));
        Assert.True(_open!.TryOpen(message, new byte[datagram.Length], out IkeOpenedMessage opened, out _));
        List<string> words = [];
        foreach (IkePayload payload in opened.Payloads)
        {
            words.Add(payload.Type == IkePayloadType.Notify && NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _)
                ? $"N({notify.Type}){Convert.ToHexString(notify.Data)}"
                : payload.Type.ToString());
        }

        return "{" + string.Join(", ", words) + "}";
    }

    /// <summary>Answers a request of the gateway's.</summary>
    public void Answer(byte[] request, WritePayloads write)
    {
        Assert.True(IkeMessage.TryParse(request, out IkeMessage message, out _));
        byte[] inner = new byte[2048];
        IkePayloadWriter writer = new(inner);
        write(ref writer);
        Assert.True(writer.TryComplete(out int length));
        byte[] datagram = new byte[_seal!.SealedSize(length)];
        IkeHeader header = new(
            Spi, _gatewaySpi, IkePayloadType.Encrypted, 2, 0, message.Header.ExchangeType, IkeHeaderBits.Initiator | IkeHeaderBits.Response, message.Header.MessageId, 0);
        Assert.True(_seal.TrySeal(header, writer.First, inner.AsSpan(0, length), datagram, out _));
        _pair.Gateway.HandleDatagram(datagram, NatPath, _pair.Now);
        Receive();
    }

    public string FirstAuth(WritePayloads? extra = null) => Ask(IkeExchangeType.IkeAuth, (ref IkePayloadWriter writer) =>
    {
        writer.Add(IkePayloadType.IdentificationInitiator, IkeIdentity.Email("a@b").ToPayloadBody());
        extra?.Invoke(ref writer);
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        int proposal = writer.BeginProposal(1, IkeProtocolId.Esp, [0xaa, 0xbb, 0xcc, 0xdd], 2, true);
        writer.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesGcm16, 256, false);
        writer.AddTransform(IkeTransformType.ExtendedSequenceNumbers, 0, 0, true);
        writer.EndProposal(proposal);
        writer.EndPayload();
        foreach (IkePayloadType type in (IkePayloadType[])[IkePayloadType.TrafficSelectorInitiator, IkePayloadType.TrafficSelectorResponder])
        {
            writer.BeginTrafficSelectors(type, 1);
            writer.AddTrafficSelector(0, 0, 65535, [0, 0, 0, 0], [255, 255, 255, 255]);
            writer.EndPayload();
        }
    });

    public void Establish(WritePayloads? extra = null)
    {
        Init();
        Assert.Contains("ExtensibleAuthentication", FirstAuth(extra), StringComparison.Ordinal);
        Finish();
    }

    /// <summary>The EAP round and AUTH.</summary>
    public void Finish()
    {
        Assert.Equal("{ExtensibleAuthentication}", Ask(IkeExchangeType.IkeAuth, (ref IkePayloadWriter w) => w.Add(IkePayloadType.ExtensibleAuthentication, [2, 7, 0, 6, 6, (byte)'!'])));
        byte[] octets = IkeAuthenticator.SignedOctets(PrfAlgorithm.HmacSha384, _request, _gatewayNonce, _keys!.Pi, IkeIdentity.Email("a@b").ToPayloadBody());
        byte[] mac = IkeAuthenticator.SharedKeyMac(PrfAlgorithm.HmacSha384, _keys.Pi, octets);
        Assert.StartsWith("{Authentication", Ask(IkeExchangeType.IkeAuth, (ref IkePayloadWriter w) => w.AddAuthentication(IkeAuthenticationMethod.SharedKey, mac)), StringComparison.Ordinal);
        Assert.Equal(IkeSessionState.Established, _pair.Single<SessionEstablishedEvent>(true).Session.State);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _seal?.Dispose();
        _open?.Dispose();
    }

    private byte[] Receive()
    {
        _pair.AnswerGateway();
        byte[] buffer = new byte[65535];
        byte[] answer = [];
        while (_pair.Gateway.TryGetTransmit(buffer, out IkeTransmit transmit))
        {
            // What the gateway asks of its own accord is no answer.
            Assert.True(IkeMessage.TryParse(buffer.AsSpan(0, transmit.Length), out IkeMessage message, out _));
            if (message.Header.IsResponse)
            {
                answer = buffer[..transmit.Length];
                Answered(transmit.Path);
            }
            else
            {
                Asked.Add((buffer[..transmit.Length], transmit.Path));
            }
        }

        return answer;
    }
}
