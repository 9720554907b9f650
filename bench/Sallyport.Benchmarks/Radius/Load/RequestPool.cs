using System.Security.Cryptography;
using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>
/// Requests built before the run, so that sending one costs no hashing: for each identifier as many as
/// <see cref="LoadOptions.RequestsPerIdentifier"/>, each with its own random authenticator.
/// </summary>
internal sealed class RequestPool
{
    private const int Identifiers = 256;
    private readonly byte[] _octets;
    private readonly int[] _starts;
    private readonly LoadKind[] _kinds;
    private readonly int[] _users;
    private readonly bool[] _wrong;
    private readonly LoadOptions _options;

    /// <summary>Builds them.</summary>
    /// <param name="options">For whom.</param>
    /// <param name="mix">How much of each kind.</param>
    public RequestPool(LoadOptions options, LoadMix mix)
    {
        _options = options;
        int count = Identifiers * options.RequestsPerIdentifier;
        _starts = new int[count + 1];
        _kinds = new LoadKind[count];
        _users = new int[count];
        _wrong = new bool[count];

        // Room for the longest; what is not written takes no memory.
        _octets = GC.AllocateUninitializedArray<byte>(count * LargestRequest, pinned: true);
        byte[]?[] msChap = new byte[options.Users][];
        Random random = new(1);
        for (int i = 0; i < count; i++)
        {
            // Neighbours of one identifier are different people: numbers go round the identifiers first.
            int number = (i % options.RequestsPerIdentifier * Identifiers) + (i / options.RequestsPerIdentifier);
            _kinds[i] = mix.Pick(number);
            _users[i] = number % options.Users;
            _wrong[i] = random.NextDouble() < options.WrongPasswords;
            _starts[i + 1] = _starts[i] + Build(i, msChap, _octets.AsSpan(_starts[i]));
        }
    }

    /// <summary>No request is longer.</summary>
    public const int LargestRequest = 600;

    /// <summary>How many there are for each identifier.</summary>
    public int PerIdentifier => _options.RequestsPerIdentifier;

    /// <summary>Whether a conversation of several requests is among them.</summary>
    public bool HasConversations => _kinds.Contains(LoadKind.EapMd5);

    /// <summary>A request's octets, which do not move.</summary>
    public ReadOnlySpan<byte> this[int index] => _octets.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    /// <summary>A request's kind.</summary>
    public LoadKind KindOf(int index) => _kinds[index];

    /// <summary>What a server that works answers to the last request of a login, or to the only one.</summary>
    public bool IsExpected(int index, RadiusCode reply) => _kinds[index] switch
    {
        LoadKind.Accounting => reply == RadiusCode.AccountingResponse,
        LoadKind.StatusServer => reply is RadiusCode.AccessAccept or RadiusCode.AccountingResponse,
        _ => reply == (_wrong[index] ? RadiusCode.AccessReject : RadiusCode.AccessAccept),
    };

    /// <summary>Builds what answers a challenge of EAP MD5-Challenge.</summary>
    /// <returns>Its octets, or 0 where the challenge is none.</returns>
    public int Answer(int index, RadiusPacket challenge, Span<byte> buffer)
    {
        Span<byte> eap = stackalloc byte[256];
        if (!challenge.TryGet(Rfc3579.EapMessage, eap, out int length)
            || length < 6 || eap[0] != 1 || eap[4] != (byte)EapMethod.Md5Challenge || eap[5] == 0 || length < 6 + eap[5]
            || !challenge.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state))
        {
            return 0;
        }

        // RFC 3748 §5.4: MD5 over identifier, password and challenge.
        Span<byte> joined = stackalloc byte[512];
        byte[] password = PasswordOf(index);
        joined[0] = eap[1];
        password.CopyTo(joined[1..]);
        eap.Slice(6, eap[5]).CopyTo(joined[(1 + password.Length)..]);
        Span<byte> response = stackalloc byte[22];
        ((ReadOnlySpan<byte>)[2, eap[1], 0, 22, (byte)EapMethod.Md5Challenge, 16]).CopyTo(response);
        ManagedMd5.HashData(joined[..(1 + password.Length + eap[5])], response[6..]);

        Span<byte> authenticator = stackalloc byte[16];
        RandomNumberGenerator.Fill(authenticator);
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessRequest, challenge.Identifier, authenticator);
        AddCommon(ref writer, index);
        writer.Add(Rfc2865.State, state);
        writer.Add(Rfc3579.EapMessage, response);
        return writer.TryComplete(_options.Secret, out length) ? length : 0;
    }

    private byte[] PasswordOf(int index) => _options.Password(_users[index] + (_wrong[index] ? 1 : 0));

    private int Build(int index, byte[]?[] msChap, Span<byte> buffer)
    {
        LoadKind kind = _kinds[index];
        Span<byte> authenticator = stackalloc byte[16];
        RandomNumberGenerator.Fill(authenticator);
        RadiusCode code = kind switch
        {
            LoadKind.Accounting => RadiusCode.AccountingRequest,
            LoadKind.StatusServer => RadiusCode.StatusServer,
            _ => RadiusCode.AccessRequest,
        };
        RadiusPacketWriter writer = new(buffer, code, (byte)(index / PerIdentifier), authenticator);
        AddCommon(ref writer, index);
        switch (kind)
        {
            case LoadKind.Pap:
                writer.Add(Rfc2865.UserPassword, PasswordOf(index), _options.Secret);
                break;
            case LoadKind.Chap:
                writer.Add(Rfc2865.ChapPassword, Chap(index, authenticator));
                break;
            case LoadKind.MsChapV2:
                // What a person answers a challenge with is computed once: it does not depend on the authenticator.
                byte[] both = _wrong[index] ? MsChap(index) : msChap[_users[index]] ??= MsChap(index);
                writer.Add(MicrosoftVsa.MsChapChallenge, both.AsSpan(0, MsChapV2.ChallengeSize));
                writer.Add(MicrosoftVsa.MsChap2Response, both.AsSpan(MsChapV2.ChallengeSize));
                break;
            case LoadKind.EapMd5:
                byte[] name = _options.UserName(_users[index]);
                writer.Add(Rfc3579.EapMessage, [2, 1, 0, (byte)(5 + name.Length), (byte)EapMethod.Identity, .. name]);
                break;
            case LoadKind.Accounting:
                AddAccounting(ref writer, index);
                break;
            default:
                break;
        }

        return writer.TryComplete(_options.Secret, out int length) && length <= LargestRequest
            ? length
            : throw new InvalidOperationException($"a request would have {writer.Length} octets: take shorter names and passwords");
    }

    private void AddCommon(ref RadiusPacketWriter writer, int index)
    {
        if (_kinds[index] != LoadKind.StatusServer)
        {
            writer.Add(Rfc2865.UserName, _options.UserName(_users[index]));
        }

        writer.Add(Rfc2865.NasIpAddress, (ReadOnlySpan<byte>)[192, 0, 2, 10]);
        writer.Add(Rfc2865.NasPort, 50_000 + (uint)(_users[index] % 1000));
        if (_options.Rich)
        {
            writer.Add(Rfc2865.NasPortType, NasPortType.Ethernet);
            writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
            writer.Add(Rfc2865.CalledStationId, "00-1B-0D-63-C2-26:corp-wifi"u8);
            writer.Add(Rfc2865.CallingStationId, "9C-1C-12-00-AA-F1"u8);
            writer.Add(Rfc2865.NasIdentifier, "edge-sw-17.dc1.example.com"u8);
            writer.Add(Rfc2865.Class, new byte[60]);
            writer.Add(CiscoVsa.CiscoAVPair, "audit-session-id=C0000209000001F4B6F8A9C2"u8);
            writer.Add(CiscoVsa.CiscoAVPair, "service-type=Call Check"u8);
        }
    }

    // RFC 2866 §5: starts, stops and interim updates of one session each.
    private void AddAccounting(ref RadiusPacketWriter writer, int index)
    {
        uint user = (uint)_users[index];
        writer.Add(Rfc2866.AcctStatusType, (AcctStatusType)(1 + (user % 3)));
        writer.Add(Rfc2866.AcctSessionId, Encoding.ASCII.GetBytes($"{index:X8}{user:X8}"));
        writer.Add(Rfc2866.AcctSessionTime, user % 3600);
        writer.Add(Rfc2866.AcctInputOctets, user * 977);
        writer.Add(Rfc2866.AcctOutputOctets, user * 3);
    }

    // RFC 2865 §5.3: the CHAP identifier, and MD5 over it, the password and the challenge, here the Request Authenticator.
    private byte[] Chap(int index, ReadOnlySpan<byte> authenticator)
    {
        byte[] value = new byte[RadiusChap.PasswordSize];
        value[0] = (byte)index;
        ManagedMd5.HashData([value[0], .. PasswordOf(index), .. authenticator], value.AsSpan(1));
        return value;
    }

    // RFC 2548 §2.3.2: the challenge, then identifier, flags, peer challenge (16), reserved (8) and NT response (24).
    private byte[] MsChap(int index)
    {
        byte[] challenges = RandomNumberGenerator.GetBytes(2 * MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> challenge = challenges.AsSpan(0, MsChapV2.ChallengeSize);
        ReadOnlySpan<byte> peer = challenges.AsSpan(MsChapV2.ChallengeSize);
        byte[] hash = MsChapV2.NtPasswordHash(Encoding.UTF8.GetString(PasswordOf(index)));
        return [.. challenge, 1, 0, .. peer, .. new byte[8], .. MsChapV2.GenerateNtResponse(challenge, peer, _options.UserName(_users[index]), hash)];
    }

    private enum EapMethod : byte
    {
        Identity = 1,
        Md5Challenge = 4,
    }
}
