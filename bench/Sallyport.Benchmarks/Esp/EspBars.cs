using System.Buffers.Binary;
using System.Security.Cryptography;
using Sallyport.Benchmarks.Ipsec;
using Sallyport.Benchmarks.Ratios;
using Sallyport.Esp;
using Sallyport.Esp.Aead;

namespace Sallyport.Benchmarks.Esp;

/// <summary>The bars of ESP: AES-256-GCM against the platform's and against intel-ipsec-mb, and whole packets against the same path on the platform's.</summary>
internal static class EspBars
{
    private static readonly byte[] Key = Workloads.EspKey[..32];

    // A bar is what part of the other's time ours may take: a twentieth where ours is to be twenty times as fast.
    private static readonly (int Size, double Limit)[] Aead = [(16, 1), (64, 1 / 20.0), (256, 1), (1400, 1 / 4.0), (8192, 1)];
    private static readonly (int Size, double Limit)[] Path = [(64, 1 / 15.0), (576, 1), (1400, 1 / 3.0)];

    public static IEnumerable<IBar> All() => [.. Aead.SelectMany(a => AgainstPlatform(a.Size, a.Limit)), .. Path.SelectMany(p => Packets(p.Size, p.Limit)), new IpsecMbBar(), new TunnelBar()];

    private static IEnumerable<IBar> AgainstPlatform(int size, double limit)
    {
        AeadWork ours = new(Key, size);
        PlatformWork platform = new(Key, size);
        yield return new Bar($"esp.aes-gcm.seal.{size}/platform", limit, ours.Seal, platform.Seal);
        yield return new Bar($"esp.aes-gcm.open.{size}/platform", limit, ours.Open, platform.Open);
    }

    private static IEnumerable<IBar> Packets(int size, double limit)
    {
        PacketWork ours = new(EspSuite.AesGcm16, size);
        PacketWork platform = new(EspSuite.AesGcm16 with { Provider = AesGcmProvider.Platform }, size);
        yield return new Bar($"esp.packet.{size}/platform", limit, ours.SealAndOpen, platform.SealAndOpen);
        yield return new Bar($"esp.packet.{size}.allocated", 0, ours.SealAndOpen, null);
    }

    /// <summary>Ours, for one size. Each packet has another nonce, as in ESP.</summary>
    internal sealed class AeadWork
    {
        private readonly AesGcmAead _aead;
        private readonly byte[] _text;
        private readonly byte[] _sealed;
        private readonly byte[] _tag = new byte[16];
        private readonly byte[] _openTag = new byte[16];
        private readonly byte[] _nonce = new byte[12];
        private readonly byte[] _openNonce = new byte[12];
        private readonly byte[] _data = new byte[8];
        private ulong _sequence;

        public AeadWork(byte[] key, int size)
        {
            _aead = AesGcmAead.Create(key);
            _text = new byte[size];
            _sealed = new byte[size];
            _aead.Seal(_openNonce, _text, _sealed, _openTag, _data);
        }

        public void Seal()
        {
            BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(4), ++_sequence);
            _aead.Seal(_nonce, _text, _text, _tag, _data);
        }

        public void Open() => _aead.TryOpen(_openNonce, _sealed, _openTag, _text, _data);
    }

    private sealed class PlatformWork
    {
        private readonly AesGcm _gcm;
        private readonly byte[] _text;
        private readonly byte[] _sealed;
        private readonly byte[] _tag = new byte[16];
        private readonly byte[] _openTag = new byte[16];
        private readonly byte[] _nonce = new byte[12];
        private readonly byte[] _openNonce = new byte[12];
        private readonly byte[] _data = new byte[8];
        private ulong _sequence;

        public PlatformWork(byte[] key, int size)
        {
            _gcm = new AesGcm(key, 16);
            _text = new byte[size];
            _sealed = new byte[size];
            _gcm.Encrypt(_openNonce, _text, _sealed, _openTag, _data);
        }

        public void Seal()
        {
            BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(4), ++_sequence);
            _gcm.Encrypt(_nonce, _text, _text, _tag, _data);
        }

        public void Open() => _gcm.Decrypt(_openNonce, _sealed, _openTag, _text, _data);
    }

    private sealed class PacketWork(EspSuite suite, int size)
    {
        private readonly EspOutboundSa _outbound = new(0x1000, suite, Workloads.EspKey, extendedSequenceNumbers: true);
        private readonly EspInboundSa _inbound = new(0x1000, suite, Workloads.EspKey, extendedSequenceNumbers: true);
        private readonly byte[] _inner = Workloads.InnerPacket(size);
        private readonly byte[] _packet = new byte[suite.SealedSize(size)];

        public void SealAndOpen()
        {
            if (!_outbound.TrySeal(_inner, _packet, out int length)
                || !_inbound.TryOpen(_packet.AsSpan(0, length), _packet.AsSpan(suite.TextOffset), out _, out _))
            {
                throw new InvalidOperationException("the packet did not come through");
            }
        }
    }
}
