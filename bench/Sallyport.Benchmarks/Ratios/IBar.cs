using System.Globalization;

namespace Sallyport.Benchmarks.Ratios;

/// <summary>Something that is measured for one bar or several.</summary>
internal interface IBar
{
    /// <summary>Measures it.</summary>
    IEnumerable<BarLine> Measure();
}

/// <summary>What came of a bar.</summary>
/// <param name="Name">What was measured, against what.</param>
/// <param name="Value">The value; none where it could not be measured.</param>
/// <param name="Limit">The highest value that passes.</param>
/// <param name="Note">What one should know beside it, or why it was skipped.</param>
internal sealed record BarLine(string Name, double? Value, double Limit, string Note = "")
{
    /// <summary>Whether the bar holds; what was skipped does not fail.</summary>
    public bool Passes => Value is null || Value <= Limit;

    public override string ToString() => Value is null
        ? $"{Name} skipped: {Note}"
        : string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:0.000} {Limit:0.000} {(Passes ? "pass" : "fail")}{(Note.Length > 0 ? "  # " : "")}{Note}");
}
