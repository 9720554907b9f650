using System.Security.Cryptography;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Methods;

/// <summary>MD5-Challenge (RFC 3748 §5.4): CHAP in EAP. Makes no key and does not prove the server.</summary>
public sealed class Md5ChallengeMethod : IEapServerMethod, IEapPeerMethod
{
    private const int Size = 16;
    private readonly EapPassword? _password;
    private readonly EapRandom? _random;
    private readonly byte[] _challenge = new byte[Size];

    /// <summary>The authenticator's side.</summary>
    /// <param name="password">The person's password; null or a mere NT hash fails at the end as a wrong password does.</param>
    /// <param name="random">For the challenge.</param>
    public Md5ChallengeMethod(EapPassword? password, EapRandom random)
    {
        _password = password;
        _random = random;
    }

    /// <summary>The peer's side.</summary>
    public Md5ChallengeMethod(EapPassword password) => _password = password;

    /// <inheritdoc cref="IEapServerMethod.Type"/>
    public EapMethodType Type => EapMethodType.Md5Challenge;

    /// <inheritdoc/>
    public bool MayEnd { get; private set; }

    /// <inheritdoc cref="IEapServerMethod.MasterSessionKey"/>
    public ReadOnlySpan<byte> MasterSessionKey => default;

    /// <inheritdoc/>
    public int Begin(byte identifier, Span<byte> request)
    {
        _random!(_challenge);
        request[0] = Size;
        _challenge.CopyTo(request[1..]);
        return 1 + Size;
    }

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, byte nextIdentifier, Span<byte> request, out int length)
    {
        length = 0;
        if (typeData.Length < 1 + Size || typeData[0] != Size)
        {
            return EapMethodResult.Failure;
        }

        Span<byte> expected = stackalloc byte[Size];
        Compute(identifier, _challenge, expected);
        bool right = CryptographicOperations.FixedTimeEquals(expected, typeData.Slice(1, Size));
        return right && _password is { HasText: true } ? EapMethodResult.Success : EapMethodResult.Failure;
    }

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, Span<byte> response, out int length)
    {
        length = 0;
        if (typeData.IsEmpty || typeData[0] == 0 || 1 + typeData[0] > typeData.Length)
        {
            return EapMethodResult.Discard;
        }

        response[0] = Size;
        Compute(identifier, typeData.Slice(1, typeData[0]), response.Slice(1, Size));
        length = 1 + Size;
        MayEnd = true;
        return EapMethodResult.Continue;
    }

    // RFC 1994 §4.1: MD5 over identifier, secret and challenge.
    private void Compute(byte identifier, ReadOnlySpan<byte> challenge, Span<byte> destination)
    {
        ReadOnlySpan<byte> secret = _password is null ? default : _password.Text;
        byte[] data = new byte[1 + secret.Length + challenge.Length];
        data[0] = identifier;
        secret.CopyTo(data.AsSpan(1));
        challenge.CopyTo(data.AsSpan(1 + secret.Length));
        MD5.HashData(data, destination);
        CryptographicOperations.ZeroMemory(data);
    }
}
