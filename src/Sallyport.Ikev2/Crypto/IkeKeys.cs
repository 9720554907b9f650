using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sallyport.Ikev2.Crypto;

/// <summary>The keys of an IKE SA (RFC 7296 §2.14), cleared on disposal.</summary>
public sealed class IkeKeys : IDisposable
{
    private readonly byte[] _material;
    private readonly int _prf;
    private readonly int _integrity;
    private readonly int _encryption;

    private IkeKeys(IkeSuite suite, byte[] material)
    {
        Suite = suite;
        _material = material;
        _prf = IkePrf.OutputSize(suite.Prf);
        _integrity = suite.IntegrityKeySize;
        _encryption = suite.EncryptionKeySize;
    }

    /// <summary>The algorithms.</summary>
    public IkeSuite Suite { get; }

    /// <summary>SK_d: from which the Child SAs' keys come.</summary>
    public ReadOnlySpan<byte> D => _material.AsSpan(0, _prf);

    /// <summary>SK_ai: integrity of the initiator's messages.</summary>
    public ReadOnlySpan<byte> Ai => _material.AsSpan(_prf, _integrity);

    /// <summary>SK_ar: integrity of the responder's messages.</summary>
    public ReadOnlySpan<byte> Ar => _material.AsSpan(_prf + _integrity, _integrity);

    /// <summary>SK_ei: encryption of the initiator's messages.</summary>
    public ReadOnlySpan<byte> Ei => _material.AsSpan(_prf + (2 * _integrity), _encryption);

    /// <summary>SK_er: encryption of the responder's messages.</summary>
    public ReadOnlySpan<byte> Er => _material.AsSpan(_prf + (2 * _integrity) + _encryption, _encryption);

    /// <summary>SK_pi: the initiator's AUTH.</summary>
    public ReadOnlySpan<byte> Pi => _material.AsSpan(_prf + (2 * _integrity) + (2 * _encryption), _prf);

    /// <summary>SK_pr: the responder's AUTH.</summary>
    public ReadOnlySpan<byte> Pr => _material.AsSpan((2 * _prf) + (2 * _integrity) + (2 * _encryption), _prf);

    /// <summary>Derives the keys of the first exchange (RFC 7296 §2.14).</summary>
    /// <param name="suite">The algorithms.</param>
    /// <param name="sharedSecret">g^ir.</param>
    /// <param name="initiatorNonce">Ni, without its payload header.</param>
    /// <param name="responderNonce">Nr, without its payload header.</param>
    /// <param name="initiatorSpi">SPIi.</param>
    /// <param name="responderSpi">SPIr.</param>
    public static IkeKeys Derive(
        IkeSuite suite, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> initiatorNonce, ReadOnlySpan<byte> responderNonce, ulong initiatorSpi, ulong responderSpi)
    {
        ArgumentNullException.ThrowIfNull(suite);
        byte[] nonces = [.. initiatorNonce, .. responderNonce];

        // SKEYSEED = prf(Ni | Nr, g^ir); the functions offered take keys of any length, so both nonces go in whole.
        byte[] skeyseed = IkePrf.Compute(suite.Prf, nonces, sharedSecret);
        return Expand(suite, skeyseed, nonces, initiatorSpi, responderSpi);
    }

    /// <summary>Derives the keys of an IKE SA that replaces this one (RFC 7296 §2.18).</summary>
    /// <param name="suite">The new SA's algorithms.</param>
    /// <param name="sharedSecret">g^ir of the exchange.</param>
    /// <param name="initiatorNonce">Ni of the exchange, without its payload header.</param>
    /// <param name="responderNonce">Nr of the exchange, without its payload header.</param>
    /// <param name="initiatorSpi">The new SPIi.</param>
    /// <param name="responderSpi">The new SPIr.</param>
    public IkeKeys DeriveNext(
        IkeSuite suite, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> initiatorNonce, ReadOnlySpan<byte> responderNonce, ulong initiatorSpi, ulong responderSpi)
    {
        ArgumentNullException.ThrowIfNull(suite);
        byte[] nonces = [.. initiatorNonce, .. responderNonce];

        // SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr), by the old SA's function, to which the exchange belongs.
        byte[] input = [.. sharedSecret, .. nonces];
        byte[] skeyseed = IkePrf.Compute(Suite.Prf, D, input);
        CryptographicOperations.ZeroMemory(input);
        return Expand(suite, skeyseed, nonces, initiatorSpi, responderSpi);
    }

    /// <summary>KEYMAT of a Child SA (RFC 7296 §2.17): prf+(SK_d, [g^ir (new) |] Ni | Nr).</summary>
    /// <param name="initiatorNonce">Ni of the exchange that makes the SA; in IKE_AUTH that of IKE_SA_INIT.</param>
    /// <param name="responderNonce">Nr likewise.</param>
    /// <param name="keySize">One direction's keys in octets.</param>
    /// <param name="sharedSecret">g^ir where the exchange has a key exchange of its own, else empty.</param>
    /// <returns>Keys for traffic from the initiator of the exchange, then for traffic from its responder.</returns>
    public (byte[] FromInitiator, byte[] FromResponder) DeriveChild(
        ReadOnlySpan<byte> initiatorNonce, ReadOnlySpan<byte> responderNonce, int keySize, ReadOnlySpan<byte> sharedSecret = default)
    {
        byte[] seed = [.. sharedSecret, .. initiatorNonce, .. responderNonce];
        byte[] material = new byte[2 * keySize];
        IkePrf.Expand(Suite.Prf, D, seed, material);
        (byte[], byte[]) keys = (material[..keySize], material[keySize..]);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(material);
        return keys;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_material);

    /// <summary>Names the algorithms, never a key.</summary>
    public override string ToString() => $"keys of {Suite}";

    // {SK_d | SK_ai | …} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr), by the new SA's function.
    private static IkeKeys Expand(IkeSuite suite, byte[] skeyseed, byte[] nonces, ulong initiatorSpi, ulong responderSpi)
    {
        byte[] seed = new byte[nonces.Length + (2 * sizeof(ulong))];
        nonces.CopyTo(seed, 0);
        BinaryPrimitives.WriteUInt64BigEndian(seed.AsSpan(nonces.Length), initiatorSpi);
        BinaryPrimitives.WriteUInt64BigEndian(seed.AsSpan(nonces.Length + sizeof(ulong)), responderSpi);
        byte[] material = new byte[(3 * IkePrf.OutputSize(suite.Prf)) + (2 * suite.IntegrityKeySize) + (2 * suite.EncryptionKeySize)];
        IkePrf.Expand(suite.Prf, skeyseed, seed, material);
        CryptographicOperations.ZeroMemory(skeyseed);
        return new IkeKeys(suite, material);
    }
}
