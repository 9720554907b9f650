using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Endpoint;

public class UnusualRequestTests
{
    private const IkePayloadType Unknown = (IkePayloadType)200;

    [Fact]
    public void An_unknown_critical_payload_is_refused_by_its_number_in_the_first_message()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init((ref IkePayloadWriter w) => w.Add(Unknown, [1], critical: true));
        Assert.True(IkeMessage.TryParse(client.LastAnswer, out IkeMessage message, out _));
        Assert.True(message.Payloads.TryGetNotify(IkeNotifyType.UnsupportedCriticalPayload, out NotifyPayload notify));
        Assert.Equal([200], notify.Data.ToArray());
        Assert.Empty(pair.Gateway.Sessions);
    }

    [Fact]
    public void An_unknown_payload_that_is_not_critical_is_skipped_everywhere()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init((ref IkePayloadWriter w) => w.Add(Unknown, [1]));
        Assert.Contains("ExtensibleAuthentication", client.FirstAuth((ref IkePayloadWriter w) => w.Add(Unknown, [1])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_critical_payload_in_a_tunnel_is_refused_and_the_tunnel_stays()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{N(UnsupportedCriticalPayload)C8}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.Add(Unknown, [1], critical: true)));
        StaysUp(pair, client);
    }

    [Theory]
    [InlineData(IkeAuthenticationMethod.SharedKey)]
    [InlineData(IkeAuthenticationMethod.RsaSignature)]
    [InlineData(IkeAuthenticationMethod.DigitalSignature)]
    public void A_client_that_wants_to_authenticate_without_EAP_is_refused(IkeAuthenticationMethod method)
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init();
        Assert.Equal("{N(AuthenticationFailed)}", client.FirstAuth((ref IkePayloadWriter w) => w.AddAuthentication(method, new byte[48])));
        Assert.Equal(IkeCloseReason.AuthenticationFailed, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Empty(pair.GatewayEvents.OfType<EapServerRoundEvent>());
    }

    [Fact]
    public void A_first_request_without_its_payloads_is_invalid_syntax()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init();
        Assert.Equal("{N(InvalidSyntax)}", client.Ask(IkeExchangeType.IkeAuth, (ref IkePayloadWriter w) => w.Add(IkePayloadType.VendorId, [1])));
        Assert.Equal(IkeCloseReason.Protocol, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void A_genuine_message_with_a_broken_chain_is_invalid_syntax()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{N(InvalidSyntax)}", client.AskRaw(IkeExchangeType.Informational, IkePayloadType.Notify, [0, 0, 0, 3]));
        Assert.Equal(IkeCloseReason.Protocol, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void A_tunnel_before_the_second_door_is_not_to_be_had()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init();
        client.FirstAuth();
        Assert.Equal("{N(InvalidSyntax)}", client.Ask(IkeExchangeType.IkeAuth, (ref IkePayloadWriter w) => w.AddAuthentication(IkeAuthenticationMethod.SharedKey, new byte[48])));
        Assert.Empty(pair.GatewayEvents.OfType<AuthorizationEvent>());
    }

    [Fact]
    public void Exchanges_of_a_tunnel_have_no_place_before_there_is_one()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init();
        Assert.Equal("", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddDeleteEsp(ScriptedClient.EspSpi), id: 1));
        Assert.Equal("", client.Ask(IkeExchangeType.CreateChildSa, (ref IkePayloadWriter w) => w.Add(IkePayloadType.Nonce, new byte[32]), id: 1));
        Assert.Equal(2, pair.Gateway.Dropped(IkeDropReason.UnexpectedExchange));
        Assert.Contains("ExtensibleAuthentication", client.FirstAuth(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_that_gives_up_during_the_login_is_answered_and_forgotten(bool byDelete)
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Init();
        client.FirstAuth();
        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) =>
        {
            if (byDelete)
            {
                w.AddDeleteIke();
            }
            else
            {
                w.AddNotify(IkeNotifyType.AuthenticationFailed);
            }
        }));
        Assert.Equal(IkeCloseReason.Peer, pair.Single<SessionClosedEvent>(true).Reason);
        Assert.Equal(0, pair.Gateway.HalfOpenCount);
    }

    [Fact]
    public void Another_Child_SA_is_refused_and_the_tunnel_stays() => Refused("{N(NoAdditionalSas)}", (ref IkePayloadWriter w) =>
    {
        AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, 4]);
        w.Add(IkePayloadType.Nonce, new byte[32]);
    });

    [Fact]
    public void New_keys_for_the_Child_SA_by_an_algorithm_that_is_not_offered_are_refused_and_the_tunnel_stays() => Refused("{N(NoProposalChosen)}", (ref IkePayloadWriter w) =>
    {
        w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, [0xaa, 0xbb, 0xcc, 0xdd]);
        AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, 4], bits: 128);
        w.Add(IkePayloadType.Nonce, new byte[32]);
        AddSelectors(ref w, 0);
    });

    [Fact]
    public void New_keys_for_less_than_the_Child_SA_carries_are_refused_and_the_tunnel_stays() => Refused("{N(TsUnacceptable)}", (ref IkePayloadWriter w) =>
    {
        w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, [0xaa, 0xbb, 0xcc, 0xdd]);
        AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, 4]);
        w.Add(IkePayloadType.Nonce, new byte[32]);
        AddSelectors(ref w, 10);
    });

    [Fact]
    public void New_keys_for_the_IKE_SA_by_an_algorithm_that_is_not_offered_are_refused_and_the_tunnel_stays() => Refused("{N(NoProposalChosen)}", (ref IkePayloadWriter w) =>
    {
        AddProposal(ref w, IkeProtocolId.Ike, [1, 2, 3, 4, 5, 6, 7, 8]);
        w.Add(IkePayloadType.Nonce, new byte[32]);
    });

    [Fact]
    public void A_request_for_new_keys_without_its_payloads_is_invalid_syntax()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{N(InvalidSyntax)}", client.Ask(IkeExchangeType.CreateChildSa, (ref IkePayloadWriter w) =>
        {
            w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, [0xaa, 0xbb, 0xcc, 0xdd]);
            AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, 4]);
            w.Add(IkePayloadType.Nonce, new byte[32]);
        }));
        Assert.Equal(IkeCloseReason.Protocol, pair.Single<SessionClosedEvent>(true).Reason);
    }

    [Fact]
    public void New_keys_again_and_again_without_a_Delete_are_to_be_had_a_few_times_only()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        byte[] spi = [0xaa, 0xbb, 0xcc, 0xdd];
        List<string> answers = [];
        for (byte i = 1; i <= 40; i++)
        {
            byte[] old = spi;
            spi = [1, 2, 3, i];
            answers.Add(client.Ask(IkeExchangeType.CreateChildSa, (ref IkePayloadWriter w) =>
            {
                w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, old);
                AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, i]);
                w.Add(IkePayloadType.Nonce, new byte[32]);
                AddSelectors(ref w, 0);
            }));
        }

        Assert.Equal(31, answers.Count(a => a.StartsWith("{SecurityAssociation", StringComparison.Ordinal)));
        Assert.All(answers[31..], a => Assert.Contains(a, (string[])["{N(TemporaryFailure)}", "{N(ChildSaNotFound)}"]));
        Assert.Empty(pair.GatewayEvents.OfType<SessionClosedEvent>());
    }

    [Fact]
    public void New_keys_for_a_Child_SA_that_does_not_exist_are_refused_by_its_name() => Refused("{N(ChildSaNotFound)}", (ref IkePayloadWriter w) =>
    {
        w.AddNotify(IkeNotifyType.RekeySa, [], IkeProtocolId.Esp, [9, 9, 9, 9]);
        w.Add(IkePayloadType.Nonce, new byte[32]);
    });

    [Fact]
    public void A_request_for_a_Child_SA_without_anything_in_it_is_refused_and_the_tunnel_stays() => Refused("{N(NoAdditionalSas)}", (ref IkePayloadWriter _) => { });

    [Fact]
    public void A_Child_SA_is_not_to_be_had_of_an_IKE_SA_that_is_being_deleted()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        pair.Single<SessionEstablishedEvent>(true).Session.Close(pair.Now);
        Assert.Equal("{N(TemporaryFailure)}", client.Ask(IkeExchangeType.CreateChildSa, (ref IkePayloadWriter w) => AddProposal(ref w, IkeProtocolId.Esp, [1, 2, 3, 4])));
    }

    [Fact]
    public void An_address_change_by_MOBIKE_is_refused_and_the_tunnel_stays()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{N(UnacceptableAddresses)}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddNotify(IkeNotifyType.UpdateSaAddresses)));
        StaysUp(pair, client);
    }

    [Fact]
    public void A_request_that_comes_again_is_answered_with_the_same_octets_and_done_once()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddDeleteIke());
        byte[] first = client.LastAnswer;
        client.Send(client.LastRequest);
        Assert.Equal(first, client.LastAnswer);
        Assert.Single(pair.GatewayEvents.OfType<SessionClosedEvent>());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(5u)]
    [InlineData(400u)]
    [InlineData(uint.MaxValue)]
    public void Message_ids_outside_the_window_are_dropped(uint id)
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddDeleteIke(), id));
        Assert.Equal(1, pair.Gateway.Dropped(IkeDropReason.MessageId));
        StaysUp(pair, client);
    }

    [Fact]
    public void Delete_of_a_Child_SA_that_is_not_ours_is_answered_and_the_tunnel_stays()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddDeleteEsp(0x01020304)));
        StaysUp(pair, client);
    }

    [Fact]
    public void Delete_of_the_Child_SA_is_answered_with_its_other_half_and_with_a_Delete_of_the_IKE_SA()
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal("{Delete}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter w) => w.AddDeleteEsp(ScriptedClient.EspSpi)));
        Assert.Equal(IkeSessionState.Deleting, Assert.Single(pair.Gateway.Sessions).State);
        pair.Run(TimeSpan.FromSeconds(6));
        SessionClosedEvent closed = pair.Single<SessionClosedEvent>(true);
        Assert.Equal((IkeCloseReason.Peer, "the peer has deleted the Child SA"), (closed.Reason, closed.Detail));
    }

    [Fact]
    public void A_Cisco_vendor_id_marks_a_client_that_may_be_given_Cisco_attributes()
    {
        foreach (bool cisco in (bool[])[false, true])
        {
            using Pair pair = new();
            using ScriptedClient client = new(pair);
            client.Init(cisco ? (ref IkePayloadWriter w) => w.Add(IkePayloadType.VendorId, "CISCO-DELETE-REASON"u8) : null);
            client.FirstAuth();
            Assert.Equal(cisco, pair.Gateway.Sessions.Count == 1 && IsCisco(pair, client));
        }
    }

    private static bool IsCisco(Pair pair, ScriptedClient client)
    {
        client.Finish();
        return pair.Single<AuthorizationEvent>(true).IsCiscoClient;
    }

    private static void AddSelectors(ref IkePayloadWriter w, byte start)
    {
        foreach (IkePayloadType type in (IkePayloadType[])[IkePayloadType.TrafficSelectorInitiator, IkePayloadType.TrafficSelectorResponder])
        {
            w.BeginTrafficSelectors(type, 1);
            w.AddTrafficSelector(0, 0, 65535, [start, 0, 0, 0], [255, 255, 255, 255]);
            w.EndPayload();
        }
    }

    private static void AddProposal(ref IkePayloadWriter w, IkeProtocolId protocol, scoped ReadOnlySpan<byte> spi, ushort bits = 256)
    {
        w.BeginPayload(IkePayloadType.SecurityAssociation);
        int proposal = w.BeginProposal(1, protocol, spi, 1, true);
        w.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesGcm16, bits, true);
        w.EndProposal(proposal);
        w.EndPayload();
    }

    private static void Refused(string answer, WritePayloads request)
    {
        using Pair pair = new();
        using ScriptedClient client = new(pair);
        client.Establish();
        Assert.Equal(answer, client.Ask(IkeExchangeType.CreateChildSa, request));
        StaysUp(pair, client);
    }

    private static void StaysUp(Pair pair, ScriptedClient client)
    {
        Assert.Empty(pair.GatewayEvents.OfType<SessionClosedEvent>());
        Assert.Equal("{}", client.Ask(IkeExchangeType.Informational, (ref IkePayloadWriter _) => { }));
    }
}
