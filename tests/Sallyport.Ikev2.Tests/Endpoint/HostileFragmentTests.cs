using Sallyport.Ikev2.Endpoint;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>A gateway that is sent fragments as no peer of ours would send them, forged ones and genuine ones.</summary>
public sealed class HostileFragmentTests : IDisposable
{
    // Answers are whole, so that the script can read them.
    private readonly Pair _pair = new(Pair.QuickCertificate, fragmentation: new IkeFragmentation { IPv4DatagramSize = 1500 });
    private readonly ScriptedClient _client;
    private readonly byte[] _inner = new byte[60];

    public HostileFragmentTests()
    {
        _client = new ScriptedClient(_pair);
        IkePayloadWriter writer = new(_inner);
        writer.Add(IkePayloadType.VendorId, new byte[56]);
    }

    private IkeEndpoint Gateway => _pair.Gateway;

    private IkeSession Session => Gateway.Sessions.Single();

    private int Kept => Session.Sa.FragmentOctets;

    public void Dispose()
    {
        _client.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void A_request_in_fragments_is_answered_once_it_is_whole()
    {
        Establish();
        Assert.Equal("", _client.Send(Part(2, 3)));
        Assert.Equal("", _client.Send(Part(3, 3)));
        Assert.Equal(40, Kept);
        Assert.Equal("{}", _client.Send(Part(1, 3)));
        Assert.Equal((0, 5u), (Kept, Session.ExpectedRequestId));
        Assert.Equal("{}", _client.Ask(IkeExchangeType.Informational, Nothing, id: 5));
    }

    [Fact]
    public void Of_an_answered_request_only_the_first_fragment_brings_the_answer_again()
    {
        Establish();
        byte[][] parts = [Part(1, 3), Part(2, 3), Part(3, 3)];
        Assert.Equal(["", "", "{}"], parts.Select(_client.Send));
        byte[] answer = _client.LastAnswer;

        Assert.Equal(["", ""], parts[1..].Select(_client.Send));
        Assert.Equal(2, Gateway.Dropped(IkeDropReason.UnexpectedFragment));
        Assert.Equal("{}", _client.Send(parts[0]));
        Assert.Equal(answer, _client.LastAnswer);

        // Not where it is forged.
        parts[0][^1] ^= 1;
        Assert.Equal("", _client.Send(parts[0]));
        Assert.Equal(1, Gateway.Dropped(IkeDropReason.IntegrityCheck));
        Assert.Equal(0, Kept);
    }

    [Fact]
    public void No_bit_of_a_fragment_can_be_turned_and_what_is_kept_stays_as_it_is()
    {
        Establish();
        _client.Send(Part(1, 3));
        byte[] genuine = Part(2, 3);
        long dropped = Dropped();
        for (int bit = 0; bit < genuine.Length * 8; bit++)
        {
            byte[] bent = [.. genuine];
            bent[bit / 8] ^= (byte)(1 << (bit % 8));
            Deliver(bent);
            Assert.Equal((20, 4u), (Kept, Session.ExpectedRequestId));
        }

        for (int length = 0; length < genuine.Length; length++)
        {
            Deliver(genuine[..length]);
            Assert.Equal(20, Kept);
        }

        Assert.Equal(genuine.Length * 9, Dropped() - dropped);
        Assert.Equal(["", "{}"], ((byte[][])[genuine, Part(3, 3)]).Select(_client.Send));
    }

    [Fact]
    public void Thousands_of_forged_fragments_keep_no_octet_and_cost_none_by_their_length()
    {
        Establish();
        byte[] large = _client.Fragment(IkeExchangeType.Informational, IkePayloadType.VendorId, 1, 2, new byte[60_000], 4);
        large[^1] ^= 1;
        IkePath path = Session.Path;
        long allocated = Allocations.Least(() => Gateway.HandleDatagram(large, path, _pair.Now));
        Assert.InRange(allocated, 0, 4096);

        for (int i = 0; i < 5000; i++)
        {
            byte[] forged = Part(1 + (i % 100), 100);
            forged[36 + (i % (forged.Length - 36))] ^= 0x55;
            Gateway.HandleDatagram(forged, path, _pair.Now);
        }

        Assert.Equal(0, Kept);
        Assert.True(Gateway.Dropped(IkeDropReason.IntegrityCheck) >= 5001);
        Assert.Equal("{}", _client.Ask(IkeExchangeType.Informational, Nothing, id: 4));
    }

    [Fact]
    public void Thousands_of_genuine_fragments_are_kept_within_the_limits_and_let_go_of_by_the_next_message()
    {
        Establish();
        int most = 0;
        for (int total = 2; total <= 200; total += 3)
        {
            for (int number = 1; number < total; number += 2)
            {
                Assert.Equal("", _client.Send(_client.Fragment(IkeExchangeType.Informational, IkePayloadType.VendorId, number, total, new byte[1000], 4)));
                most = Math.Max(most, Kept);
            }
        }

        Assert.InRange(most, 30_000, IkeFragmentation.Default.MaximumOctets);
        Assert.True(Gateway.Dropped(IkeDropReason.FragmentLimit) > 1000);
        Assert.Equal("{}", _client.Ask(IkeExchangeType.Informational, Nothing, id: 4));
        Assert.Equal(0, Kept);
    }

    [Fact]
    public void A_message_that_comes_whole_after_all_is_answered_and_its_fragments_are_forgotten()
    {
        Establish();
        _client.Send(Part(1, 2));
        Assert.Equal(30, Kept);
        Assert.Equal("{}", _client.AskRaw(IkeExchangeType.Informational, IkePayloadType.VendorId, _inner, id: 4));
        Assert.Equal(0, Kept);
        Assert.Equal("", _client.Send(Part(2, 2)));
        Assert.Equal(0, Kept);
    }

    [Fact]
    public void Fragments_of_requests_that_are_not_due_are_not_kept()
    {
        Establish();
        foreach (uint id in (uint[])[0, 1, 2, 5, 6, uint.MaxValue])
        {
            Assert.Equal("", _client.Send(_client.Fragment(IkeExchangeType.Informational, IkePayloadType.VendorId, 1, 2, _inner.AsSpan(0, 30), id)));
        }

        Assert.Equal((0, 6L), (Kept, Gateway.Dropped(IkeDropReason.MessageId)));
    }

    [Fact]
    public void While_a_decision_is_pending_fragments_of_its_request_are_absorbed()
    {
        _pair.EapServer = null;
        _client.Init(Agree);
        Assert.Equal("", _client.FirstAuth());
        for (int number = 1; number <= 2; number++)
        {
            Assert.Equal("", _client.Send(_client.Fragment(IkeExchangeType.IkeAuth, IkePayloadType.VendorId, number, 2, _inner.AsSpan(0, 30), 1)));
        }

        Assert.Equal((0, 2L), (Kept, Gateway.Dropped(IkeDropReason.Pending)));
        Assert.Single(_pair.GatewayEvents.OfType<EapServerRoundEvent>());
    }

    [Fact]
    public void Without_agreement_fragments_are_dropped_unseen()
    {
        _client.Establish();
        Assert.Equal(["", ""], ((byte[][])[Part(1, 2), Part(2, 2)]).Select(_client.Send));
        Assert.Equal((0, 2L), (Kept, Gateway.Dropped(IkeDropReason.UnexpectedFragment)));
    }

    [Fact]
    public void Genuine_fragments_of_what_is_no_chain_of_payloads_end_the_session_as_a_whole_message_would()
    {
        Establish();
        _inner[3] = 77;
        Assert.Equal("", _client.Send(Part(1, 2)));
        Assert.Equal("{N(InvalidSyntax)}", _client.Send(Part(2, 2)));
        Assert.Equal(IkeCloseReason.Protocol, _pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void An_unknown_critical_payload_in_fragments_is_refused_as_in_a_whole_message()
    {
        Establish();
        _inner[1] = 0x80;
        _client.Send(Part(1, 2, (IkePayloadType)200));
        Assert.Equal("{N(UnsupportedCriticalPayload)C8}", _client.Send(Part(2, 2)));
    }

    [Fact]
    public void What_is_kept_goes_with_the_session()
    {
        Establish();
        _client.Send(Part(1, 2));
        IkeSession session = Session;
        _pair.Gateway.HandleTimeout(_pair.Now);
        session.Close(_pair.Now);
        _pair.Run(TimeSpan.FromSeconds(10));
        Assert.Equal((IkeSessionState.Closed, 0), (session.State, session.Sa.FragmentOctets));
        Assert.Equal("", _client.Send(Part(2, 2)));
        Assert.Equal(0, session.Sa.FragmentOctets);
    }

    private static void Nothing(ref IkePayloadWriter writer)
    {
    }

    private static void Agree(ref IkePayloadWriter writer) => writer.AddNotify(IkeNotifyType.FragmentationSupported);

    private void Establish()
    {
        _client.Init(Agree);
        Assert.Contains("ExtensibleAuthentication", _client.FirstAuth(), StringComparison.Ordinal);
        _client.Finish();
    }

    // The fourth request, after IKE_AUTH, has the next part of one payload.
    private byte[] Part(int number, int total, IkePayloadType first = IkePayloadType.VendorId)
    {
        int size = Math.Max(_inner.Length / total, 1);
        int at = Math.Min((number - 1) * size, _inner.Length);
        int end = number == total ? _inner.Length : Math.Min(at + size, _inner.Length);
        return _client.Fragment(IkeExchangeType.Informational, number == 1 ? first : IkePayloadType.None, number, total, _inner.AsSpan(at..end), 4);
    }

    // A higher major version is answered in the clear, which says nothing here.
    private void Deliver(byte[] datagram)
    {
        Gateway.HandleDatagram(datagram, Session.Path, _pair.Now);
        while (Gateway.TryGetTransmit(new byte[2000], out _))
        {
        }
    }

    private long Dropped() => Enum.GetValues<IkeDropReason>().Sum(Gateway.Dropped);
}
