using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Reads a users file.</summary>
internal sealed class RadiusUsersParser(RadiusDictionary dictionary, Func<string, string?> open)
{
    private const int DeepestInclude = 8;
    private const string Include = "$INCLUDE";
    private readonly RadiusItemParser _items = new(dictionary);
    private readonly List<RadiusUsersEntry> _entries = [];

    public static bool TryParse(string file, RadiusDictionary dictionary, Func<string, string?> open, out RadiusUsersFile? users, out RadiusTextError? error)
    {
        Guard.NotNull(file);
        Guard.NotNull(dictionary);
        RadiusUsersParser parser = new(dictionary, open);
        error = open(file) is { } text
            ? parser.Read(new RadiusTextReader(file, text), 0)
            : new RadiusTextError(RadiusTextErrorKind.Include, file, 1, 1, "the file cannot be read");
        users = error is null ? new RadiusUsersFile(parser._entries) : null;
        return error is null;
    }

    private RadiusTextError? Read(RadiusTextReader reader, int depth)
    {
        while (reader.Error is null && !reader.IsAtEnd)
        {
            bool isBlank = reader.Next is ' ' or '\t';
            reader.SkipBlanks();
            if (reader.IsAtLineEnd)
            {
                reader.SkipLine();
            }
            else if (isBlank)
            {
                reader.Fail(
                    RadiusTextErrorKind.Syntax, "a user's name should stand here, at the beginning of the line; where these are further reply items, the line before should end with a comma");
            }
            else if (reader.StartsWith(Include))
            {
                ReadInclude(reader, depth);
            }
            else
            {
                ReadEntry(reader);
            }
        }

        return reader.Error;
    }

    private void ReadInclude(RadiusTextReader reader, int depth)
    {
        int column = reader.Column;
        reader.ReadWord();
        reader.SkipBlanks();
        string name = reader.ReadWord(whole: true);
        string file = Path.Combine(Path.GetDirectoryName(reader.File) ?? string.Empty, name);
        if (depth == DeepestInclude)
        {
            reader.Fail(RadiusTextErrorKind.Include, $"files should include each other {DeepestInclude} deep at most; does one include itself?", column);
        }
        else if (name.Length == 0 || open(file) is not { } text)
        {
            reader.Fail(RadiusTextErrorKind.Include, $"a file that can be read should stand behind {Include}", column);
        }
        else if (Read(new RadiusTextReader(file, text), depth + 1) is { } error)
        {
            reader.Fail(error);
        }
        else
        {
            reader.SkipLine();
        }
    }

    private void ReadEntry(RadiusTextReader reader)
    {
        int line = reader.Line;
        if (!TryReadUser(reader, out string name) || !TryReadLine(reader, IsCheck, out List<RadiusTextItem> check, out bool goesOn))
        {
            return;
        }

        if (goesOn)
        {
            reader.Fail(RadiusTextErrorKind.Syntax, "another check item should stand behind the comma, on the same line");
            return;
        }

        List<RadiusTextItem> reply = [];
        reader.SkipLine();
        bool isFirst = true;
        while (SkipToReply(reader, wanted: goesOn))
        {
            if (!TryReadLine(reader, IsReply, out List<RadiusTextItem> more, out goesOn))
            {
                return;
            }

            reply.AddRange(more);
            reader.SkipLine();
            isFirst = false;
            if (!goesOn)
            {
                break;
            }
        }

        if (reader.Error is null && goesOn && !isFirst)
        {
            reader.Fail(RadiusTextErrorKind.Syntax, "another indented line of reply items should follow, since the line before ends with a comma");
        }

        if (reader.Error is null)
        {
            _entries.Add(new RadiusUsersEntry(name, check, reply, reader.File, line));
        }
    }

    // A name may stand in quotation marks.
    private static bool TryReadUser(RadiusTextReader reader, out string name)
    {
        if (reader.Next is not ('"' or '\''))
        {
            name = reader.ReadWord(whole: true);
            return true;
        }

        bool read = reader.TryReadValue(out RadiusTextWord word);
        name = word.Text;
        return read;
    }

    // Blank lines and comments between an entry's lines are passed over; one that is not indented is the next entry's.
    private static bool SkipToReply(RadiusTextReader reader, bool wanted)
    {
        while (!reader.IsAtEnd)
        {
            bool isIndented = reader.Next is ' ' or '\t';
            if (isIndented)
            {
                reader.SkipBlanks();
                if (!reader.IsAtLineEnd)
                {
                    return true;
                }
            }
            else if (!reader.IsAtLineEnd)
            {
                return false;
            }

            // Without a comma before it, a blank line ends the entry.
            reader.SkipLine();
        }

        return false;
    }

    private bool TryReadLine(RadiusTextReader reader, Func<RadiusTextReader, RadiusTextItem, bool> isAllowed, out List<RadiusTextItem> items, out bool goesOn)
    {
        items = [];
        goesOn = false;
        reader.SkipBlanks();
        while (!reader.IsAtLineEnd)
        {
            if (!_items.TryRead(reader, out RadiusTextItem? item) || !isAllowed(reader, item!))
            {
                return false;
            }

            items.Add(item!);
            reader.SkipBlanks();
            goesOn = reader.TrySkip(',');
            if (!goesOn && !reader.IsAtLineEnd)
            {
                return reader.Fail(RadiusTextErrorKind.Syntax, "a comma or the line's end should stand behind a value; a value with blanks in it stands in quotation marks");
            }

            reader.SkipBlanks();
        }

        return true;
    }

    private static bool IsCheck(RadiusTextReader reader, RadiusTextItem item)
    {
        string? wrong = item switch
        {
            { Name: RadiusServerItems.FallThrough } => "Fall-Through should stand among the reply items",
            { IsServerItem: true } when !item.Operator.Assigns() => $"{item.Name} is set, with :=",
            { IsServerItem: true } => null,
            { Definition: { Encryption: not 0 } } when !item.Operator.Assigns() => $"{item.Name} is hidden in the request; a password is set, as Cleartext-Password := \"…\"",
            { Operator: RadiusTextOperator.Set } => $"a request's {item.Name} is compared, with == or another operator that compares",
            _ => null,
        };
        return wrong is null || reader.Fail(RadiusTextErrorKind.Operator, wrong, item.Column, item.Line);
    }

    private static bool IsReply(RadiusTextReader reader, RadiusTextItem item)
    {
        string? wrong = item switch
        {
            _ when !item.Operator.Assigns() => "a reply item is added or set, with =, :=, += or ^=",
            { Name: RadiusServerItems.FallThrough } => null,
            { IsServerItem: true } => $"{item.Name} is no attribute of a reply and should stand on the entry's first line",
            _ => null,
        };
        return wrong is null || reader.Fail(RadiusTextErrorKind.Operator, wrong, item.Column, item.Line);
    }
}
