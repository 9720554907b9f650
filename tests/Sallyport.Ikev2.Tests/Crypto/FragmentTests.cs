using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck.Xunit;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Crypto;

public sealed class FragmentTests : IDisposable
{
    private static readonly IkeHeader Header = new(1, 2, IkePayloadType.Encrypted, 2, 0, IkeExchangeType.IkeAuth, IkeHeaderBits.Response, 1, 0);
    private readonly List<IDisposable> _used = [];

    public void Dispose() => _used.ForEach(u => u.Dispose());

    [Theory]
    [MemberData(nameof(CryptoTests.Suites), MemberType = typeof(CryptoTests))]
    public void A_message_of_any_length_is_cut_at_any_size_and_whole_again(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity)
    {
        (SkProtection seal, SkProtection open) = Protections(cipher, bits, integrity, out _);
        for (int size = 20; size <= 1500; size += size < 300 ? 7 : 101)
        {
            foreach (int length in (int[])[4, 127, 128, 129, 500, 1024, 4099])
            {
                byte[] inner = Chain(length);
                byte[][] datagrams = FragmentedMessage.Seal(seal, Header, IkePayloadType.Nonce, inner, size);

                Assert.Equal(inner, Whole(open, datagrams));
                Assert.All(datagrams, d => Assert.True(d.Length <= Math.Max(size, seal.FragmentSize(128)), $"{d.Length} octets at {size}"));
                if (datagrams.Length > 1)
                {
                    Assert.True(seal.SealedSize(length) > size);
                    Assert.All(datagrams.Index(), d => Assert.Equal(
                        (IkePayloadType.EncryptedFragment, d.Index + 1, datagrams.Length, d.Index == 0 ? IkePayloadType.Nonce : IkePayloadType.None),
                        ((IkePayloadType)d.Item[16], Endpoint.Fragments.Number(d.Item), Endpoint.Fragments.Total(d.Item), Endpoint.Fragments.First(d.Item))));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(CryptoTests.Suites), MemberType = typeof(CryptoTests))]
    public void A_fragment_holds_as_much_as_fits_and_not_an_octet_more(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity)
    {
        (SkProtection seal, _) = Protections(cipher, bits, integrity, out _);
        for (int size = 150; size < 700; size++)
        {
            int room = seal.FragmentRoom(size);
            Assert.True(seal.FragmentSize(room) <= size && seal.FragmentSize(room + 1) > size, $"{room} octets in {size}");
        }
    }

    // RFC 7383 §2.5 with RFC 5282 §5.1, and RFC 7296 §3.14, computed here by themselves.
    [Fact]
    public void The_check_value_covers_the_header_and_both_numbers()
    {
        (SkProtection seal, _) = Protections(EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None, out IkeKeys gcmKeys);
        byte[] fragment = Seal(seal, 2, 3, [1, 2, 3, 4, 5]);
        using AesGcm gcm = new(gcmKeys.Ei[..32], 16);
        byte[] text = new byte[6];
        gcm.Decrypt([.. gcmKeys.Ei[32..], .. fragment.AsSpan(36, 8)], fragment.AsSpan(44, 6), fragment.AsSpan(50, 16), text, fragment.AsSpan(0, 36));
        Assert.Equal([1, 2, 3, 4, 5, 0], text);
        Assert.Equal([0, 0, 0, 38, 0, 2, 0, 3], fragment[28..36]);
        Assert.Equal(66, fragment.Length);

        (seal, _) = Protections(EncryptionAlgorithm.AesCbc, 128, IntegrityAlgorithm.HmacSha256Trunc128, out IkeKeys cbcKeys);
        fragment = Seal(seal, 1, 3, [1, 2, 3, 4, 5]);
        Assert.Equal(HMACSHA256.HashData(cbcKeys.Ai, fragment.AsSpan(0, fragment.Length - 16))[..16], fragment[^16..]);
        using Aes aes = Aes.Create();
        aes.SetKey(cbcKeys.Ei);
        Assert.Equal([1, 2, 3, 4, 5], aes.DecryptCbc(fragment.AsSpan(52, 16), fragment.AsSpan(36, 16), PaddingMode.None)[..5]);
        Assert.Equal((byte)IkePayloadType.Nonce, fragment[28]);
    }

    [Theory]
    [MemberData(nameof(CryptoTests.Suites), MemberType = typeof(CryptoTests))]
    public void No_fragment_opens_in_which_any_bit_was_turned_or_that_was_cut(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity)
    {
        (SkProtection seal, SkProtection open) = Protections(cipher, bits, integrity, out _);
        byte[] original = Seal(seal, 2, 3, new byte[40]);
        byte[] buffer = new byte[original.Length];
        for (int bit = 0; bit < original.Length * 8; bit++)
        {
            byte[] bent = [.. original];
            bent[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IkeMessage.TryParse(bent, out IkeMessage message, out _) && open.TryOpenFragment(message, buffer, out _, out _), $"bit {bit}");
            Assert.All(buffer, b => Assert.Equal(0, b));
        }

        for (int length = IkeHeader.Size; length < original.Length; length++)
        {
            byte[] cut = original[..length];
            BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(24), length);
            if (length >= 32)
            {
                BinaryPrimitives.WriteUInt16BigEndian(cut.AsSpan(30), (ushort)(length - 28));
            }

            Assert.False(IkeMessage.TryParse(cut, out IkeMessage message, out _) && open.TryOpenFragment(message, buffer, out _, out _), $"{length} octets");
        }

        Assert.True(IkeMessage.TryParse(original, out IkeMessage genuine, out _));
        Assert.True(open.TryOpenFragment(genuine, buffer, out IkeOpenedFragment fragment, out _));
        Assert.Equal((2, 3, 40), (fragment.Number, fragment.Total, fragment.Content.Length));
        Assert.False(open.TryOpen(genuine, buffer, out _, out _), "a fragment is no message");
    }

    [Property]
    public void The_numbers_are_read_as_they_stand_and_refused_where_they_make_no_sense(ushort number, ushort total, byte[] content)
    {
        byte[] body = [(byte)(number >> 8), (byte)number, (byte)(total >> 8), (byte)total, .. content];
        bool valid = number >= 1 && number <= total;
        Assert.Equal(valid, EncryptedFragmentPayload.TryParse(body, out EncryptedFragmentPayload payload, out IkeParseError error));
        Assert.Equal(valid ? IkeParseError.None : IkeParseError.Malformed, error);
        if (valid)
        {
            Assert.Equal((number, total, content.Length), (payload.Number, payload.Total, payload.Content.Length));
        }
    }

    [Fact]
    public void Numbers_that_are_cut_off_are_refused()
    {
        for (int length = 0; length < EncryptedFragmentPayload.NumbersSize; length++)
        {
            Assert.False(EncryptedFragmentPayload.TryParse(new byte[length], out _, out IkeParseError error));
            Assert.Equal(IkeParseError.TooShort, error);
        }
    }

    // With AES-CBC the platform allocates by itself.
    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        (SkProtection seal, SkProtection open) = Protections(EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None, out _);
        byte[] content = new byte[400];
        byte[] datagram = new byte[seal.FragmentSize(content.Length)];
        byte[] buffer = new byte[datagram.Length];
        long octets = Allocations.Least(() =>
        {
            seal.TrySealFragment(Header, IkePayloadType.Nonce, 1, 2, content, datagram, out _);
            IkeMessage.TryParse(datagram, out IkeMessage message, out _);
            Assert.True(open.TryOpenFragment(message, buffer, out _, out _));
        });
        Assert.Equal(0, octets);
    }

    private static byte[] Seal(SkProtection seal, int number, int total, byte[] content)
    {
        byte[] datagram = new byte[seal.FragmentSize(content.Length)];
        Assert.False(seal.TrySealFragment(Header, IkePayloadType.Nonce, number, total, content, datagram.AsSpan(1), out _));
        Assert.True(seal.TrySealFragment(Header, IkePayloadType.Nonce, number, total, content, datagram, out int length));
        Assert.Equal(datagram.Length, length);
        return datagram;
    }

    // One payload of a whole chain's length.
    private static byte[] Chain(int length)
    {
        byte[] inner = new byte[length];
        RandomNumberGenerator.Fill(inner);
        inner[0] = inner[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(inner.AsSpan(2), (ushort)length);
        return inner;
    }

    private static byte[] Whole(SkProtection open, byte[][] datagrams)
    {
        List<byte> whole = [];
        byte[] buffer = new byte[ushort.MaxValue];
        foreach (byte[] datagram in datagrams)
        {
            Assert.True(IkeMessage.TryParse(datagram, out IkeMessage message, out _));
            if (datagrams.Length == 1)
            {
                Assert.True(open.TryOpen(message, buffer, out IkeOpenedMessage opened, out _));
                whole.AddRange(opened.Payloads.Span);
            }
            else
            {
                Assert.True(open.TryOpenFragment(message, buffer, out IkeOpenedFragment fragment, out _));
                whole.AddRange(fragment.Content);
            }
        }

        return [.. whole];
    }

    private (SkProtection Seal, SkProtection Open) Protections(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity, out IkeKeys keys)
    {
        IkeSuite suite = new(cipher, bits, PrfAlgorithm.HmacSha256, integrity, KeyExchangeMethod.Ecp256);
        keys = IkeKeys.Derive(suite, new byte[32], new byte[32], new byte[32], 1, 2);
        (SkProtection, SkProtection) both = (new(suite, keys.Ei, keys.Ai, RandomNumberGenerator.Fill), new(suite, keys.Ei, keys.Ai, RandomNumberGenerator.Fill));
        _used.AddRange([keys, both.Item1, both.Item2]);
        return both;
    }
}
