using System.Security.Cryptography;
using System.Text;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// The usual requests over <see cref="RadiusClient.SendAsync"/>. Each takes a delegate that adds what else the server should know, such as
/// NAS-Identifier, and returns <see langword="null"/> where no server answered. A login is good where <see cref="RadiusReply.IsAccepted"/> says
/// so, and nowhere else.
/// </summary>
public static class RadiusLogins
{
    private const int MsChapChallengeSize = 16;

    /// <summary>Logs in with a password (PAP, RFC 2865 §5.2).</summary>
    /// <param name="client">The client.</param>
    /// <param name="user">User-Name.</param>
    /// <param name="password">The password, at most 128 octets in UTF-8.</param>
    /// <param name="write">Adds further attributes.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <exception cref="InvalidOperationException">A value does not fit its attribute.</exception>
    public static Task<RadiusReply?> PapAsync(
        this RadiusClient client, string user, string password, RadiusRequestWriter? write = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(password);
        byte[] octets = Encoding.UTF8.GetBytes(password);
        return client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.UserName, user);
                writer.Add(RadiusClientKeys.UserPassword, octets, hop.Secret);
                write?.Invoke(ref writer, hop);
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Answers an Access-Challenge (RFC 2865 §4.4): the same server, its State, and what the person replied in place of the password.</summary>
    /// <param name="client">The client.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="user">User-Name.</param>
    /// <param name="response">What the person replied, such as a passcode.</param>
    /// <param name="write">Adds further attributes.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <exception cref="ArgumentException">The reply is no challenge.</exception>
    public static Task<RadiusReply?> AnswerAsync(
        this RadiusClient client, RadiusReply challenge, string user, string response, RadiusRequestWriter? write = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(response);
        if (challenge.Outcome != RadiusOutcome.Challenged)
        {
            throw new ArgumentException("only an Access-Challenge is answered", nameof(challenge));
        }

        byte[] octets = Encoding.UTF8.GetBytes(response);
        return client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.UserName, user);
                writer.Add(RadiusClientKeys.UserPassword, octets, hop.Secret);
                if (challenge.Packet.TryGet(RadiusClientKeys.State, out ReadOnlySpan<byte> state))
                {
                    writer.Add(RadiusClientKeys.State, state);
                }

                write?.Invoke(ref writer, hop);
            },
            new RadiusSendOptions { Server = challenge.Server },
            cancellationToken);
    }

    /// <summary>Logs in by CHAP (RFC 2865 §5.3): the password does not leave, but the server must know it in the clear.</summary>
    /// <param name="client">The client.</param>
    /// <param name="user">User-Name.</param>
    /// <param name="password">The password, at most 253 octets in UTF-8.</param>
    /// <param name="write">Adds further attributes.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    public static Task<RadiusReply?> ChapAsync(
        this RadiusClient client, string user, string password, RadiusRequestWriter? write = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(password);

        // RFC 9765 §5.1.2: the challenge is always its own attribute; a proxy, or RADIUS/1.1, has another authenticator.
        byte[] challenge = RandomNumberGenerator.GetBytes(RadiusAuthenticators.Size);
        byte[] response = new byte[RadiusChap.PasswordSize];
        RadiusChap.Respond(RandomNumberGenerator.GetBytes(1)[0], challenge, Encoding.UTF8.GetBytes(password), response);
        return client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.UserName, user);
                writer.Add(RadiusClientKeys.ChapPassword, response);
                writer.Add(RadiusClientKeys.ChapChallenge, challenge);
                write?.Invoke(ref writer, hop);
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Logs in by MS-CHAPv2 (RFC 2759, RFC 2548 §2.3), in which the server has to show that it knows the password too.</summary>
    /// <param name="client">The client.</param>
    /// <param name="user">User-Name.</param>
    /// <param name="password">The password.</param>
    /// <param name="write">Adds further attributes.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <returns>The reply. An Access-Accept whose MS-CHAP2-Success is missing or wrong has the outcome <see cref="RadiusOutcome.Unproven"/>.</returns>
    public static async Task<RadiusReply?> MsChap2Async(
        this RadiusClient client, string user, string password, RadiusRequestWriter? write = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(user);
        byte[] challenge = RandomNumberGenerator.GetBytes(MsChapChallengeSize);
        byte[] name = Encoding.UTF8.GetBytes(user);
        byte[] hash = RadiusMsChap.HashPassword(password);
        byte[] response = RadiusMsChap.Respond2(RandomNumberGenerator.GetBytes(1)[0], challenge, RandomNumberGenerator.GetBytes(MsChapChallengeSize), name, hash);
        RadiusReply? reply = await client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.UserName, user);
                writer.Add(RadiusClientKeys.MsChapChallenge, challenge);
                writer.Add(RadiusClientKeys.MsChap2Response, response);
                write?.Invoke(ref writer, hop);
            },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        bool proven = reply is not null
            && reply.Packet.TryGet(RadiusClientKeys.MsChap2Success, out ReadOnlySpan<byte> success) && RadiusMsChap.VerifySuccess2(success, response, challenge, name, hash);
        CryptographicOperations.ZeroMemory(hash);
        return reply is { IsAccepted: true } && !proven ? reply.Unproven() : reply;
    }

    /// <summary>Sends an Accounting-Request (RFC 2866).</summary>
    /// <param name="client">The client.</param>
    /// <param name="status">Acct-Status-Type: 1 Start, 2 Stop, 3 Interim-Update, 7 Accounting-On, 8 Accounting-Off.</param>
    /// <param name="write">Adds the attributes, Acct-Session-Id among them.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    public static Task<RadiusReply?> AccountAsync(this RadiusClient client, uint status, RadiusRequestWriter write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(write);
        return client.SendAsync(
            RadiusCode.AccountingRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.AcctStatusType, status);
                write(ref writer, hop);
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Asks one server for a sign of life (Status-Server, RFC 5997).</summary>
    /// <param name="client">The client.</param>
    /// <param name="server">The server, one of the client's.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    public static Task<RadiusReply?> StatusAsync(this RadiusClient client, RadiusUpstream server, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.SendAsync(RadiusCode.StatusServer, (ref RadiusPacketWriter _, RadiusHop _) => { }, new RadiusSendOptions { Server = server }, cancellationToken);
    }

    /// <summary>Asks a device to change a session (CoA-Request, RFC 5176 §2.2). The device is the client's server; its port is usually 3799.</summary>
    /// <param name="client">The client.</param>
    /// <param name="write">Adds what names the session, and what is to change.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    public static Task<RadiusReply?> ChangeAsync(this RadiusClient client, RadiusRequestWriter write, CancellationToken cancellationToken = default) =>
        DynamicAsync(client, RadiusCode.CoaRequest, write, cancellationToken);

    /// <summary>Asks a device to end a session (Disconnect-Request, RFC 5176 §2.1).</summary>
    /// <param name="client">The client.</param>
    /// <param name="write">Adds what names the session.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    public static Task<RadiusReply?> DisconnectAsync(this RadiusClient client, RadiusRequestWriter write, CancellationToken cancellationToken = default) =>
        DynamicAsync(client, RadiusCode.DisconnectRequest, write, cancellationToken);

    private static Task<RadiusReply?> DynamicAsync(RadiusClient client, RadiusCode code, RadiusRequestWriter write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(write);
        DateTimeOffset now = client.UtcNow;
        return client.SendAsync(
            code,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                // RFC 5176 §6.3: so that the request cannot be replayed.
                writer.Add(RadiusClientKeys.EventTimestamp, now);
                write(ref writer, hop);
            },
            cancellationToken: cancellationToken);
    }
}
