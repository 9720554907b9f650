using System.Text;

namespace Sallyport.Radius.Text;

/// <summary>A value as it is written.</summary>
/// <param name="Octets">What it says, in UTF-8; escapes may have made octets that are none.</param>
/// <param name="Text">The same as text.</param>
/// <param name="IsQuoted">Whether it stands in quotation marks.</param>
/// <param name="Column">Where it begins.</param>
internal readonly record struct RadiusTextWord(byte[] Octets, string Text, bool IsQuoted, int Column);

/// <summary>Walks over a text and keeps the first mistake. A value never reaches beyond its line.</summary>
internal sealed class RadiusTextReader(string file, string text)
{
    private int _at;
    private int _lineStart;

    public string File { get; } = file;

    public int Line { get; private set; } = 1;

    public int Column => _at - _lineStart + 1;

    public RadiusTextError? Error { get; private set; }

    /// <summary>Whether nothing follows.</summary>
    public bool IsAtEnd => _at >= text.Length;

    /// <summary>The next character, or a line's end where nothing follows.</summary>
    public char Next => IsAtEnd ? '\n' : text[_at];

    /// <summary>Whether only a comment may follow on this line.</summary>
    public bool IsAtLineEnd => Next is '\n' or '\r' or '#';

    /// <summary>Remembers a mistake, unless there was one before.</summary>
    public bool Fail(RadiusTextErrorKind kind, string problem, int column = 0, int line = 0)
    {
        Error ??= new RadiusTextError(kind, File, line == 0 ? Line : line, column == 0 ? Column : column, problem);
        return false;
    }

    /// <summary>Takes over a mistake of an included file.</summary>
    public bool Fail(RadiusTextError error)
    {
        Error ??= error;
        return false;
    }

    public void SkipBlanks()
    {
        while (!IsAtEnd && text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    /// <summary>Goes to the beginning of the next line.</summary>
    public void SkipLine()
    {
        SkipToLineEnd();
        if (!IsAtEnd)
        {
            _at++;
            Line++;
            _lineStart = _at;
        }
    }

    /// <summary>Goes to the end of this line.</summary>
    public void SkipToLineEnd()
    {
        while (!IsAtEnd && text[_at] != '\n')
        {
            _at++;
        }
    }

    /// <summary>The rest of this line, looking without stepping.</summary>
    public string PeekLine()
    {
        int end = text.IndexOf('\n', _at);
        return text.Substring(_at, (end < 0 ? text.Length : end) - _at).TrimEnd('\r');
    }

    /// <summary>Steps over a character, if it is the next one.</summary>
    public bool TrySkip(char wanted)
    {
        bool found = !IsAtEnd && text[_at] == wanted;
        _at += found ? 1 : 0;
        return found;
    }

    /// <summary>Whether a text is what follows, looking without stepping.</summary>
    public bool StartsWith(string wanted) => string.CompareOrdinal(text, _at, wanted, 0, wanted.Length) == 0;

    /// <summary>Reads what stands before the next blank or line's end, and where it is not to be a part before a comma or comment.</summary>
    public string ReadWord(bool whole = false)
    {
        int start = _at;
        while (!IsAtEnd && text[_at] is not (' ' or '\t' or '\r' or '\n') && (whole || text[_at] is not (',' or '#')))
        {
            _at++;
        }

        return text.Substring(start, _at - start);
    }

    /// <summary>Reads an attribute's name, with the tag that may stand behind a colon.</summary>
    public bool TryReadName(out string name)
    {
        int start = _at;

        // The colon of ":=" is no tag's.
        while (!IsAtEnd && (IsNameCharacter(text[_at]) || (text[_at] == ':' && _at > start && _at + 1 < text.Length && IsNameCharacter(text[_at + 1]))))
        {
            _at++;
        }

        name = text.Substring(start, _at - start);
        return name.Length > 0 || Fail(RadiusTextErrorKind.Syntax, "the name of an attribute should stand here, such as User-Name");
    }

    public bool TryReadOperator(out RadiusTextOperator meaning)
    {
        bool found = RadiusTextOperators.TryRead(text, _at, out meaning, out int length);
        _at += length;
        return found || Fail(RadiusTextErrorKind.Syntax, $"an operator should stand here: one of {RadiusTextOperators.Known}");
    }

    /// <summary>
    /// Reads a value: a word up to a blank, comma, comment or line's end; or a text in single or double quotation marks, in which
    /// <c>\"</c>, <c>\'</c>, <c>\\</c>, <c>\n</c>, <c>\r</c>, <c>\t</c>, <c>\x1f</c> and <c>\037</c> (octal) stand for a character or octet,
    /// and any other backslash for itself. In single ones only <c>\'</c> and <c>\\</c> do.
    /// </summary>
    public bool TryReadValue(out RadiusTextWord word)
    {
        int column = Column;
        if (Next is '"' or '\'')
        {
            return TryReadQuoted(column, out word);
        }

        string bare = Next == '`' ? string.Empty : ReadWord();
        word = new RadiusTextWord(Encoding.UTF8.GetBytes(bare), bare, false, column);
        return bare.Length > 0 || Fail(RadiusTextErrorKind.Syntax, Next == '`' ? "a value should stand here; commands in backquotes are not run" : "a value should stand here");
    }

    private static bool IsNameCharacter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' or '/' or '+';

    private bool TryReadQuoted(int column, out RadiusTextWord word)
    {
        char quote = text[_at++];
        List<byte> octets = [];
        int run = _at;
        word = default;
        while (Next != quote)
        {
            if (Next is '\n' or '\r')
            {
                return Fail(RadiusTextErrorKind.Syntax, $"the quotation mark should be closed by another {quote} on the same line", column);
            }

            if (Next == '\\' && TryReadEscape(quote, out byte octet, out int length))
            {
                octets.AddRange(Encoding.UTF8.GetBytes(text.Substring(run, _at - run)));
                octets.Add(octet);
                _at += length;
                run = _at;
            }
            else
            {
                _at++;
            }
        }

        octets.AddRange(Encoding.UTF8.GetBytes(text.Substring(run, _at - run)));
        _at++;
        byte[] whole = [.. octets];
        word = new RadiusTextWord(whole, Encoding.UTF8.GetString(whole), true, column);
        return true;
    }

    private bool TryReadEscape(char quote, out byte octet, out int length)
    {
        char c = _at + 1 < text.Length ? text[_at + 1] : '\n';
        (octet, length) = ((byte)c, 2);
        if (c == quote || c == '\\')
        {
            return true;
        }

        if (quote == '\'')
        {
            return false;
        }

        switch (c)
        {
            case 'n':
                octet = (byte)'\n';
                return true;
            case 'r':
                octet = (byte)'\r';
                return true;
            case 't':
                octet = (byte)'\t';
                return true;
            case 'x':
                length = 4;
                return TryReadNumber(_at + 2, 2, 16, out octet);
            default:
                length = 4;
                return TryReadNumber(_at + 1, 3, 8, out octet);
        }
    }

    private bool TryReadNumber(int at, int digits, int radix, out byte octet)
    {
        int number = 0;
        for (int i = 0; i < digits; i++)
        {
            char c = at + i < text.Length ? text[at + i] : '\n';
            int digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'f' => c - 'a' + 10,
                >= 'A' and <= 'F' => c - 'A' + 10,
                _ => radix,
            };
            if (digit >= radix)
            {
                octet = 0;
                return false;
            }

            number = (number * radix) + digit;
        }

        octet = unchecked((byte)number);
        return number <= byte.MaxValue;
    }
}
