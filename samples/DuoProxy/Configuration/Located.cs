using Sallyport.Samples.Common;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>A value together with the place it was written at, so that whoever finds it unusable later can still name the line.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="File">The file as the user named it.</param>
/// <param name="Line">The line, counted from 1; for a default, the line of its section.</param>
public sealed record Located<T>(T Value, string File, int Line)
{
    /// <summary>The exception for a value that cannot be used.</summary>
    /// <param name="problem">What is wrong, and what would be right.</param>
    public ConfigurationException Error(string problem) => new(File, Line, problem);

    /// <summary>Only the place; a value may be a secret.</summary>
    public override string ToString() => $"{File}:{Line}";
}
