namespace Sallyport.Radius.Dictionary;

/// <summary>A place in a dictionary.</summary>
/// <param name="Path">The file as it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Offset">How many characters of the file stand before it.</param>
/// <param name="Length">How many characters it spans.</param>
public sealed record DictionaryLocation(string Path, int Line, int Column, int Offset, int Length);

/// <summary>What is wrong with a dictionary, or more than is taken of it.</summary>
/// <param name="Code">Which of <see cref="DictionaryDiagnostics"/>.</param>
/// <param name="Location">Where.</param>
/// <param name="Message">What, and what would be right.</param>
public sealed record DictionaryProblem(string Code, DictionaryLocation Location, string Message);

/// <summary>The codes of <see cref="DictionaryProblem"/>. A code keeps its meaning for good.</summary>
public static class DictionaryDiagnostics
{
    /// <summary>A keyword that is unknown.</summary>
    public const string UnknownKeyword = "SALR0001";

    /// <summary>A line with too few or too many words.</summary>
    public const string WordCount = "SALR0002";

    /// <summary>A number that is none, or out of range.</summary>
    public const string Number = "SALR0003";

    /// <summary>A data type that is unknown.</summary>
    public const string UnknownType = "SALR0004";

    /// <summary>A flag that is unknown, or does not go with the type.</summary>
    public const string Flag = "SALR0005";

    /// <summary>A name given twice, with different meanings.</summary>
    public const string DuplicateName = "SALR0006";

    /// <summary>A value for an attribute that neither this dictionary nor one that it includes defines: a warning, for the value has its name.</summary>
    public const string UnknownAttribute = "SALR0007";

    /// <summary>A vendor that was not defined, or a block that is not open or not closed.</summary>
    public const string Block = "SALR0008";

    /// <summary>Right syntax for which no code is made: a warning, for the rest of the dictionary is whole.</summary>
    public const string Unsupported = "SALR0009";

    /// <summary>An included file that is missing, or that includes itself.</summary>
    public const string Include = "SALR0010";

    /// <summary>A number that has another name already: a warning, for both names work.</summary>
    public const string DuplicateNumber = "SALR0012";

    /// <summary>A number within an attribute that is not defined, or that holds no others.</summary>
    public const string Parent = "SALR0013";

    /// <summary>Two dictionaries that make the same type.</summary>
    public const string TypeCollision = "SALR0014";

    /// <summary>A namespace or class name that C# does not take.</summary>
    public const string TypeName = "SALR0015";

    /// <summary>A dictionary of another protocol than RADIUS.</summary>
    public const string Protocol = "SALR0017";

    /// <summary>A MEMBER, STRUCT or union without the structure that it needs, or that does not fit into it.</summary>
    public const string Structure = "SALR0018";

    /// <summary>ALIAS, <c>enum=</c> or <c>clone=</c> of an attribute that neither this dictionary nor one that it includes defines.</summary>
    public const string Reference = "SALR0019";

    /// <summary>Whether a dictionary with a problem of this code is whole all the same.</summary>
    /// <param name="code">One of the codes here.</param>
    public static bool IsWarning(string code) => code is UnknownAttribute or Unsupported or DuplicateNumber;
}
