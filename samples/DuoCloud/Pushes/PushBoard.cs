using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sallyport.Samples.DuoCloud.Configuration;

namespace Sallyport.Samples.DuoCloud.Pushes;

/// <summary>How a transaction ended.</summary>
/// <param name="Allowed">Whether the person may pass.</param>
/// <param name="Status">Duo's text for it.</param>
/// <param name="State">Duo's word for it in /auth/v2: allow, deny, timeout.</param>
public sealed record PushAnswer(bool Allowed, string Status, string State)
{
    /// <summary>Approved.</summary>
    public static PushAnswer Approved { get; } = new(true, "Success. Logging you in...", "allow");

    /// <summary>Denied by the person.</summary>
    public static PushAnswer Denied { get; } = new(false, "Login request denied.", "deny");

    /// <summary>Nobody answered.</summary>
    public static PushAnswer TimedOut { get; } = new(false, "Login timed out.", "timeout");
}

/// <summary>A push under way.</summary>
/// <param name="Id">Its id, which nobody can guess.</param>
/// <param name="Application">What the person logs in to.</param>
/// <param name="User">Who logs in.</param>
/// <param name="Address">From where, as the application says.</param>
/// <param name="At">Since when.</param>
public sealed record Push(string Id, string Application, DuoUser User, string Address, DateTimeOffset At)
{
    internal TaskCompletionSource<PushAnswer> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer, once there is one.</summary>
    public Task<PushAnswer> Answer => Source.Task;
}

/// <summary>The pushes under way, and those that ended a moment ago.</summary>
public sealed class PushBoard(DuoCloudConfiguration configuration, TimeProvider time)
{
    private const int MostPushes = 10_000;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, Push> _pushes = new();
    private int _begun;

    /// <summary>How many pushes were begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Those that a person is to answer, oldest first.</summary>
    public IReadOnlyList<Push> Waiting => [.. _pushes.Values.Where(p => p.User.Policy == PushPolicy.Manual && !p.Answer.IsCompleted).OrderBy(p => p.At)];

    /// <summary>Begins a push; null where there are too many.</summary>
    public Push? Begin(string application, DuoUser user, string address)
    {
        if (_pushes.Count >= MostPushes)
        {
            return null;
        }

        Interlocked.Increment(ref _begun);
        Push push = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), application, user, address, time.GetUtcNow());
        _pushes[push.Id] = push;
        _ = RunAsync(push);
        return push;
    }

    /// <summary>Finds a push by its id.</summary>
    public Push? Find(string id) => _pushes.GetValueOrDefault(id);

    /// <summary>Answers a push that waits for a person.</summary>
    /// <returns>Whether it waited.</returns>
    public bool TryAnswer(string id, bool approve) =>
        Find(id) is { User.Policy: PushPolicy.Manual } push && push.Source.TrySetResult(approve ? PushAnswer.Approved : PushAnswer.Denied);

    private async Task RunAsync(Push push)
    {
        switch (push.User.Policy)
        {
            case PushPolicy.Approve:
                await Task.Delay(push.User.Delay, time);
                push.Source.TrySetResult(PushAnswer.Approved);
                break;
            case PushPolicy.Deny:
                await Task.Delay(push.User.Delay, time);
                push.Source.TrySetResult(PushAnswer.Denied);
                break;
            default:
                await Task.WhenAny(push.Answer, Task.Delay(configuration.PushTimeout, time));
                push.Source.TrySetResult(PushAnswer.TimedOut);
                break;
        }

        await Task.Delay(Memory, time);
        _pushes.TryRemove(push.Id, out _);
    }
}
