using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sallyport.Eap.Authenticator;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Ipsec;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Headend.Configuration;

namespace Sallyport.Samples.Headend.Login;

/// <summary>Relays a client's EAP packets to the RADIUS servers of the profile's login list (RFC 3579 §2), and their answers back.</summary>
internal sealed class RadiusRelay(HeadendPlan plan, RadiusClient client, ILogger logger)
{
    private const int LargestEap = 4096;
    private const int MasterSessionKeySize = 64;

    /// <summary>The servers of the profile's login list, in its order.</summary>
    public static RadiusClientOptions Options(HeadendPlan plan) => new()
    {
        Servers =
        [
            .. plan.RadiusServers.Select(s => new RadiusUpstream(s.Authentication!, new RadiusSecret(s.Key))
            {
                Retransmission = RadiusRetransmission.Every(s.Timeout, 1 + s.Retransmit),
            }),
        ],
    };

    /// <summary>Asks about the client's packet, and makes the next packet for the client.</summary>
    public async Task<EapServerAnswer> AskAsync(IpsecSession session, LoginState login, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        RadiusReply? reply = await SendAsync(session, login, packet, cancellationToken);
        byte[] next = new byte[LargestEap];
        if (reply is null)
        {
            return Answer(login.Eap.Resume(EapPassThroughResult.Reject, default, default, next, out int failure), next.AsMemory(0, failure), default);
        }

        byte[] eap = new byte[LargestEap];
        reply.Packet.TryGet(Rfc3579.EapMessage, eap, out int eapLength);
        byte[] key = [];
        EapPassThroughResult result = EapPassThroughResult.Reject;
        switch (reply.Packet.Code)
        {
            case RadiusCode.AccessChallenge:
                login.RadiusState = reply.Packet.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state) ? state.ToArray() : null;
                result = EapPassThroughResult.Request;
                break;
            case RadiusCode.AccessAccept:
                result = EapPassThroughResult.Accept;
                key = MasterSessionKey(reply);
                Authorize(login, reply.Packet);
                break;
            default:
                HeadendLog.Rejected(logger, login.User, session.Remote, reply.Server);
                break;
        }

        EapAuthenticatorOutcome outcome = login.Eap.Resume(result, eap.AsSpan(0, eapLength), key, next, out int length);
        EapServerAnswer answer = Answer(outcome, next.AsMemory(0, length), key);
        CryptographicOperations.ZeroMemory(key);
        return answer;
    }

    private static EapServerAnswer Answer(EapAuthenticatorOutcome outcome, ReadOnlyMemory<byte> packet, ReadOnlySpan<byte> key) => outcome switch
    {
        EapAuthenticatorOutcome.Request => EapServerAnswer.Request(packet),
        EapAuthenticatorOutcome.Success => EapServerAnswer.Success(packet, key),
        _ => EapServerAnswer.Failure(packet),
    };

    private async Task<RadiusReply?> SendAsync(IpsecSession session, LoginState login, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        // RFC 3579 §2.1: without an Identity of the client's own the NAS may speak it for the client.
        byte[] eap = packet.IsEmpty ? IdentityResponse(login.Eap.Identity!) : packet.ToArray();
        List<RadiusUpstream> silent = [];
        RadiusReply? reply = await client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                if (silent.Count > 0)
                {
                    HeadendLog.NextServer(logger, silent[^1]);
                }

                Write(ref writer, session, login, eap);
            },
            new RadiusSendOptions { Server = login.RadiusState is null ? null : login.Server, OnSilent = silent.Add },
            cancellationToken);
        if (reply is null)
        {
            HeadendLog.NoServer(logger, login.User, session.Remote, string.Join(", ", silent));
        }

        login.Server = reply?.Server ?? login.Server;
        return reply;
    }

    private void Write(ref RadiusPacketWriter writer, IpsecSession session, LoginState login, byte[] eap)
    {
        writer.Add(Rfc2865.UserName, login.Eap.Identity!);
        writer.Add(Rfc2865.NasIpAddress, plan.OuterAddress);
        writer.Add(Rfc2865.NasIdentifier, plan.Configuration.Hostname);
        writer.Add(Rfc2865.NasPort, (uint)session.Id);
        writer.Add(Rfc2865.NasPortType, NasPortType.Virtual);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(Rfc2865.CalledStationId, plan.OuterAddress.ToString());
        IPAddress remote = session.Remote.Address;
        writer.Add(Rfc2865.CallingStationId, (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString());
        if (login.RadiusState is not null)
        {
            writer.Add(Rfc2865.State, login.RadiusState);
        }

        writer.Add(Rfc3579.EapMessage, eap);
    }

    private static byte[] IdentityResponse(string identity)
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(identity);
        byte[] packet = new byte[EapPacket.HeaderSize + 1 + name.Length];
        EapPacket.TryWrite(EapCode.Response, 0, EapMethodType.Identity, name, packet, out _);
        return packet;
    }

    // MSK = MS-MPPE-Recv-Key | MS-MPPE-Send-Key (RFC 3579 §2.5.3 with RFC 2548 §2.4), zeros behind what a method of 16-octet keys gives.
    private static byte[] MasterSessionKey(RadiusReply reply)
    {
        byte[] receive = new byte[253];
        byte[] send = new byte[253];
        bool present = reply.TryDecrypt(MicrosoftVsa.MsMppeRecvKey, receive, out int receiveLength)
            & reply.TryDecrypt(MicrosoftVsa.MsMppeSendKey, send, out int sendLength);
        byte[] key = present && receiveLength + sendLength <= MasterSessionKeySize ? new byte[MasterSessionKeySize] : [];
        if (key.Length > 0)
        {
            receive.AsSpan(0, receiveLength).CopyTo(key);
            send.AsSpan(0, sendLength).CopyTo(key.AsSpan(receiveLength));
        }

        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
        return key;
    }

    // "aaa authorization user eap cached": what the Access-Accept says of the user applies.
    private void Authorize(LoginState login, RadiusPacket accept)
    {
        if (!plan.Profile.UserCached)
        {
            return;
        }

        // RFC 2865 §5.8: 255.255.255.254 and 255.255.255.255 leave the choice to the NAS and to the user.
        if (accept.TryGet(Rfc2865.FramedIpAddress, out IPAddress address) && IosValues.ToUInt32(address) < 0xfffffffe)
        {
            login.FramedAddress = address;
        }

        if (accept.TryGet(Rfc2865.SessionTimeout, out uint seconds) && seconds > 0)
        {
            login.SessionTimeout = TimeSpan.FromSeconds(seconds);
        }
    }
}
