using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Wire;

namespace Sallyport.Eap.Methods;

/// <summary>EAP-MSCHAPv2 as peer (draft-kamath-pppext-eap-mschapv2). The server has to prove that it knows the password too.</summary>
public sealed class MsChapV2PeerMethod : IEapPeerMethod
{
    private const int ResponseSize = 49;
    private readonly byte[] _userName;
    private readonly EapPassword _password;
    private readonly EapRandom _random;
    private readonly byte[] _peerChallenge = new byte[MsChapV2.ChallengeSize];
    private byte[] _authenticatorChallenge = [];
    private byte[] _ntResponse = [];
    private byte[] _msk = [];

    /// <summary>Begins a run.</summary>
    /// <param name="userName">The name that the password belongs to.</param>
    /// <param name="password">The password or its NT hash.</param>
    /// <param name="random">For the peer's challenge.</param>
    public MsChapV2PeerMethod(string userName, EapPassword password, EapRandom random)
    {
        _userName = Encoding.UTF8.GetBytes(userName);
        _password = password;
        _random = random;
    }

    /// <inheritdoc/>
    public EapMethodType Type => EapMethodType.MsChapV2;

    /// <inheritdoc/>
    public bool MayEnd { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> MasterSessionKey => MayEnd ? _msk : default;

    /// <inheritdoc/>
    public EapMethodResult Handle(byte identifier, ReadOnlySpan<byte> typeData, Span<byte> response, out int length)
    {
        length = 0;
        return typeData.Length < MsChapV2OpCode.HeaderSize
            ? EapMethodResult.Discard
            : typeData[0] switch
            {
                MsChapV2OpCode.Challenge => HandleChallenge(typeData, response, out length),
                MsChapV2OpCode.Success when _ntResponse.Length > 0 => HandleSuccess(typeData, response, out length),
                MsChapV2OpCode.Failure => Acknowledge(MsChapV2OpCode.Failure, response, out length),
                _ => EapMethodResult.Discard,
            };
    }

    private static EapMethodResult Acknowledge(byte opCode, Span<byte> response, out int length)
    {
        response[0] = opCode;
        length = 1;
        return opCode == MsChapV2OpCode.Success ? EapMethodResult.Success : EapMethodResult.Failure;
    }

    private EapMethodResult HandleChallenge(ReadOnlySpan<byte> typeData, Span<byte> response, out int length)
    {
        length = 0;
        if (typeData.Length < 5 + MsChapV2.ChallengeSize || typeData[4] != MsChapV2.ChallengeSize)
        {
            return EapMethodResult.Discard;
        }

        MayEnd = false;
        _random(_peerChallenge);
        _authenticatorChallenge = typeData.Slice(5, MsChapV2.ChallengeSize).ToArray();
        _ntResponse = MsChapV2.GenerateNtResponse(_authenticatorChallenge, _peerChallenge, _userName, _password.NtHash);
        length = 5 + ResponseSize + _userName.Length;
        if (length > response.Length)
        {
            length = 0;
            return EapMethodResult.Failure;
        }

        Span<byte> packet = response[..length];
        packet.Clear();
        MsChapV2OpCode.WriteHeader(packet, MsChapV2OpCode.Response, typeData[1], length);
        packet[4] = ResponseSize;
        _peerChallenge.CopyTo(packet[5..]);
        _ntResponse.CopyTo(packet[(5 + 24)..]);
        _userName.CopyTo(packet[(5 + ResponseSize)..]);
        return EapMethodResult.Continue;
    }

    private EapMethodResult HandleSuccess(ReadOnlySpan<byte> typeData, Span<byte> response, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> message = typeData[MsChapV2OpCode.HeaderSize..];
        byte[] expected = Encoding.ASCII.GetBytes(
            MsChapV2.GenerateAuthenticatorResponse(_password.NtHash, _ntResponse, _peerChallenge, _authenticatorChallenge, _userName));
        if (message.Length < expected.Length || !CryptographicOperations.FixedTimeEquals(message[..expected.Length], expected))
        {
            // RFC 2759 §5: a server that cannot prove itself is left.
            return EapMethodResult.Failure;
        }

        _msk = MsChapV2.MasterSessionKey(_password.NtHash, _ntResponse);
        MayEnd = true;
        return Acknowledge(MsChapV2OpCode.Success, response, out length);
    }
}
