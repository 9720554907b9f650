using System.Text;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;
using Sallyport.Ikev2.Wire;
using Sallyport.Radius.Dictionary;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.Headend.Configuration;
using Sallyport.Samples.VpnClient.Profile;

namespace Sallyport.Fuzz;

/// <summary>Something that must take any octets without throwing.</summary>
/// <param name="Name">Its name on the command line, and of its folders of seeds and crashes.</param>
/// <param name="Run">Takes an input; a crash is an exception.</param>
public sealed record FuzzTarget(string Name, Action<byte[]> Run);

/// <summary>All targets.</summary>
public static class FuzzTargets
{
    // Made on first use: under AFL++ no instrumented code may run before the fuzzer has set up its shared memory.
    private static readonly Lazy<RadiusSecret> LazySecret = new(() => new RadiusSecret("fuzz"));
    private static readonly Lazy<RadiusForwarding> LazyForwarding = new(() => new RadiusForwarding(RadiusForwarding.Standard));

    /// <summary>Every target, by name.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("radius-packet", RadiusPacketTarget),
        new("radius-text", RadiusTextTarget),
        new("radius-attributes", RadiusAttributesTarget),
        new("radius-tlv", RadiusTlvTarget),
        new("radius-stream", RadiusStreamTarget),
        new("dictionary", octets => DictionaryParser.Parse(Encoding.UTF8.GetString(octets), "fuzz")),
        new("eap-packet", EapPacketTarget),
        new("ike-message", IkeMessageTarget),
        new("ike-sa", octets => Walk(octets)),
        new("ike-fragment", IkeFragmentTargets.Fragment),
        new("ike-reassembly", IkeFragmentTargets.Reassembly),
        new("esp-packet", EspTargets.Packet),
        new("esp-suites", EspTargets.AllSuites),
        new("aes-gcm-providers", EspTargets.Providers),
        new("tun-segments", OffloadTargets.Segments),
        new("tun-gathering", OffloadTargets.Gathering),
        new("tun-path", OffloadTargets.Path),
        new("inner-packet", SelectorTargets.Inner),
        new("authproxy-cfg", octets => Refusable(() => AuthProxyConfiguration.Parse(Encoding.UTF8.GetString(octets), "authproxy.cfg"))),
        new("router-cfg", octets => Refusable(() => HeadendPlan.Resolve(RouterConfiguration.Parse(Encoding.UTF8.GetString(octets), "router.cfg")))),
        new("anyconnect-profile", octets => Refusable(() => AnyConnectProfile.Parse(Encoding.UTF8.GetString(octets), "profile.xml"))),
    ];

    /// <summary>Finds a target.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    // An Access-Request with User-Name, NAS-IP-Address, NAS-Port and Called-Station-Id.
    private static readonly byte[] AskedOfUsers = [1, 0, 0, 54, .. new byte[16], 1, 7, .. "alice"u8, 4, 6, 192, 0, 2, 1, 5, 6, 0, 0, 0, 9, 30, 15, .. "00-11-22:corp"u8];

    private static RadiusSecret Secret => LazySecret.Value;

    private static void RadiusPacketTarget(byte[] octets)
    {
        if (!RadiusPacket.TryParse(octets, out RadiusPacket packet, out _))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        foreach (RadiusRawItem item in packet.Attributes)
        {
            _ = item.Vendor;
            foreach (ReadOnlySpan<byte> value in packet.GetAll(new RadiusAttributeId(item.Vendor, item.Type)))
            {
                _ = value.Length;
            }
        }

        _ = packet.Dump();
        packet.TryGet(Rfc2865.NasIpAddress, out System.Net.IPAddress _);
        packet.TryGet(Rfc2865.ServiceType, out ServiceType _);
        packet.TryGet(Rfc2868.TunnelType, out byte _, out TunnelType _);
        packet.TryGet(Rfc2869.EventTimestamp, out DateTimeOffset _);
        packet.TryGet(Rfc3162.FramedIPv6Prefix, out RadiusPrefix _);
        packet.TryGet(Rfc3579.EapMessage, buffer, out _);
        packet.TryDecrypt(Rfc2865.UserPassword, Secret, packet.Authenticator, buffer, out _);
        packet.TryDecrypt(Rfc2868.TunnelPassword, Secret, packet.Authenticator, buffer, out _);
        packet.TryDecrypt(MicrosoftVsa.MsMppeSendKey, Secret, packet.Authenticator, buffer, out _);
        RadiusAuthenticators.VerifyRequest(packet, Secret, RadiusMessageAuthenticatorPolicy.Require);
        RadiusAuthenticators.VerifyReply(packet, packet.Authenticator, Secret, requireMessageAuthenticator: false);

        RadiusPacketWriter forwarded = new(buffer, RadiusCode.AccessRequest, 1, packet.Authenticator);
        LazyForwarding.Value.WriteRequest(ref forwarded, packet, new RadiusHopSecret(Secret, packet.Authenticator), Secret, salt: 1);
        forwarded.TryComplete(Secret, out _);
    }

    private static void RadiusTextTarget(byte[] octets)
    {
        string text = Encoding.UTF8.GetString(octets);
        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        if (RadiusText.TryParse(text, RadiusDictionary.Standard, out IReadOnlyList<RadiusTextPacket>? packets, out _))
        {
            foreach (RadiusTextPacket packet in packets.Take(4))
            {
                RadiusPacketWriter writer = new(buffer, packet.Code ?? RadiusCode.AccountingRequest, packet.Identifier ?? 0, new byte[16]);
                packet.WriteTo(ref writer, Secret);
                if (writer.TryComplete(Secret, out int length) && !RadiusPacket.TryParse(buffer[..length], out _, out _))
                {
                    throw new InvalidOperationException("what was written is no packet");
                }
            }
        }

        if (RadiusUsersFile.TryParse(text, RadiusDictionary.Standard, out RadiusUsersFile? users, out _))
        {
            RadiusPacket.TryParse(AskedOfUsers, out RadiusPacket request, out _);
            RadiusUsersMatch match = users.Match("alice", request);
            RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 0, new byte[16]);
            match.WriteReplyTo(ref writer, Secret);
            writer.TryComplete(Secret, out _);
        }
    }

    // The attributes alone, so that no effort goes into finding a right header; every place is asked for that they could stand in.
    private static void RadiusAttributesTarget(byte[] octets)
    {
        byte[] datagram = [1, 1, (byte)((20 + octets.Length) >> 8), (byte)(20 + octets.Length), .. new byte[16], .. octets];
        if (!RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _))
        {
            return;
        }

        byte type = octets.Length > 6 ? octets[6] : (byte)1;
        foreach (RadiusAttributeId id in (RadiusAttributeId[])
            [
                type, new(9, type), new(9, type, new RadiusVendorFormat(2, 1)), new(9, type, new RadiusVendorFormat(2, 2)), new(9, type, new RadiusVendorFormat(4, 0)),
                new(9, type, new RadiusVendorFormat(1, 1, true)), RadiusAttributeId.Extended(241, type), RadiusAttributeId.Extended(245, type),
                RadiusAttributeId.Extended(241, 9, type), RadiusAttributeId.Extended(246, 9, type),
            ])
        {
            ReadAttribute(packet, id);
            ReadAttribute(packet, id.Child(1));
            ReadAttribute(packet, id.Child(1).Child(2).Child(3));
        }
    }

    // One value of TLVs, long enough to be cut, written into each place that cuts; what is read must be what was written.
    private static void RadiusTlvTarget(byte[] octets)
    {
        byte[] value = octets.Length > 3000 ? octets[..3000] : octets;
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        foreach (RadiusAttributeId id in (RadiusAttributeId[])[RadiusAttributeId.Extended(245, 1), RadiusAttributeId.Extended(246, 9, 1), new(9, 1, new RadiusVendorFormat(1, 1, true))])
        {
            RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 1, new byte[16]);
            writer.Add(new TlvKey(id), new RadiusAttributes(value));
            if (!writer.TryComplete(Secret, out int length) || !RadiusPacket.TryParse(buffer.AsSpan(0, length), out RadiusPacket packet, out _))
            {
                throw new InvalidOperationException("what was written is no packet");
            }

            byte[] joined = new byte[value.Length];
            if (!packet.TryGet(new ConcatKey(id), joined, out _) || !joined.AsSpan().SequenceEqual(value))
            {
                throw new InvalidOperationException("what was read is not what was written");
            }

            ReadAttribute(packet, id.Child(1));
            ReadAttribute(packet, id.Child(1).Child(2).Child(3).Child(4).Child(5).Child(6));
        }
    }

    private static void ReadAttribute(RadiusPacket packet, RadiusAttributeId id)
    {
        Span<byte> buffer = stackalloc byte[RadiusPacket.LargestSize];
        int length = 0;
        foreach (ReadOnlySpan<byte> value in packet.GetAll(id))
        {
            length += value.Length;
        }

        foreach (RadiusLongValue value in packet.GetAll(new ConcatKey(id)))
        {
            length = value.TryCopyTo(buffer) ? value.Length : throw new InvalidOperationException("a value is longer than the packet");
        }

        foreach (RadiusAttributes tlvs in packet.GetAll(new TlvKey(id)))
        {
            foreach (RadiusRawItem tlv in tlvs)
            {
                length += tlv.Value.Length;
            }
        }

        packet.TryGet(new IntegerKey(id), out _);
        packet.TryGet(new IPv6PrefixKey(id), out _);
        packet.TryGet(new TlvKey(id), out _, buffer);
        packet.TryDecrypt(new EncryptedKey(id, RadiusEncryption.AscendSecret), Secret, packet.Authenticator, buffer, out _);
        packet.TryDecrypt(new EncryptedKey(id, RadiusEncryption.Salted, true), Secret, packet.Authenticator, buffer, out _);
    }

    // The first octet says in how large pieces the rest arrives. Whatever was put in is taken out, waits, or has ended the stream.
    private static void RadiusStreamTarget(byte[] octets)
    {
        RadiusStreamBuffer buffer = new();
        int piece = octets.Length == 0 ? 1 : 1 + (16 * octets[0]);
        int taken = 0;
        for (int at = 1; at < octets.Length;)
        {
            int count = Math.Min(Math.Min(piece, octets.Length - at), buffer.Free.Length);
            octets.AsMemory(at, count).CopyTo(buffer.Free);
            buffer.Commit(count);
            at += count;
            System.Buffers.OperationStatus status;
            while ((status = buffer.TryTake(out ReadOnlySpan<byte> packet)) == System.Buffers.OperationStatus.Done)
            {
                taken += packet.Length;
                RadiusPacket.TryParse(packet, out _, out _);
            }

            if (status == System.Buffers.OperationStatus.InvalidData)
            {
                return;
            }

            if (taken + buffer.Count != at - 1 || buffer.Free.Length < RadiusPacket.LargestSize)
            {
                throw new InvalidOperationException("octets were lost, or there is no room for a packet");
            }
        }
    }

    private static void EapPacketTarget(byte[] octets)
    {
        if (EapPacket.TryParse(octets, out EapPacket packet, out _))
        {
            _ = packet.Type;
            _ = packet.TypeData.Length;
        }

        Span<byte> buffer = stackalloc byte[1020];
        EapPassword password = EapPassword.FromText("fuzz");
        EapPeer peer = new(new EapPeerOptions { Identity = "fuzz", Password = password, Methods = [EapMethodType.MsChapV2, EapMethodType.Md5Challenge, EapMethodType.GenericTokenCard], Random = s => s.Clear() });
        if (peer.Handle(octets, buffer, out _) == EapPeerOutcome.Success)
        {
            throw new InvalidOperationException("success without a method");
        }

        EapAuthenticator authenticator = new(new EapAuthenticatorOptions
        {
            Random = s => s.Clear(),
            QueryIdentity = false,
            KnownIdentity = "fuzz",
            Methods = _ => [new(EapMethodType.MsChapV2, () => new MsChapV2ServerMethod(password, s => s.Clear())), new(EapMethodType.Md5Challenge, () => new Md5ChallengeMethod(password, s => s.Clear()))],
        });
        authenticator.Start(buffer, out _);
        authenticator.Handle(octets, buffer, out _);
    }

    private static void IkeMessageTarget(byte[] octets)
    {
        if (!IkeMessage.TryParse(octets, out IkeMessage message, out _))
        {
            return;
        }

        foreach (IkePayload payload in message.Payloads)
        {
            ReadOnlySpan<byte> body = payload.Body;
            Walk(body);
            KeyExchangePayload.TryParse(body, out _, out _);
            IdentificationPayload.TryParse(body, out _, out _);
            CertificatePayload.TryParse(body, out _, out _);
            AuthenticationPayload.TryParse(body, out _, out _);
            if (NotifyPayload.TryParse(body, out NotifyPayload notify, out _))
            {
                _ = notify.Spi.Length + notify.Data.Length;
                MobikeNotification.TryReadAddress(notify, out _);
                MobikeNotification.TryReadNoNats(notify, out _, out _);
            }

            if (DeletePayload.TryParse(body, out DeletePayload delete, out _))
            {
                for (int i = 0; i < delete.Count; i++)
                {
                    _ = delete.Spi(i).Length;
                }
            }

            if (TrafficSelectorPayload.TryParse(body, out TrafficSelectorPayload selectors, out _))
            {
                foreach (IkeTrafficSelectorView selector in selectors)
                {
                    _ = selector.StartAddress.Length + selector.EndAddress.Length + selector.EndPort;
                }
            }

            if (ConfigurationPayload.TryParse(body, out ConfigurationPayload configuration, out _))
            {
                foreach (IkeConfigurationAttributeView attribute in configuration)
                {
                    _ = attribute.Value.Length;
                }
            }
        }
    }

    private static void Walk(ReadOnlySpan<byte> body)
    {
        if (!SaPayload.TryParse(body, out SaPayload sa, out _))
        {
            return;
        }

        foreach (IkeProposalView proposal in sa)
        {
            _ = proposal.Spi.Length;
            int count = 0;
            foreach (IkeTransformView transform in proposal)
            {
                _ = transform.KeyBits;
                count++;
            }

            if (count != proposal.TransformCount)
            {
                throw new InvalidOperationException("a proposal with other transforms than it announces");
            }
        }
    }

    private static void Refusable(Action parse)
    {
        try
        {
            parse();
        }
        catch (ConfigurationException e) when (e.Line >= 1 && e.Problem.Length > 0)
        {
            // Refused in words: as it should be.
        }
    }
}
