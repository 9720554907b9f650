using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Crypto;

/// <summary>One side's ephemeral key of a key exchange (RFC 7296 §3.4).</summary>
public abstract class IkeKeyExchange : IDisposable
{
    /// <summary>The method.</summary>
    public abstract KeyExchangeMethod Method { get; }

    /// <summary>Our public value as the KE payload carries it.</summary>
    public abstract ReadOnlyMemory<byte> PublicValue { get; }

    /// <summary>Whether the method is implemented.</summary>
    public static bool IsSupported(KeyExchangeMethod method) =>
        method is KeyExchangeMethod.Modp2048 or KeyExchangeMethod.Ecp256 or KeyExchangeMethod.Ecp384 or KeyExchangeMethod.Ecp521;

    /// <summary>The length of a public value in octets; any other length is refused.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The method is not implemented.</exception>
    public static int PublicValueSize(KeyExchangeMethod method) => method switch
    {
        KeyExchangeMethod.Modp2048 => 256,
        KeyExchangeMethod.Ecp256 => 64,
        KeyExchangeMethod.Ecp384 => 96,
        KeyExchangeMethod.Ecp521 => 132,
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    /// <summary>Makes a fresh key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The method is not implemented.</exception>
    public static IkeKeyExchange Create(KeyExchangeMethod method) => method switch
    {
        KeyExchangeMethod.Modp2048 => new ModpKeyExchange(),
        KeyExchangeMethod.Ecp256 => new EcpKeyExchange(method, ECCurve.NamedCurves.nistP256),
        KeyExchangeMethod.Ecp384 => new EcpKeyExchange(method, ECCurve.NamedCurves.nistP384),
        KeyExchangeMethod.Ecp521 => new EcpKeyExchange(method, ECCurve.NamedCurves.nistP521),
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    /// <summary>A key of an elliptic curve group that is known beforehand, as published vectors are.</summary>
    /// <param name="method">Group 19, 20 or 21.</param>
    /// <param name="privateKey">The private number, as long as the group's coordinates.</param>
    internal static IkeKeyExchange FromPrivateKey(KeyExchangeMethod method, byte[] privateKey)
    {
        ECCurve curve = method switch
        {
            KeyExchangeMethod.Ecp256 => ECCurve.NamedCurves.nistP256,
            KeyExchangeMethod.Ecp384 => ECCurve.NamedCurves.nistP384,
            KeyExchangeMethod.Ecp521 => ECCurve.NamedCurves.nistP521,
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
        return new EcpKeyExchange(method, curve, ECDiffieHellman.Create(new ECParameters { Curve = curve, D = privateKey }));
    }

    /// <summary>Computes the shared secret.</summary>
    /// <param name="peerPublicValue">The peer's public value.</param>
    /// <param name="secret">g^ir, with leading zeros kept (RFC 7296 §2.14); the caller clears it.</param>
    /// <returns>Whether the peer's value is valid: of the right length, on the curve, not a trivial element (RFC 6989).</returns>
    public abstract bool TryDerive(ReadOnlySpan<byte> peerPublicValue, out byte[] secret);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of the private key.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class EcpKeyExchange : IkeKeyExchange
    {
        private readonly ECDiffieHellman _key;
        private readonly ECCurve _curve;
        private readonly byte[] _public;

        public EcpKeyExchange(KeyExchangeMethod method, ECCurve curve)
            : this(method, curve, ECDiffieHellman.Create(curve))
        {
        }

        public EcpKeyExchange(KeyExchangeMethod method, ECCurve curve, ECDiffieHellman key)
        {
            Method = method;
            _curve = curve;
            _key = key;
            ECPoint point = _key.ExportParameters(false).Q;
            _public = [.. point.X!, .. point.Y!];
        }

        public override KeyExchangeMethod Method { get; }

        public override ReadOnlyMemory<byte> PublicValue => _public;

        public override bool TryDerive(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
        {
            secret = [];
            if (peerPublicValue.Length != _public.Length)
            {
                return false;
            }

            try
            {
                // RFC 5903 §7: x and y, each padded; the import refuses a point off the curve (RFC 6989 §2.3).
                int half = peerPublicValue.Length / 2;
                ECParameters parameters = new()
                {
                    Curve = _curve,
                    Q = new ECPoint { X = peerPublicValue[..half].ToArray(), Y = peerPublicValue[half..].ToArray() },
                };
                using ECDiffieHellman peer = ECDiffieHellman.Create(parameters);
                using ECDiffieHellmanPublicKey key = peer.PublicKey;
                secret = _key.DeriveRawSecretAgreement(key);
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }

        protected override void Dispose(bool disposing)
        {
            _key.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class ModpKeyExchange : IkeKeyExchange
    {
        // RFC 3526 §3, the group's prime and generator as BouncyCastle carries them.
        private static readonly DHParameters Group = DHStandardGroups.rfc3526_2048;
        private readonly AsymmetricCipherKeyPair _key;
        private readonly byte[] _public;

        public ModpKeyExchange()
        {
            DHKeyPairGenerator generator = new();
            generator.Init(new DHKeyGenerationParameters(new SecureRandom(), Group));
            _key = generator.GenerateKeyPair();
            _public = Pad(((DHPublicKeyParameters)_key.Public).Y);
        }

        public override KeyExchangeMethod Method => KeyExchangeMethod.Modp2048;

        public override ReadOnlyMemory<byte> PublicValue => _public;

        public override bool TryDerive(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
        {
            secret = [];
            if (peerPublicValue.Length != _public.Length)
            {
                return false;
            }

            BigInteger value = new(1, peerPublicValue.ToArray());

            // RFC 6989 §2.1: 1 < r < p - 1.
            if (value.CompareTo(BigInteger.One) <= 0 || value.CompareTo(Group.P.Subtract(BigInteger.One)) >= 0)
            {
                return false;
            }

            try
            {
                DHBasicAgreement agreement = new();
                agreement.Init(_key.Private);
                secret = Pad(agreement.CalculateAgreement(new DHPublicKeyParameters(value, Group)));
                return true;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                return false;
            }
        }

        private static byte[] Pad(BigInteger value)
        {
            byte[] padded = new byte[256];
            byte[] octets = value.ToByteArrayUnsigned();
            octets.CopyTo(padded, padded.Length - octets.Length);
            return padded;
        }
    }
}
