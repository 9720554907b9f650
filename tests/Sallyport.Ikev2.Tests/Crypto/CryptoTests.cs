using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Crypto;

public class CryptoTests
{
    public static TheoryData<KeyExchangeMethod> Groups => [KeyExchangeMethod.Modp2048, KeyExchangeMethod.Ecp256, KeyExchangeMethod.Ecp384, KeyExchangeMethod.Ecp521];

    public static TheoryData<EncryptionAlgorithm, int, IntegrityAlgorithm> Suites => new()
    {
        { EncryptionAlgorithm.AesCbc, 128, IntegrityAlgorithm.HmacSha256Trunc128 },
        { EncryptionAlgorithm.AesCbc, 192, IntegrityAlgorithm.HmacSha384Trunc192 },
        { EncryptionAlgorithm.AesCbc, 256, IntegrityAlgorithm.HmacSha512Trunc256 },
        { EncryptionAlgorithm.AesGcm16, 128, IntegrityAlgorithm.None },
        { EncryptionAlgorithm.AesGcm16, 256, IntegrityAlgorithm.None },
    };

    // RFC 4231, test case 2: key "Jefe".
    [Theory]
    [InlineData(PrfAlgorithm.HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData(PrfAlgorithm.HmacSha384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649")]
    [InlineData(PrfAlgorithm.HmacSha512, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")]
    public void Prf_gives_the_published_values(PrfAlgorithm prf, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(IkePrf.Compute(prf, "Jefe"u8, "what do ya want for nothing?"u8)));

    // RFC 7296 §2.13 written out: T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2), …
    [Fact]
    public void Prf_plus_chains_its_blocks()
    {
        byte[] key = [1, 2, 3], seed = [4, 5];
        byte[] t1 = HMACSHA256.HashData(key, (byte[])[.. seed, 1]);
        byte[] t2 = HMACSHA256.HashData(key, (byte[])[.. t1, .. seed, 2]);
        byte[] t3 = HMACSHA256.HashData(key, (byte[])[.. t2, .. seed, 3]);
        byte[] output = new byte[70];
        IkePrf.Expand(PrfAlgorithm.HmacSha256, key, seed, output);
        Assert.Equal([.. t1, .. t2, .. t3[..6]], output);
        Assert.Throws<ArgumentException>(() => IkePrf.Expand(PrfAlgorithm.HmacSha256, key, seed, new byte[(255 * 32) + 1]));
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Both_sides_derive_the_same_secret(KeyExchangeMethod group)
    {
        using IkeKeyExchange a = IkeKeyExchange.Create(group);
        using IkeKeyExchange b = IkeKeyExchange.Create(group);
        Assert.Equal(IkeKeyExchange.PublicValueSize(group), a.PublicValue.Length);
        Assert.True(a.TryDerive(b.PublicValue.Span, out byte[] ab));
        Assert.True(b.TryDerive(a.PublicValue.Span, out byte[] ba));
        Assert.Equal(ab, ba);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Values_that_are_no_keys_are_refused(KeyExchangeMethod group)
    {
        using IkeKeyExchange exchange = IkeKeyExchange.Create(group);
        int size = IkeKeyExchange.PublicValueSize(group);
        byte[] one = new byte[size];
        one[^1] = 1;
        byte[] ones = new byte[size];
        ones.AsSpan().Fill(0xff);
        foreach (byte[] value in (byte[][])[[], new byte[size - 1], new byte[size + 1], new byte[size], one, ones])
        {
            Assert.False(exchange.TryDerive(value, out byte[] secret));
            Assert.Empty(secret);
        }
    }

    [Theory]
    [InlineData(KeyExchangeMethod.Ecp256)]
    [InlineData(KeyExchangeMethod.Ecp384)]
    [InlineData(KeyExchangeMethod.Ecp521)]
    public void A_point_off_the_curve_is_refused(KeyExchangeMethod group)
    {
        using IkeKeyExchange exchange = IkeKeyExchange.Create(group);
        byte[] off = exchange.PublicValue.ToArray();
        off[^1] ^= 1;
        Assert.False(exchange.TryDerive(off, out _));
    }

    // RFC 3526 §3: p - 1 is the element of order two.
    [Fact]
    public void P_minus_one_is_refused()
    {
        byte[] value = Org.BouncyCastle.Crypto.Agreement.DHStandardGroups.rfc3526_2048.P.Subtract(Org.BouncyCastle.Math.BigInteger.One).ToByteArrayUnsigned();
        using IkeKeyExchange exchange = IkeKeyExchange.Create(KeyExchangeMethod.Modp2048);
        Assert.False(exchange.TryDerive(value, out _));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void What_is_sealed_opens_and_nothing_that_was_changed(EncryptionAlgorithm cipher, int bits, IntegrityAlgorithm integrity)
    {
        IkeSuite suite = new(cipher, bits, PrfAlgorithm.HmacSha256, integrity, KeyExchangeMethod.Ecp256);
        Assert.True(suite.IsSupported);
        using IkeKeys keys = IkeKeys.Derive(suite, new byte[32], new byte[32], new byte[32], 1, 2);
        using SkProtection seal = new(suite, keys.Ei, keys.Ai, RandomNumberGenerator.Fill);
        using SkProtection open = new(suite, keys.Ei, keys.Ai, RandomNumberGenerator.Fill);
        for (int size = 0; size < 40; size++)
        {
            byte[] datagram = Seal(seal, size);
            Assert.True(IkeMessage.TryParse(datagram, out IkeMessage message, out _));
            Assert.True(open.TryOpen(message, new byte[datagram.Length], out IkeOpenedMessage opened, out _));
            Assert.True(opened.Payloads.TryGet(IkePayloadType.Nonce, out IkePayload nonce));
            Assert.Equal(size, nonce.Body.Length);
        }

        byte[] original = Seal(seal, 20);
        for (int at = 0; at < original.Length; at++)
        {
            byte[] bent = [.. original];
            bent[at] ^= 0x10;
            byte[] buffer = new byte[bent.Length];
            Assert.False(IkeMessage.TryParse(bent, out IkeMessage message, out _) && open.TryOpen(message, buffer, out _, out _), $"octet {at}");
            Assert.All(buffer, b => Assert.Equal(0, b));
        }
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 2 })]
    [InlineData(new byte[] { 0, 4, 0, 3 })]
    [InlineData(new byte[] { 0, 1, 99, 99, 0 })]
    public void Signatures_of_every_kind_of_key_verify_and_cover_every_octet(byte[] peerHashes)
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using ECDsa p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        foreach (CertificateRequest request in (CertificateRequest[])
            [
                new("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), new("CN=a", p256, HashAlgorithmName.SHA256),
                new("CN=a", p384, HashAlgorithmName.SHA256), new("CN=a", p521, HashAlgorithmName.SHA256),
            ])
        {
            using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
            byte[] octets = [1, 2, 3, 4];
            (IkeAuthenticationMethod method, byte[] data) = IkeSignature.Sign(certificate, octets, peerHashes);
            Assert.True(IkeSignature.Verify(certificate, octets, method, data));
            Assert.False(IkeSignature.Verify(certificate, [1, 2, 3, 5], method, data));
            Assert.False(IkeSignature.Verify(certificate, octets, IkeAuthenticationMethod.SharedKey, data));
            for (int length = 0; length < data.Length; length++)
            {
                Assert.False(IkeSignature.Verify(certificate, octets, method, data.AsSpan(0, length)));
            }
        }
    }

    // RFC 7427 appendix A.4.3: RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets.
    [Fact]
    public void A_PSS_signature_is_verified()
    {
        using RSA rsa = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        byte[] identifier = Convert.FromHexString(
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120");
        byte[] octets = [1, 2, 3, 4];
        byte[] data = [(byte)identifier.Length, .. identifier, .. rsa.SignData(octets, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)];
        Assert.True(IkeSignature.Verify(certificate, octets, IkeAuthenticationMethod.DigitalSignature, data));
        for (int at = 0; at < data.Length; at++)
        {
            byte[] bent = [.. data];
            bent[at] ^= 0x04;
            bool valid = IkeSignature.Verify(certificate, octets, IkeAuthenticationMethod.DigitalSignature, bent);

            // The identifier's optional parameters mean nothing; the signature's octets all do.
            Assert.False(valid && at > identifier.Length, $"octet {at}");
        }
    }

    [Fact]
    public void Keys_are_cleared_and_never_printed()
    {
        IkeSuite suite = new(EncryptionAlgorithm.AesCbc, 128, PrfAlgorithm.HmacSha256, IntegrityAlgorithm.HmacSha256Trunc128, KeyExchangeMethod.Ecp256);
        IkeKeys keys = IkeKeys.Derive(suite, [1], [2], [3], 4, 5);
        Assert.Contains(keys.D.ToArray(), b => b != 0);
        Assert.DoesNotContain(Convert.ToHexString(keys.D), keys.ToString(), StringComparison.OrdinalIgnoreCase);
        keys.Dispose();
        Assert.All(keys.D.ToArray(), b => Assert.Equal(0, b));
        Assert.All(keys.Pr.ToArray(), b => Assert.Equal(0, b));
    }

    private static byte[] Seal(SkProtection seal, int nonceSize)
    {
        byte[] inner = new byte[nonceSize + 4];
        IkePayloadWriter writer = new(inner);
        writer.Add(IkePayloadType.Nonce, new byte[nonceSize]);
        byte[] datagram = new byte[seal.SealedSize(inner.Length)];
        IkeHeader header = new(1, 2, IkePayloadType.Encrypted, 2, 0, IkeExchangeType.Informational, IkeHeaderBits.Initiator, 3, 0);
        Assert.True(seal.TrySeal(header, writer.First, inner, datagram, out int length));
        Assert.Equal(datagram.Length, length);
        return datagram;
    }
}
