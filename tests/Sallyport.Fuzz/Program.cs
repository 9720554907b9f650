using System.CommandLine;
using System.Diagnostics;
using Sallyport.Fuzz;

Argument<string> name = new("target") { Description = "list, all, or a target's name." };
Argument<string?> path = new("path") { Description = "An input, or a folder of them, to run once each instead of mutating seeds.", Arity = ArgumentArity.ZeroOrOne };
Option<double> seconds = new("--seconds") { Description = "How long to go on, all targets together.", DefaultValueFactory = _ => 60 };
Option<int> start = new("--start") { Description = "Where the random sequence starts; the same start gives the same inputs.", DefaultValueFactory = _ => Environment.TickCount };
Option<bool> afl = new("--afl") { Description = "Take inputs from AFL++, see fuzz-afl.sh." };
Option<bool> libFuzzer = new("--libfuzzer") { Description = "Take inputs from libFuzzer, through libfuzzer-dotnet." };
RootCommand root = new("Feeds mutated inputs to everything that reads from the network or from a file.") { name, path, seconds, start, afl, libFuzzer };
root.SetAction(result =>
{
    string target = result.GetValue(name)!;
    if (target == "list")
    {
        Console.WriteLine(string.Join(Environment.NewLine, FuzzTargets.All.Select(t => t.Name)));
        return 0;
    }

    IReadOnlyList<FuzzTarget> targets = target == "all" ? FuzzTargets.All : FuzzTargets.Find(target) is { } one ? [one] : [];
    if (targets.Count == 0)
    {
        Console.Error.WriteLine($"'{target}' is no target; 'list' names them");
        return 2;
    }

    if (result.GetValue(afl))
    {
        SharpFuzz.Fuzzer.OutOfProcess.Run(stream => targets[0].Run(ReadAll(stream)));
        return 0;
    }

    if (result.GetValue(libFuzzer))
    {
        SharpFuzz.Fuzzer.LibFuzzer.Run(octets => targets[0].Run(octets.ToArray()));
        return 0;
    }

    TimeSpan each = TimeSpan.FromSeconds(result.GetValue(seconds) / targets.Count);
    bool clean = true;
    foreach (FuzzTarget next in targets)
    {
        clean &= result.GetValue(path) is { } files ? Replay(next, Corpus.Read(files)) : Fuzz(next, each, result.GetValue(start));
    }

    return clean ? 0 : 1;
});
return root.Parse(args).Invoke();

static bool Replay(FuzzTarget target, IReadOnlyList<byte[]> inputs)
{
    bool[] results = [.. inputs.Select(i => TryRun(target, i))];
    bool clean = results.All(r => r);
    Console.WriteLine($"{target.Name}: {inputs.Count} inputs, {(clean ? "no crash" : "CRASHED")}");
    return clean && inputs.Count > 0;
}

static bool Fuzz(FuzzTarget target, TimeSpan duration, int start)
{
    Mutator mutator = new(start, [.. Corpus.Seeds(target.Name), .. Corpus.Crashes(target.Name)]);
    long began = Stopwatch.GetTimestamp();
    long runs = 0;
    while (Stopwatch.GetElapsedTime(began) < duration)
    {
        runs++;
        if (!TryRun(target, mutator.Next()))
        {
            Console.WriteLine($"{target.Name}: CRASHED after {runs} runs, start {start}");
            return false;
        }
    }

    Console.WriteLine($"{target.Name}: {runs} runs in {duration.TotalSeconds:0} s, no crash, start {start}");
    return true;
}

static bool TryRun(FuzzTarget target, byte[] input)
{
    // A target that does not come back cannot be stopped, but its input can be kept.
    using Timer watchdog = new(_ => Console.Error.WriteLine($"{target.Name}: HANGS on {Corpus.Keep(target.Name, input)}"), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
    try
    {
        target.Run([.. input]);
        return true;
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"{target.Name}: {e.GetType().Name} on {Corpus.Keep(target.Name, input)}: {e.Message}{Environment.NewLine}{e.StackTrace}");
        return false;
    }
}

static byte[] ReadAll(Stream stream)
{
    using MemoryStream copy = new();
    stream.CopyTo(copy);
    return copy.ToArray();
}
