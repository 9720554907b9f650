using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// One peer's EAP packets on their way to a server and back (RFC 3579 §2): State and User-Name are kept, and once a server has answered, the
/// conversation stays with it (RFC 2865 §5.24). One round at a time.
/// </summary>
public sealed class RadiusEapConversation
{
    private readonly RadiusClient _client;
    private readonly string _user;
    private readonly RadiusRequestWriter? _write;
    private byte[]? _state;

    /// <summary>Begins a conversation; nothing is sent yet.</summary>
    /// <param name="client">The client.</param>
    /// <param name="user">User-Name: the peer's EAP identity.</param>
    /// <param name="write">Adds further attributes to each request.</param>
    public RadiusEapConversation(RadiusClient client, string user, RadiusRequestWriter? write = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(user);
        (_client, _user, _write) = (client, user, write);
    }

    /// <summary>The server that the conversation is with, once one has answered.</summary>
    public RadiusUpstream? Server { get; private set; }

    /// <summary>Sends the peer's packet.</summary>
    /// <param name="packet">An EAP-Response of the peer, cut into EAP-Message attributes as needed.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <returns>The reply, whose EAP packet <see cref="EapOf"/> joins: a challenge has the server's next one. <see langword="null"/> where no server answered.</returns>
    public async Task<RadiusReply?> SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        RadiusReply? reply = await _client.SendAsync(
            RadiusCode.AccessRequest,
            (ref RadiusPacketWriter writer, RadiusHop hop) =>
            {
                writer.Add(RadiusClientKeys.UserName, _user);
                if (_state is not null)
                {
                    writer.Add(RadiusClientKeys.State, _state);
                }

                writer.Add(RadiusClientKeys.EapMessage, packet.Span);
                _write?.Invoke(ref writer, hop);
            },
            new RadiusSendOptions { Server = Server },
            cancellationToken).ConfigureAwait(false);
        if (reply is not null)
        {
            Server = reply.Server;
            _state = reply.Packet.TryGet(RadiusClientKeys.State, out ReadOnlySpan<byte> state) ? state.ToArray() : null;
        }

        return reply;
    }

    /// <summary>The EAP packet that a reply carries; empty where it has none.</summary>
    public static byte[] EapOf(RadiusReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        RadiusPacket packet = reply.Packet;
        byte[] eap = new byte[packet.GetLength(RadiusClientKeys.EapMessage)];
        packet.TryGet(RadiusClientKeys.EapMessage, eap, out _);
        return eap;
    }
}
