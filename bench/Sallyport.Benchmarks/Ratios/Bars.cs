using System.Security.Cryptography;
using Sallyport.Esp;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>The bars, a line each.</summary>
internal static class Bars
{
    public static IReadOnlyList<Bar> All { get; } = [.. Radius(), .. Eap(), .. Ike(), .. Esp()];

    // The primitives of a decode: HMAC-MD5 over the packet, MD5 over the secret and each block of the password. Of an Accept: HMAC and MD5 over it.
    private static IEnumerable<Bar> Radius()
    {
        byte[] request = Workloads.AccessRequest;
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        byte[] hash = new byte[16];
        byte[] secret = Workloads.Secret.Span.ToArray();
        byte[] block = new byte[secret.Length + 16];
        byte[] accept = new byte[196 + secret.Length];
        byte[] copy = new byte[request.Length];

        yield return new Bar("radius", "radius.decode/primitives", 1.6, () => Workloads.DecodeRadius(request), () =>
        {
            HMACMD5.HashData(secret, request, hash);
            MD5.HashData(block, hash);
            MD5.HashData(block, hash);
        });
        yield return new Bar("radius", "radius.build/primitives", 1.7, () => Workloads.BuildAccessAccept(buffer), () =>
        {
            HMACMD5.HashData(secret, accept.AsSpan(0, 196), hash);
            MD5.HashData(accept, hash);
        });
        yield return new Bar("radius", "radius.parse/hmac-md5", 0.6, () => Workloads.ParseRadius(request), () => HMACMD5.HashData(secret, request, hash));
        yield return new Bar("radius", "radius.decode.allocated", 0, () => Workloads.DecodeRadius(request), null);
        yield return new Bar("radius", "radius.build.allocated", 0, () => Workloads.BuildAccessAccept(buffer), null);
    }

    private static IEnumerable<Bar> Eap()
    {
        byte[] packet = Workloads.EapRequest;
        byte[] hash = new byte[16];
        yield return new Bar("eap", "eap.parse/md5", 0.1, () => Workloads.ParseEap(packet), () => MD5.HashData(packet, hash));
        yield return new Bar("eap", "eap.parse.allocated", 0, () => Workloads.ParseEap(packet), null);
    }

    private static IEnumerable<Bar> Ike()
    {
        byte[] message = Workloads.IkeSaInit;
        byte[] hash = new byte[48];
        yield return new Bar("ike", "ike.parse/hmac-sha384", 0.5, () => Workloads.ParseIke(message), () => HMACSHA384.HashData(Workloads.EspKey, message, hash));
        yield return new Bar("ike", "ike.parse.allocated", 0, () => Workloads.ParseIke(message), null);
    }

    private static IEnumerable<Bar> Esp()
    {
        AesGcm gcm = new(Workloads.EspKey.AsSpan(0, 32), 16);
        byte[] nonce = new byte[12];
        byte[] tag = new byte[16];
        byte[] opened = new byte[2000];
        foreach (int size in (int[])[64, 576, 1400])
        {
            EspOutboundSa outbound = new(0x1000, Workloads.EspKey, extendedSequenceNumbers: true);
            EspOutboundSa sealer = new(0x1000, Workloads.EspKey, extendedSequenceNumbers: true);
            EspInboundSa inbound = new(0x1000, Workloads.EspKey, extendedSequenceNumbers: true);
            byte[] inner = Workloads.InnerPacket(size);
            byte[] packet = new byte[2000];
            byte[] text = new byte[size + 4];
            yield return new Bar("esp", $"esp.seal.{size}/aes-gcm", 1.35, () => outbound.TrySeal(inner, packet, out _), () => gcm.Encrypt(nonce, text, text, tag, nonce.AsSpan(0, 8)));
            yield return new Bar(
                "esp",
                $"esp.seal-open.{size}/aes-gcm",
                1.35,
                () =>
                {
                    sealer.TrySeal(inner, packet, out int length);
                    inbound.TryOpen(packet.AsSpan(0, length), opened, out _, out _);
                },
                () =>
                {
                    gcm.Encrypt(nonce, text, text, tag, nonce.AsSpan(0, 8));
                    gcm.Decrypt(nonce, text, tag, text, nonce.AsSpan(0, 8));
                });
            yield return new Bar("esp", $"esp.seal-open.{size}.allocated", 0, () =>
            {
                sealer.TrySeal(inner, packet, out int length);
                inbound.TryOpen(packet.AsSpan(0, length), opened, out _, out _);
            }, null);
        }
    }
}
