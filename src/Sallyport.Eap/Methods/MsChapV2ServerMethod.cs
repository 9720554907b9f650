using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Methods;

/// <summary>The op-codes of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2 §2).</summary>
internal static class MsChapV2OpCode
{
    public const byte Challenge = 1;
    public const byte Response = 2;
    public const byte Success = 3;
    public const byte Failure = 4;
    public const byte ChangePassword = 7;

    /// <summary>Op-code, MS-CHAPv2-ID and MS-Length in octets.</summary>
    public const int HeaderSize = 4;

    public static void WriteHeader(Span<byte> destination, byte opCode, byte id, int length)
    {
        destination[0] = opCode;
        destination[1] = id;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
    }
}

/// <summary>EAP-MSCHAPv2 as authenticator: challenge, response, then a success or failure request that the peer acknowledges.</summary>
public sealed class MsChapV2ServerMethod : IEapServerMethod
{
    private const int ResponseSize = 49;
    private const int LongestServerName = 253;
    private readonly EapPassword? _password;
    private readonly EapRandom _random;
    private readonly byte[] _serverName;
    private readonly byte[] _challenge = new byte[MsChapV2.ChallengeSize];
    private byte[] _msk = [];
    private State _state;

    /// <summary>Begins a run.</summary>
    /// <param name="password">The person's password or NT hash; null fails as a wrong password does.</param>
    /// <param name="random">For the challenge.</param>
    /// <param name="serverName">The name sent beside the challenge, up to 253 octets.</param>
    public MsChapV2ServerMethod(EapPassword? password, EapRandom random, string serverName = "sallyport")
    {
        _password = password;
        _random = random;
        _serverName = Encoding.UTF8.GetBytes(serverName);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_serverName.Length, LongestServerName, nameof(serverName));
    }

    private enum State
    {
        Challenged,
        Succeeding,
        Failing,
    }

    /// <inheritdoc/>
    public EapMethodType Type => EapMethodType.MsChapV2;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> MasterSessionKey => _msk;

    /// <inheritdoc/>
    public int Begin(byte identifier, Span<byte> request)
    {
        _random(_challenge);
        int length = MsChapV2OpCode.HeaderSize + 1 + _challenge.Length + _serverName.Length;
        MsChapV2OpCode.WriteHeader(request, MsChapV2OpCode.Challenge, identifier, length);
        request[4] = (byte)_challenge.Length;
        _challenge.CopyTo(request[5..]);
        _serverName.CopyTo(request[(5 + _challenge.Length)..]);
        return length;
    }

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, byte nextIdentifier, Span<byte> request, out int length)
    {
        length = 0;
        if (typeData.IsEmpty)
        {
            return EapMethodResult.Discard;
        }

        return (_state, typeData[0]) switch
        {
            (State.Challenged, MsChapV2OpCode.Response) => HandleResponse(typeData, request, out length),
            (State.Succeeding, MsChapV2OpCode.Success) => EapMethodResult.Success,
            (State.Succeeding or State.Failing, MsChapV2OpCode.Failure) => EapMethodResult.Failure,

            // RFC 2759 §6: only E=648 asks for a new password, and this side never sends it.
            (_, MsChapV2OpCode.ChangePassword) => EapMethodResult.Failure,
            _ => EapMethodResult.Discard,
        };
    }

    private EapMethodResult HandleResponse(ReadOnlySpan<byte> typeData, Span<byte> request, out int length)
    {
        length = 0;
        if (typeData.Length < MsChapV2OpCode.HeaderSize + 1 + ResponseSize || typeData[4] != ResponseSize)
        {
            return EapMethodResult.Failure;
        }

        byte id = typeData[1];
        ReadOnlySpan<byte> peerChallenge = typeData.Slice(5, MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> ntResponse = typeData.Slice(5 + 24, MsChapV2.NtResponseSize);
        ReadOnlySpan<byte> userName = typeData[(5 + ResponseSize)..];

        // An unknown user costs the same work and gets the same answer as a wrong password.
        ReadOnlySpan<byte> ntHash = _password is null ? stackalloc byte[MsChapV2.HashSize] : _password.NtHash;
        byte[] expected = MsChapV2.GenerateNtResponse(_challenge, peerChallenge, userName, ntHash);
        string text;
        if (CryptographicOperations.FixedTimeEquals(expected, ntResponse) && _password is not null)
        {
            _state = State.Succeeding;
            _msk = MsChapV2.MasterSessionKey(ntHash, ntResponse);
            text = MsChapV2.GenerateAuthenticatorResponse(ntHash, ntResponse, peerChallenge, _challenge, userName) + " M=Welcome";
        }
        else
        {
            // RFC 2759 §6: 691 is a wrong name or password; R=0 forbids another try within this run.
            _state = State.Failing;
            text = $"E=691 R=0 C={Convert.ToHexString(_challenge)} V=3 M=Authentication failed";
        }

        length = MsChapV2OpCode.HeaderSize + Encoding.UTF8.GetBytes(text, request[MsChapV2OpCode.HeaderSize..]);
        MsChapV2OpCode.WriteHeader(request, _state == State.Succeeding ? MsChapV2OpCode.Success : MsChapV2OpCode.Failure, id, length);
        return EapMethodResult.Continue;
    }
}
