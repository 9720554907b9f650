using System.Globalization;
using BenchmarkDotNet.Running;
using Sallyport.Benchmarks.Ratios;

if (args is not ["ratios", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Bars).Assembly).Run(args);
    return 0;
}

string[] groups = [.. Bars.All.Select(b => b.Group).Distinct()];
if (args.Length > 2 || (args.Length == 2 && !groups.Contains(args[1])))
{
    Console.Error.WriteLine($"usage: ratios [{string.Join('|', groups)}]");
    return 2;
}

bool passed = true;
foreach (Bar bar in Bars.All.Where(b => args.Length == 1 || b.Group == args[1]))
{
    double value = bar.Measure();
    bool pass = value <= bar.Limit;
    passed &= pass;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bar.Name} {value:0.00} {bar.Limit:0.00} {(pass ? "pass" : "fail")}"));
}

return passed ? 0 : 1;
