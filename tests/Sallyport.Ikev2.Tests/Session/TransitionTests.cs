using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Session;

public class TransitionTests
{
    // States down, triggers across; a dot where a trigger has no place.
    private const string Snapshot = """
                       InitDone        Asked           EapContinues    EapSucceeded    Authenticated   Delete          Close
        Init           Authenticating  .               .               .               .               .               Closed
        Authenticating .               Deciding        .               .               .               Deleting        Closed
        Deciding       .               Deciding        Authenticating  Confirming      Established     Deleting        Closed
        Confirming     .               Deciding        .               .               Established     Deleting        Closed
        Established    .               .               .               .               .               Deleting        Closed
        Deleting       .               .               .               .               .               .               Closed
        Closed         .               .               .               .               .               .               .
        """;

    [Fact]
    public void Every_state_meets_every_trigger_as_the_table_says()
    {
        IkeTrigger[] triggers = Enum.GetValues<IkeTrigger>();
        List<string> lines = [(new string(' ', 15) + string.Concat(triggers.Select(t => t.ToString().PadRight(16)))).TrimEnd()];
        foreach (IkeSessionState state in Enum.GetValues<IkeSessionState>())
        {
            lines.Add((state.ToString().PadRight(15) + string.Concat(triggers.Select(t => (IkeSessionTransitions.Next(state, t)?.ToString() ?? ".").PadRight(16)))).TrimEnd());
        }

        Assert.Equal(Snapshot.ReplaceLineEndings("\n"), string.Join('\n', lines));
    }
}
