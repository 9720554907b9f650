using System.CommandLine;
using System.Globalization;

namespace Sallyport.Benchmarks.Ratios;

/// <summary><c>ratios</c>: every bar a line, and whether it holds.</summary>
internal static class RatiosCommand
{
    public static Command Create()
    {
        string[] groups = [.. Bars.All.Select(b => b.Group).Distinct()];
        Argument<string?> group = new("group") { Description = "One group alone.", Arity = ArgumentArity.ZeroOrOne };
        group.AcceptOnlyFromAmong(groups);
        Command command = new("ratios", "Measure each piece of work against a primitive or a peer in the same run: a line 'name value bar pass|fail' each; the exit code is 1 if any fails.") { group };
        command.SetAction(result => Run(result.GetValue(group)));
        return command;
    }

    private static int Run(string? group)
    {
        bool passed = true;
        foreach (IBar bar in Bars.All.Where(b => group is null || b.Group == group))
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
