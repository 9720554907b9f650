namespace Sallyport.Radius.Text;

/// <summary>What kind of mistake a text has.</summary>
public enum RadiusTextErrorKind
{
    /// <summary>The text is not of the form that should stand there.</summary>
    Syntax,

    /// <summary>No attribute of the dictionary has the name.</summary>
    UnknownAttribute,

    /// <summary>The value is none of the attribute's type, or too long.</summary>
    Value,

    /// <summary>The operator has no meaning there.</summary>
    Operator,

    /// <summary>A value that a dump has masked: what was there is not known.</summary>
    Masked,

    /// <summary>An included file cannot be read.</summary>
    Include,
}

/// <summary>The first mistake in a text.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="File">The file, as the caller named it.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The character of the line, counted from 1.</param>
/// <param name="Problem">What is wrong and what would be right. Never a value that was given for a secret.</param>
public sealed record RadiusTextError(RadiusTextErrorKind Kind, string File, int Line, int Column, string Problem)
{
    /// <summary><c>file:line:column: problem</c>, the form editors and shells can jump to.</summary>
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}:{Column}: {Problem}");
}
