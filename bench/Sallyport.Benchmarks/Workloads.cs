using System.Security.Cryptography;
using Sallyport.Eap.Wire;
using Sallyport.Esp;
using Sallyport.Ikev2.Wire;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks;

/// <summary>The packets that are measured: 14 attributes in a request of 372 octets, 9 in an Accept, an IKE_SA_INIT, ESP of three sizes.</summary>
internal static class Workloads
{
    public static readonly RadiusSecret Secret = new("testing123-Sup3rSecret");
    public static readonly byte[] Authenticator = Convert.FromHexString("0f403f9473978057bd83d5cb98f4227a");
    public static readonly byte[] EspKey = [.. Enumerable.Range(0, 36).Select(i => (byte)i)];
    private static readonly byte[] State = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)];
    private static readonly byte[] Class = [.. Enumerable.Range(0x80, 20).Select(i => (byte)i)];
    private static readonly byte[] EapData = [2, 7, 0, 60, 26, .. Enumerable.Range(0, 55).Select(i => (byte)(11 + (37 * i)))];
    private static readonly System.Net.IPAddress Nas = new([192, 0, 2, 10]);
    private static readonly System.Net.IPAddress Framed = new([198, 51, 100, 23]);

    public static byte[] AccessRequest { get; } = Build(BuildAccessRequest);

    public static byte[] EapRequest => EapData;

    public static byte[] IkeSaInit { get; } = BuildIkeSaInit();

    public static byte[] InnerPacket(int size) => [0x45, .. new byte[size - 1]];

    public static int BuildAccessRequest(Span<byte> buffer)
    {
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, 0x5a, Authenticator);
        writer.Add(Rfc2865.UserName, "alice@corp.example.com"u8);
        writer.Add(Rfc2865.UserPassword, "correct-horse-battery"u8, Secret);
        writer.Add(Rfc2865.NasIpAddress, Nas);
        writer.Add(Rfc2865.NasPort, 50112);
        writer.Add(Rfc2865.NasPortType, NasPortType.Ethernet);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(Rfc2865.CalledStationId, "00-1B-0D-63-C2-26:corp-wifi"u8);
        writer.Add(Rfc2865.CallingStationId, "9C-1C-12-00-AA-F1"u8);
        writer.Add(Rfc2865.NasIdentifier, "edge-sw-17.dc1.example.com"u8);
        writer.Add(Rfc2865.State, State);
        writer.Add(Rfc3579.EapMessage, EapData);
        writer.Add(CiscoVsa.CiscoAVPair, "audit-session-id=C0000209000001F4B6F8A9C2"u8);
        writer.Add(CiscoVsa.CiscoAVPair, "service-type=Call Check"u8);
        writer.TryComplete(Secret, out int length);
        return length;
    }

    public static int BuildAccessAccept(Span<byte> buffer)
    {
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 0x5a, Authenticator);
        writer.Add(Rfc2865.UserName, "alice@corp.example.com"u8);
        writer.Add(Rfc2865.ReplyMessage, "Welcome, second factor accepted"u8);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(Rfc2865.FramedIpAddress, Framed);
        writer.Add(Rfc2865.SessionTimeout, 28800);
        writer.Add(Rfc2865.Class, Class);
        writer.Add(CiscoVsa.CiscoAVPair, "shell:priv-lvl=15"u8);
        writer.Add(CiscoVsa.CiscoAVPair, "ip:inacl#1=permit ip any any"u8);
        writer.TryComplete(Secret, out int length);
        return length;
    }

    /// <summary>Parse and read every attribute, without any cryptography.</summary>
    public static int ParseRadius(ReadOnlySpan<byte> datagram)
    {
        RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _);
        int sum = 0;
        foreach (RadiusRawItem item in packet.Attributes)
        {
            sum += item.Value.Length;
        }

        packet.TryGet(Rfc2865.NasPort, out uint port);
        packet.TryGet(Rfc2865.ServiceType, out ServiceType service);
        return sum + (int)port + (int)service;
    }

    /// <summary>Parse, verify, read every attribute, reveal the password.</summary>
    public static int DecodeRadius(ReadOnlySpan<byte> datagram)
    {
        int sum = ParseRadius(datagram);
        RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _);
        RadiusAuthenticators.VerifyRequest(packet, Secret, requireMessageAuthenticator: true);
        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        packet.TryDecrypt(Rfc2865.UserPassword, Secret, packet.Authenticator, password, out int length);
        return sum + length;
    }

    public static int ParseIke(ReadOnlySpan<byte> datagram)
    {
        IkeMessage.TryParse(datagram, out IkeMessage message, out _);
        int sum = 0;
        foreach (IkePayload payload in message.Payloads)
        {
            sum += payload.Body.Length;
            if (payload.Type == IkePayloadType.SecurityAssociation && SaPayload.TryParse(payload.Body, out SaPayload sa, out _))
            {
                foreach (IkeProposalView proposal in sa)
                {
                    foreach (IkeTransformView transform in proposal)
                    {
                        sum += transform.Id;
                    }
                }
            }
        }

        return sum;
    }

    public static int ParseEap(ReadOnlySpan<byte> octets) => EapPacket.TryParse(octets, out EapPacket packet, out _) ? packet.TypeData.Length : 0;

    private static byte[] Build(Func<Span<byte>, int> build)
    {
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        return buffer[..build(buffer)];
    }

    private static byte[] BuildIkeSaInit()
    {
        byte[] buffer = new byte[2048];
        IkePayloadWriter writer = new(buffer.AsSpan(IkeHeader.Size));
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        int proposal = writer.BeginProposal(1, IkeProtocolId.Ike, default, 4, last: true);
        writer.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesCbc, 256, last: false);
        writer.AddTransform(IkeTransformType.PseudorandomFunction, (ushort)PrfAlgorithm.HmacSha384, 0, last: false);
        writer.AddTransform(IkeTransformType.Integrity, (ushort)IntegrityAlgorithm.HmacSha384Trunc192, 0, last: false);
        writer.AddTransform(IkeTransformType.KeyExchange, (ushort)KeyExchangeMethod.Ecp256, 0, last: true);
        writer.EndProposal(proposal);
        writer.EndPayload();
        writer.AddKeyExchange(KeyExchangeMethod.Ecp256, new byte[64]);
        writer.Add(IkePayloadType.Nonce, new byte[32]);
        writer.AddNotify(IkeNotifyType.NatDetectionSourceIp, new byte[20]);
        writer.AddNotify(IkeNotifyType.NatDetectionDestinationIp, new byte[20]);
        writer.TryComplete(out int length);
        new IkeHeader(1, 0, writer.First, 2, 0, IkeExchangeType.IkeSaInit, IkeHeaderBits.Initiator, 0, IkeHeader.Size + length).Write(buffer);
        return buffer[..(IkeHeader.Size + length)];
    }
}
