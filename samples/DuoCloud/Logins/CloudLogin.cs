using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Logins;

/// <summary>How a person is asked.</summary>
public enum LoginFactor
{
    /// <summary>A push to the phone's app.</summary>
    Push,

    /// <summary>A call.</summary>
    Phone,

    /// <summary>Passcodes by text message; the login itself fails.</summary>
    Sms,

    /// <summary>A passcode that came with the call.</summary>
    Passcode,
}

/// <summary>How a login stands.</summary>
/// <param name="Result"><c>waiting</c>, <c>allow</c> or <c>deny</c>.</param>
/// <param name="Status">The state in one word.</param>
/// <param name="Message">The text for the person.</param>
public sealed record LoginState(string Result, string Status, string Message)
{
    /// <summary>Whether it stays so.</summary>
    public bool IsFinal => Result != "waiting";
}

/// <summary>What a client asks for.</summary>
public sealed record LoginRequest
{
    /// <summary>Who asks.</summary>
    public required CloudApplication Application { get; init; }

    /// <summary>The person.</summary>
    public required CloudUser User { get; init; }

    /// <summary>How the person is asked.</summary>
    public required LoginFactor Factor { get; init; }

    /// <summary>The phone, with every factor but the passcode.</summary>
    public CloudPhone? Phone { get; init; }

    /// <summary>The passcode, with that factor.</summary>
    public string? Passcode { get; init; }

    /// <summary>Where the person comes from, as the client says; any text.</summary>
    public string? Address { get; init; }

    /// <summary>What else the phone shows; any text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Details { get; init; } = [];
}

/// <summary>A login under way or lately finished. Safe to use from several threads.</summary>
public sealed class CloudLogin : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<LoginState> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ITimer> _timers = [];
    private LoginState _state;
    private bool _waitingWasTold;

    internal CloudLogin(LoginRequest request, string transactionId, string pushId, LoginState state, DateTimeOffset started, DateTimeOffset expires)
    {
        Request = request;
        TransactionId = transactionId;
        PushId = pushId;
        _state = state;
        Started = started;
        Expires = expires;
        if (state.IsFinal)
        {
            _finished.SetResult(state);
        }
    }

    /// <summary>What was asked for.</summary>
    public LoginRequest Request { get; }

    /// <summary>The id by which the client asks for the state.</summary>
    public string TransactionId { get; }

    /// <summary>The id by which the phone answers: not the client's, who could approve its own login by it.</summary>
    public string PushId { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>How it stands.</summary>
    public LoginState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Ends with the final state.</summary>
    public Task<LoginState> Finished => _finished.Task;

    /// <summary>The state for a client that polls: at once where it holds news, else when the login ends or the patience does.</summary>
    public async Task<LoginState> PollAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state.IsFinal || !_waitingWasTold)
            {
                _waitingWasTold = true;
                return _state;
            }
        }

        try
        {
            return await Finished.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return State;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timers.ForEach(t => t.Dispose());
            _timers.Clear();
        }
    }

    /// <summary>Ends the login, unless it has ended.</summary>
    internal bool TryFinish(LoginState state)
    {
        lock (_gate)
        {
            if (_state.IsFinal)
            {
                return false;
            }

            _state = state;
        }

        Dispose();
        _finished.SetResult(state);
        return true;
    }

    /// <summary>Keeps a timer as long as the login is open.</summary>
    internal void Keep(ITimer timer)
    {
        lock (_gate)
        {
            if (!_state.IsFinal)
            {
                _timers.Add(timer);
                return;
            }
        }

        timer.Dispose();
    }
}
