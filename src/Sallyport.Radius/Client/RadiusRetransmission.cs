namespace Sallyport.Radius.Client;

/// <summary>When an unanswered request is sent again (RFC 5080 §2.2.1, with a fixed number of tries as administrators configure it).</summary>
/// <param name="Wait">How long the first try waits.</param>
/// <param name="Tries">How often it is sent in all, at least once.</param>
/// <param name="Growth">By what each further wait grows; 1 keeps it.</param>
public sealed record RadiusRetransmission(TimeSpan Wait, int Tries, double Growth = 1)
{
    /// <summary>2 s, four tries.</summary>
    public static RadiusRetransmission Default { get; } = new(TimeSpan.FromSeconds(2), 4);

    /// <summary>How long the try with this number waits.</summary>
    /// <param name="attempt">From 1.</param>
    internal TimeSpan WaitOf(int attempt) => TimeSpan.FromTicks((long)(Wait.Ticks * Math.Pow(Growth, attempt - 1)));
}
