using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Wire;

/// <summary>A message with every payload that the codec knows.</summary>
internal static class Messages
{
    public static byte[] Rich()
    {
        byte[] buffer = new byte[2048];
        IkePayloadWriter writer = new(buffer.AsSpan(IkeHeader.Size));
        writer.BeginPayload(IkePayloadType.SecurityAssociation);
        int proposal = writer.BeginProposal(1, IkeProtocolId.Esp, [1, 2, 3, 4], 2, false);
        writer.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesGcm16, 256, false);
        writer.AddTransform(IkeTransformType.ExtendedSequenceNumbers, 0, 0, true);
        writer.EndProposal(proposal);
        proposal = writer.BeginProposal(2, IkeProtocolId.Esp, [1, 2, 3, 4], 1, true);
        writer.AddTransform(IkeTransformType.Encryption, (ushort)EncryptionAlgorithm.AesCbc, 128, true);
        writer.EndProposal(proposal);
        writer.EndPayload();
        writer.AddKeyExchange(KeyExchangeMethod.Ecp256, new byte[64]);
        writer.Add(IkePayloadType.Nonce, new byte[32]);
        writer.Add(IkePayloadType.IdentificationInitiator, [2, 0, 0, 0, (byte)'a']);
        writer.AddCertificate(IkePayloadType.Certificate, IkeCertificateEncoding.X509Signature, [9, 9]);
        writer.AddAuthentication(IkeAuthenticationMethod.SharedKey, [1, 2, 3]);
        writer.AddNotify(IkeNotifyType.Cookie, [7, 7, 7], IkeProtocolId.Esp, [1, 2, 3, 4]);
        writer.AddDeleteEsp(0x01020304);
        writer.Add(IkePayloadType.VendorId, "vendor"u8);
        writer.BeginTrafficSelectors(IkePayloadType.TrafficSelectorInitiator, 2);
        writer.AddTrafficSelector(6, 1, 2, [10, 0, 0, 0], [10, 0, 0, 255]);
        writer.AddTrafficSelector(0, 0, 65535, new byte[16], new byte[16]);
        writer.EndPayload();
        writer.BeginConfiguration(IkeConfigurationType.Request);
        writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Address, []);
        writer.AddConfigurationAttribute(IkeConfigurationAttributeType.InternalIPv4Dns, [8, 8, 8, 8]);
        writer.EndPayload();
        writer.Add(IkePayloadType.ExtensibleAuthentication, [3, 1, 0, 4]);
        Assert.True(writer.TryComplete(out int length));
        new IkeHeader(1, 2, writer.First, 2, 0, IkeExchangeType.IkeAuth, IkeHeaderBits.Initiator, 5, IkeHeader.Size + length).Write(buffer);
        return buffer[..(IkeHeader.Size + length)];
    }

    /// <summary>Reads all that can be read. Returns a number that depends on it, so that nothing is optimized away.</summary>
    public static int ReadAll(ReadOnlySpan<byte> datagram)
    {
        if (!IkeMessage.TryParse(datagram, out IkeMessage message, out _))
        {
            return -1;
        }

        int sum = 0;
        foreach (IkePayload payload in message.Payloads)
        {
            sum += 1 + ReadPayload(payload);
        }

        return sum;
    }

    private static int ReadPayload(IkePayload payload)
    {
        int sum = payload.Offset + (payload.IsCritical ? 1 : 0);
        switch (payload.Type)
        {
            case IkePayloadType.SecurityAssociation when SaPayload.TryParse(payload.Body, out SaPayload sa, out _):
                foreach (IkeProposalView proposal in sa)
                {
                    sum += proposal.Number + proposal.Spi.Length + proposal.TransformCount;
                    foreach (IkeTransformView transform in proposal)
                    {
                        sum += transform.Id + transform.KeyBits;
                    }
                }

                return sum;
            case IkePayloadType.KeyExchange when KeyExchangePayload.TryParse(payload.Body, out KeyExchangePayload ke, out _):
                return sum + ke.Data.Length;
            case IkePayloadType.IdentificationInitiator when IdentificationPayload.TryParse(payload.Body, out IdentificationPayload id, out _):
                return sum + id.Data.Length + (int)id.Type;
            case IkePayloadType.Certificate when CertificatePayload.TryParse(payload.Body, out CertificatePayload certificate, out _):
                return sum + certificate.Data.Length;
            case IkePayloadType.Authentication when AuthenticationPayload.TryParse(payload.Body, out AuthenticationPayload auth, out _):
                return sum + auth.Data.Length;
            case IkePayloadType.Notify when NotifyPayload.TryParse(payload.Body, out NotifyPayload notify, out _):
                return sum + notify.Spi.Length + notify.Data.Length + (int)notify.Type;
            case IkePayloadType.Delete when DeletePayload.TryParse(payload.Body, out DeletePayload delete, out _):
                for (int i = 0; i < delete.Count; i++)
                {
                    sum += delete.Spi(i)[0];
                }

                return sum;
            case IkePayloadType.TrafficSelectorInitiator when TrafficSelectorPayload.TryParse(payload.Body, out TrafficSelectorPayload selectors, out _):
                foreach (IkeTrafficSelectorView selector in selectors)
                {
                    sum += selector.StartPort + selector.EndPort + selector.StartAddress.Length + selector.EndAddress.Length + selector.Protocol;
                }

                return sum;
            case IkePayloadType.Configuration when ConfigurationPayload.TryParse(payload.Body, out ConfigurationPayload configuration, out _):
                foreach (IkeConfigurationAttributeView attribute in configuration)
                {
                    sum += attribute.Value.Length + (int)attribute.Type;
                }

                return sum;
            default:
                return sum;
        }
    }
}
