using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Sallyport.Samples.Common;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Logins;

/// <summary>Begins logins, answers them by policy or by the phone page, and remembers them for a while. Safe to use from several threads.</summary>
public sealed partial class LoginDesk : IDisposable
{
    /// <summary>How many logins are kept at once, finished ones included.</summary>
    public const int Capacity = 10_000;

    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, CloudLogin> _logins = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(DateTimeOffset Until, CloudLogin Login)> _finished = new();
    private readonly ConcurrentDictionary<(string User, string Code), int> _uses = new();
    private readonly DuoCloudConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger<LoginDesk> _logger;
    private TaskCompletionSource _changed = NewSignal();
    private int _begun;

    /// <summary>Creates the desk.</summary>
    public LoginDesk(DuoCloudConfiguration configuration, TimeProvider time, ILogger<LoginDesk> logger)
    {
        _configuration = configuration;
        _time = time;
        _logger = logger;
    }

    /// <summary>How many logins were begun: one for each auth call that was not refused.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>The logins that wait for the phone page, oldest first.</summary>
    public IReadOnlyList<CloudLogin> AwaitingPhone =>
        [.. _logins.Values.Where(l => !l.State.IsFinal && l.Request.User.Policy.Answer == PushAnswer.Manual).OrderBy(l => l.Started)];

    /// <summary>Ends at the next change of <see cref="AwaitingPhone"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Begins a login.</summary>
    /// <returns>The login, maybe finished already; null where too many are under way.</returns>
    public CloudLogin? Begin(LoginRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Forget();
        if (_logins.Count >= Capacity)
        {
            return null;
        }

        PushPolicy policy = request.User.Policy;
        DateTimeOffset now = _time.GetUtcNow();
        CloudLogin login = new(request, NewId(), NewId(), FirstState(request), now, now + _configuration.PushTimeout);
        _logins[login.TransactionId] = login;
        Interlocked.Increment(ref _begun);
        if (login.State.IsFinal)
        {
            Conclude(login);
            return login;
        }

        After(login, _configuration.PushTimeout, LoginTexts.TimedOut);
        LoginState? answer = policy.Answer switch
        {
            PushAnswer.Approve => LoginTexts.Allowed,
            PushAnswer.Deny => LoginTexts.Denied,
            _ => null,
        };
        if (answer is not null && policy.Delay < _configuration.PushTimeout)
        {
            After(login, policy.Delay, answer);
        }

        Signal();
        return login;
    }

    /// <summary>Finds a login by the id that its client got; another application's are not found.</summary>
    public CloudLogin? Find(string transactionId, CloudApplication application) =>
        _logins.TryGetValue(transactionId, out CloudLogin? login) && login.Request.Application.IntegrationKey == application.IntegrationKey ? login : null;

    /// <summary>Answers a push, as the phone does.</summary>
    /// <returns>Whether it was still waiting for an answer.</returns>
    public bool Answer(string pushId, bool approve)
    {
        CloudLogin? login = AwaitingPhone.FirstOrDefault(l => l.PushId == pushId);
        return login is not null && Finish(login, approve ? LoginTexts.Allowed : LoginTexts.Denied);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CloudLogin login in _logins.Values)
        {
            login.Dispose();
        }
    }

    private static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(EventId = 1, EventName = "Login", Level = LogLevel.Information, Message = "{User} at {Application} from {Address}: {Factor} {Device}: {Result} '{Text}' after {Seconds} s")]
    private static partial void LogLogin(ILogger logger, string user, string application, string address, string factor, string device, string result, string text, string seconds);

    private LoginState FirstState(LoginRequest request) => request.User.Status switch
    {
        UserStatus.Bypass => LoginTexts.Bypassed,
        UserStatus.Disabled => LoginTexts.Disabled,
        _ => request.Factor switch
        {
            LoginFactor.Passcode => Spend(request.User, request.Passcode ?? "") ? LoginTexts.Allowed : LoginTexts.WrongPasscode,
            LoginFactor.Sms => LoginTexts.CodesSent,
            LoginFactor.Phone => LoginTexts.Calling(request.Phone!.MaskedNumber),
            _ => LoginTexts.Pushed,
        },
    };

    private bool Spend(CloudUser user, string passcode)
    {
        if (!user.Passcodes.Contains(passcode))
        {
            return false;
        }

        int uses = _uses.AddOrUpdate((user.Name, passcode), 1, (_, n) => n == int.MaxValue ? n : n + 1);
        return _configuration.PasscodeUses == 0 || uses <= _configuration.PasscodeUses;
    }

    private void After(CloudLogin login, TimeSpan delay, LoginState state)
    {
        if (delay <= TimeSpan.Zero)
        {
            Finish(login, state);
            return;
        }

        login.Keep(_time.CreateTimer(_ => Finish(login, state), null, delay, Timeout.InfiniteTimeSpan));
    }

    private bool Finish(CloudLogin login, LoginState state)
    {
        if (!login.TryFinish(state))
        {
            return false;
        }

        Conclude(login);
        Signal();
        return true;
    }

    private void Conclude(CloudLogin login)
    {
        DateTimeOffset now = _time.GetUtcNow();
        _finished.Enqueue((now + Memory, login));
        LoginRequest r = login.Request;
        LoginState s = login.State;
        LogLogin(
            _logger,
            SafeText.OneLine(r.User.Name),
            r.Application.Name,
            SafeText.OneLine(r.Address ?? "an unknown address"),
            r.Factor.ToString().ToLowerInvariant(),
            r.Phone?.Name ?? "-",
            s.Result,
            s.Message,
            (now - login.Started).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture));
    }

    /// <summary>Forgets logins that ended some time ago.</summary>
    private void Forget()
    {
        DateTimeOffset now = _time.GetUtcNow();
        while (_finished.TryPeek(out (DateTimeOffset Until, CloudLogin Login) oldest)
            && (oldest.Until <= now || _logins.Count >= Capacity)
            && _finished.TryDequeue(out oldest))
        {
            _logins.TryRemove(oldest.Login.TransactionId, out _);
        }
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
}
