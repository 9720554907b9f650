namespace Sallyport.Radius.Text;

/// <summary>What stands between an attribute and its value, as users(5) has it.</summary>
public enum RadiusTextOperator
{
    /// <summary><c>=</c>: set, unless it is there already.</summary>
    Set,

    /// <summary><c>:=</c>: set, in place of all that are there.</summary>
    Replace,

    /// <summary><c>+=</c>: add behind those that are there.</summary>
    Append,

    /// <summary><c>^=</c>: add before those that are there.</summary>
    Prepend,

    /// <summary><c>==</c>: is there, with this value.</summary>
    Equal,

    /// <summary><c>!=</c>: is there, with another value.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>: is there, with a smaller value.</summary>
    Less,

    /// <summary><c>&lt;=</c>: is there, with a smaller value or this one.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>: is there, with a greater value.</summary>
    Greater,

    /// <summary><c>&gt;=</c>: is there, with a greater value or this one.</summary>
    GreaterOrEqual,

    /// <summary><c>=*</c>: is there.</summary>
    Present,

    /// <summary><c>!*</c>: is not there.</summary>
    Absent,

    /// <summary><c>=~</c>: is there, and its text matches the regular expression.</summary>
    Matches,

    /// <summary><c>!~</c>: is there, and its text does not match the regular expression.</summary>
    DoesNotMatch,
}

/// <summary>How the operators are spelt.</summary>
internal static class RadiusTextOperators
{
    // Of two that begin alike the longer stands first.
    private static readonly (string Text, RadiusTextOperator Operator)[] All =
    [
        (":=", RadiusTextOperator.Replace), ("+=", RadiusTextOperator.Append), ("^=", RadiusTextOperator.Prepend), ("==", RadiusTextOperator.Equal),
        ("!=", RadiusTextOperator.NotEqual), ("<=", RadiusTextOperator.LessOrEqual), (">=", RadiusTextOperator.GreaterOrEqual), ("=*", RadiusTextOperator.Present),
        ("!*", RadiusTextOperator.Absent), ("=~", RadiusTextOperator.Matches), ("!~", RadiusTextOperator.DoesNotMatch), ("=", RadiusTextOperator.Set),
        ("<", RadiusTextOperator.Less), (">", RadiusTextOperator.Greater),
    ];

    /// <summary>All of them, for messages.</summary>
    public const string Known = "= := += ^= == != < <= > >= =* !* =~ !~";

    public static bool TryRead(string text, int at, out RadiusTextOperator found, out int length)
    {
        foreach ((string spelling, RadiusTextOperator meaning) in All)
        {
            if (string.CompareOrdinal(text, at, spelling, 0, spelling.Length) == 0)
            {
                (found, length) = (meaning, spelling.Length);
                return true;
            }
        }

        (found, length) = (default, 0);
        return false;
    }

    public static string Spelling(RadiusTextOperator meaning) => Array.Find(All, o => o.Operator == meaning).Text;

    /// <summary>Whether it gives an attribute a value rather than asking for one.</summary>
    public static bool Assigns(this RadiusTextOperator meaning) =>
        meaning is RadiusTextOperator.Set or RadiusTextOperator.Replace or RadiusTextOperator.Append or RadiusTextOperator.Prepend;
}
