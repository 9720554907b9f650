using System.CommandLine;

namespace Sallyport.Benchmarks.Ratios;

/// <summary><c>ratios</c>: every bar a line, and whether it holds.</summary>
internal static class RatiosCommand
{
    public static Command Create()
    {
        Argument<string?> group = new("group") { Description = "One group alone.", Arity = ArgumentArity.ZeroOrOne };
        group.AcceptOnlyFromAmong([.. Bars.Groups]);
        Command command = new("ratios", "Measure each piece of work against a primitive or a peer in the same run: a line 'name value bar pass|fail' each; the exit code is 1 if any fails.") { group };
        command.SetAction(result => Run(result.GetValue(group)));
        return command;
    }

    private static int Run(string? group)
    {
        bool passed = true;
        foreach (IBar bar in Bars.Of(group))
        {
            foreach (BarLine line in bar.Measure())
            {
                passed &= line.Passes;
                Console.WriteLine(line);
            }
        }

        return passed ? 0 : 1;
    }
}
