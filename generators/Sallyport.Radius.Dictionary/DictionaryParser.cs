namespace Sallyport.Radius.Dictionary;

/// <summary>A dictionary's file and what stands in it.</summary>
/// <param name="Path">The file as it is to be named in messages.</param>
/// <param name="Text">Its text.</param>
public sealed record DictionaryFile(string Path, string Text);

/// <summary>
/// Reads the dictionary syntax of FreeRADIUS, versions 3 and 4. Any text can be read: what is wrong becomes a <see cref="DictionaryProblem"/>
/// with its place, and the rest is read on. One mistake makes one problem: what depends on a line that was refused is passed over in silence.
/// </summary>
public sealed class DictionaryParser
{
    // Files include each other a few levels deep; a bound on the sum keeps a fan of includes from growing without end.
    private const int DeepestInclude = 32;
    private const int MostIncludes = 4096;

    // Where version 4 keeps its own dictionaries: the includer's folder does for it, as files go together.
    private const string DictionaryFolder = "${dictdir}/";

    private readonly DictionaryModel _model = new();
    private readonly DictionarySymbols _symbols;
    private readonly DictionaryLater _later;
    private readonly DictionaryBlocks _blocks;
    private readonly Func<string, string, DictionaryFile?> _include;
    private readonly HashSet<string> _open = [];
    private int _included;
    private bool _isAfterRefused;

    private DictionaryParser(Func<string, string, DictionaryFile?> include)
    {
        _include = include;
        DictionaryTable table = new();
        _later = new DictionaryLater(_model, table);
        _symbols = new DictionarySymbols(_model, table, _later);
        _blocks = new DictionaryBlocks(_model, table);
    }

    /// <summary>Reads a dictionary.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="path">Its file as named, for messages and inclusion.</param>
    /// <param name="include">Finds a file that another one includes: from the includer's path and the name as written, or null where there is none.</param>
    public static DictionaryModel Parse(string text, string path, Func<string, string, DictionaryFile?>? include = null)
    {
        DictionaryParser parser = new(include ?? ((_, _) => null));
        parser.ReadFile(new DictionaryFile(path, text));
        parser._later.Resolve();
        return parser._model;
    }

    /// <summary>The files that a dictionary includes, as written, in order.</summary>
    /// <param name="text">The dictionary's text.</param>
    public static IReadOnlyList<string> Includes(string text) => text.IndexOf("$INCLUDE", StringComparison.OrdinalIgnoreCase) < 0
        ? []
        : [.. DictionaryLine.Split(text, string.Empty).Where(l => l.Words.Count == 2 && l.Keyword is "$INCLUDE" or "$INCLUDE-").Select(l => Included(l.Words[1].Text))];

    private static string Included(string name) => name.StartsWith(DictionaryFolder, StringComparison.OrdinalIgnoreCase) ? name.Substring(DictionaryFolder.Length) : name;

    private void ReadFile(DictionaryFile file)
    {
        // FLAGS hold for their file.
        bool isInternal = _symbols.IsInternal;
        _blocks.BeginFile();
        _open.Add(file.Path);
        foreach (DictionaryLine line in DictionaryLine.Split(file.Text, file.Path))
        {
            ReadLine(line, file.Path);
        }

        _open.Remove(file.Path);
        _blocks.EndFile();
        _symbols.IsInternal = isInternal;
    }

    private void ReadLine(DictionaryLine line, string path)
    {
        List<DictionaryWord> words = line.Words;
        string keyword = line.Keyword;
        DictionaryBlock block = _blocks.Current;
        if (_blocks.IsForeign && keyword != "END-PROTOCOL")
        {
            return;
        }

        int problems = _model.ProblemList.Count;
        switch (keyword)
        {
            case "ATTRIBUTE" when Count(words, 4, 5, "ATTRIBUTE NAME NUMBER TYPE [FLAG,FLAG...]"):
                _symbols.AddAttribute(line, block);
                break;
            case "VALUE" when Count(words, 4, 4, "VALUE ATTRIBUTE NAME NUMBER"):
                _later.AddValue(line, block);
                break;
            case "MEMBER" when Count(words, 3, 4, "MEMBER NAME TYPE [FLAG,FLAG...]"):
                _symbols.AddMember(line, block, _isAfterRefused);
                break;
            case "STRUCT" when Count(words, 4, 5, "STRUCT NAME KEY VALUE [FLAG,FLAG...]"):
                _symbols.AddStruct(line, block);
                break;
            case "DEFINE" when Count(words, 3, 4, "DEFINE NAME TYPE [FLAG,FLAG...]"):
                _symbols.AddDefine(line, block);
                break;
            case "ENUM" when Count(words, 3, 3, "ENUM NAME TYPE"):
                _symbols.AddEnum(line, block);
                break;
            case "ALIAS" when Count(words, 3, 3, "ALIAS NAME ATTRIBUTE"):
                _later.AddAlias(line, block);
                break;
            case "VENDOR" when Count(words, 3, 4, "VENDOR NAME NUMBER [format=1,1]"):
                _symbols.AddVendor(line);
                break;
            case "FLAGS" or "FLAG" when Count(words, 2, 2, "FLAGS internal"):
                SetFlags(words[1]);
                break;
            case "PROTOCOL" when Count(words, 3, 5, "PROTOCOL NAME NUMBER"):
                ReadProtocol(words[2]);
                break;
            case "BEGIN" when words.Count > 3 && words[1].Text.Equals("PROTOCOL", StringComparison.OrdinalIgnoreCase) && Count(words, 4, 6, "BEGIN PROTOCOL NAME NUMBER"):
                ReadProtocol(words[3]);
                _blocks.BeginProtocol(words[0], words[2]);
                break;
            case "BEGIN-PROTOCOL" when Count(words, 2, 2, "BEGIN-PROTOCOL NAME"):
                _blocks.BeginProtocol(words[0], words[1]);
                break;
            case "BEGIN-VENDOR" when Count(words, 2, 3, "BEGIN-VENDOR NAME [format=ATTRIBUTE]"):
                _blocks.BeginVendor(words);
                break;
            case "BEGIN-TLV" when Count(words, 2, 2, "BEGIN-TLV ATTRIBUTE"):
            case "BEGIN" when Count(words, 2, 2, "BEGIN ATTRIBUTE"):
                _blocks.BeginAttribute(words);
                _symbols.Reopen(_blocks.Current);
                break;
            case "END-VENDOR" or "END-TLV" or "END-PROTOCOL" when Count(words, 2, 2, $"{keyword} NAME"):
            case "END" when Count(words, 1, 2, "END [ATTRIBUTE]"):
                _blocks.End(words);
                break;
            case "$INCLUDE" or "$INCLUDE-" when Count(words, 2, 2, "$INCLUDE FILE"):
                Include(words, path);
                break;
            default:
                // What Count has reported is not reported twice.
                if (_model.ProblemList.Count == problems)
                {
                    Report(DictionaryDiagnostics.UnknownKeyword, words[0].Location, $"'{words[0].Text}' is no keyword of a dictionary, as ATTRIBUTE, VALUE and VENDOR are");
                }

                break;
        }

        // The members of a structure that was refused are passed over.
        _isAfterRefused = keyword is "ATTRIBUTE" or "STRUCT" or "DEFINE" ? _model.ProblemList.Count > problems || block.IsRefused
            : _isAfterRefused && keyword is "MEMBER" or "VALUE";
    }

    private void ReadProtocol(DictionaryWord number)
    {
        if (!DictionaryWord.TryNumber(number.Text, out _))
        {
            Report(DictionaryDiagnostics.Number, number.Location, $"'{number.Text}' is no protocol's number");
        }
    }

    private void SetFlags(DictionaryWord word)
    {
        if (word.Text.ToLowerInvariant() is not ("internal" or "!internal"))
        {
            Report(DictionaryDiagnostics.Flag, word.Location, $"'{word.Text}' is no flag for what follows; internal and !internal are");
        }
        else
        {
            _symbols.IsInternal = word.Text[0] != '!';
        }
    }

    private void Include(List<DictionaryWord> words, string path)
    {
        DictionaryWord name = words[1];
        if (_include(path, Included(name.Text)) is not { } file)
        {
            if (!words[0].Text.EndsWith("-", StringComparison.Ordinal))
            {
                Report(DictionaryDiagnostics.Include, name.Location, $"the file '{name.Text}' is not among the project's dictionaries");
            }
        }
        else if (_open.Contains(file.Path))
        {
            Report(DictionaryDiagnostics.Include, name.Location, $"'{name.Text}' includes itself");
        }
        else if (_open.Count >= DeepestInclude || _included >= MostIncludes)
        {
            Report(DictionaryDiagnostics.Include, name.Location, $"more than {DeepestInclude} files within each other, or {MostIncludes} in all");
        }
        else
        {
            _included++;
            ReadFile(file);
        }
    }

    private bool Count(List<DictionaryWord> words, int least, int most, string form)
    {
        bool right = words.Count >= least && words.Count <= most;
        if (!right)
        {
            Report(DictionaryDiagnostics.WordCount, words[0].Location, $"the line should read {form}");
        }

        return right;
    }

    private void Report(string code, DictionaryLocation location, string message) => _model.ProblemList.Add(new DictionaryProblem(code, location, message));
}
