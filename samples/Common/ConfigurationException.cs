namespace Sallyport.Samples.Common;

/// <summary>
/// A configuration that cannot be used. <see cref="Exception.Message"/> reads <c>file:line: what is wrong and what would be right</c>,
/// the form editors and shells can jump to.
/// </summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Creates the exception for one place in one file.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="problem">What is wrong, and what would be right.</param>
    public ConfigurationException(string file, int line, string problem)
        : base($"{file}:{line}: {problem}")
    {
        File = file;
        Line = line;
        Problem = problem;
    }

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; }

    /// <summary>What is wrong, and what would be right.</summary>
    public string Problem { get; }
}
