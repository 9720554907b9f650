using System.Text;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.DuoProxy.Configuration;
using Sallyport.Samples.DuoProxy.Logging;

namespace Sallyport.Samples.DuoProxy.Proxy;

/// <summary>One [radius_server_auto]: the first factor at the primary, the second at Duo, and one answer for both.</summary>
internal sealed class ServerSection
{
    private static readonly TimeSpan Finished = TimeSpan.FromSeconds(30);
    private const int Capacity = 65536;
    private const string NoReplyMessage = "No reply message in packet";
    private readonly RadiusServerAutoSection _section;
    private readonly PrimaryServers _primary;
    private readonly SecondFactor _secondFactor;
    private readonly ProxyCounters _counters;
    private readonly ILogger _logger;
    private readonly LoginTable<LoginAnswer> _logins;
    private readonly RadiusConversations _conversations;
    private readonly HashSet<RadiusAttributeId> _passing = [];
    private readonly RadiusAttributeId _addressAttribute;

    public ServerSection(RadiusServerAutoSection section, PrimaryServers primary, SecondFactor secondFactor, ProxyCounters counters, TimeProvider time, ILogger logger)
    {
        _section = section;
        _primary = primary;
        _secondFactor = secondFactor;
        _counters = counters;
        _logger = logger;
        _logins = new LoginTable<LoginAnswer>(time, Finished, Capacity);
        _conversations = new RadiusConversations(time);
        foreach (Located<string> name in section.PassThrough.Names)
        {
            _passing.Add(AttributeNames.TryFind(name.Value, out RadiusAttributeId id) ? id : throw name.Error($"'{name.Value}' is no attribute of the dictionaries, such as Cisco-AVPair"));
        }

        if (!AttributeNames.TryFind(section.ClientAddressAttribute.Value, out _addressAttribute))
        {
            throw section.ClientAddressAttribute.Error($"'{section.ClientAddressAttribute.Value}' is no attribute of the dictionaries, such as Calling-Station-Id");
        }
    }

    /// <summary>The section's name.</summary>
    public string Name => _section.Name;

    /// <summary>Handles a request: joins the login that it repeats, or begins one.</summary>
    public async Task<RadiusResponse> HandleAsync(RadiusRequest request, RequestTag tag, CancellationToken cancellationToken)
    {
        _counters.BeginWork();
        try
        {
            LoginAnswer answer = await _logins.JoinOrStart(Identify(request), () => LogInAsync(request, tag, cancellationToken), out bool joined).WaitAsync(cancellationToken);
            if (joined)
            {
                _counters.CountDuplicate();
                _logger.Duplicate(tag);
            }

            Count(answer.Code);
            _logger.Returning(tag, (byte)answer.Code, answer.Name);
            RadiusResponse reply = request.CreateReply(answer.Code, answer.Write);
            _logger.Sending(tag);
            return reply;
        }
        finally
        {
            _counters.EndWork();
        }
    }

    private async Task<LoginAnswer> LogInAsync(RadiusRequest request, RequestTag tag, CancellationToken cancellationToken)
    {
        _logger.LoginAttempt(tag, LogText.Quoted(tag.User));
        RadiusReply? primary = await _primary.AskAsync(request, tag, _conversations.Find(request), cancellationToken);
        if (primary is null)
        {
            _logger.PrimaryUnreachable(tag, _primary.Hosts);
            return Answers.Reject(request, "The primary server does not answer.");
        }

        RadiusPacket packet = primary.Packet;
        switch (packet.Code)
        {
            case RadiusCode.AccessChallenge:
                _conversations.Remember(request, primary);
                return Answers.Challenge(request, primary);
            case RadiusCode.AccessAccept:
                return await AskDuoAsync(request, tag, primary, cancellationToken);
            default:
                string message = packet.GetString(Rfc2865.ReplyMessage) ?? NoReplyMessage;
                _logger.PrimaryRejected(tag, LogText.OneLine(message));
                return Answers.Reject(request, message, primary);
        }
    }

    private async Task<LoginAnswer> AskDuoAsync(RadiusRequest request, RequestTag tag, RadiusReply accept, CancellationToken cancellationToken)
    {
        SecondFactorResult result;
        if (_section.ExemptUserNames.Contains(tag.User))
        {
            _logger.Exempt(tag, LogText.Quoted(tag.User));
            result = new SecondFactorResult(true, "");
        }
        else
        {
            result = await _secondFactor.AskAsync(tag, UserAddressOf(request), cancellationToken);
        }

        return result.Allowed
            ? Answers.Accept(request, accept, id => _section.PassThrough.Everything || _passing.Contains(id), result.Message)
            : Answers.Reject(request, result.Message.Length > 0 ? result.Message : "Access denied.");
    }

    private string UserAddressOf(RadiusRequest request) =>
        request.Packet.TryGetRaw(_addressAttribute, out ReadOnlySpan<byte> value) && UserAddress.Normalize(Encoding.UTF8.GetString(value)) is { } address
            ? address
            : UserAddress.Unknown;

    // Whoever sends the same octets but for the identifier means the same login, from whatever port.
    private static Fingerprint Identify(RadiusRequest request)
    {
        using Fingerprint.Builder builder = new();
        return builder.Add(request.Remote.Address).Add(request.Packet.Authenticator).Add(request.Packet.Span[RadiusPacket.HeaderSize..]).Finish();
    }

    private void Count(RadiusCode code)
    {
        switch (code)
        {
            case RadiusCode.AccessAccept:
                _counters.CountAccept();
                break;
            case RadiusCode.AccessReject:
                _counters.CountReject();
                break;
            default:
                _counters.CountChallenge();
                break;
        }
    }
}
