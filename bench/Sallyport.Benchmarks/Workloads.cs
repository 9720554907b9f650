using Sallyport.Eap.Wire;
using Sallyport.Esp;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Benchmarks;

/// <summary>The packets that are measured: an IKE_SA_INIT, an EAP request, ESP of three sizes.</summary>
internal static class Workloads
{
    public static readonly byte[] EspKey = [.. Enumerable.Range(0, 36).Select(i => (byte)i)];
    private static readonly byte[] EapData = [2, 7, 0, 60, 26, .. Enumerable.Range(0, 55).Select(i => (byte)(11 + (37 * i)))];

    public static byte[] EapRequest => EapData;

    public static byte[] IkeSaInit { get; } = BuildIkeSaInit();

    public static byte[] InnerPacket(int size) => [0x45, .. new byte[size - 1]];

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
