using System.Globalization;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>What a request is.</summary>
internal enum LoadKind
{
    /// <summary>A login with User-Password.</summary>
    Pap,

    /// <summary>A login with CHAP-Password.</summary>
    Chap,

    /// <summary>A login with MS-CHAP2-Response.</summary>
    MsChapV2,

    /// <summary>A login with EAP MD5-Challenge: two requests.</summary>
    EapMd5,

    /// <summary>An Accounting-Request.</summary>
    Accounting,

    /// <summary>A Status-Server.</summary>
    StatusServer,
}

/// <summary>How much of each kind, as <c>pap=80,chap=20</c>; a kind without a number weighs 1.</summary>
internal sealed class LoadMix
{
    private static readonly Dictionary<string, LoadKind> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pap"] = LoadKind.Pap,
        ["chap"] = LoadKind.Chap,
        ["mschapv2"] = LoadKind.MsChapV2,
        ["eap-md5"] = LoadKind.EapMd5,
        ["accounting"] = LoadKind.Accounting,
        ["status-server"] = LoadKind.StatusServer,
    };

    private readonly double[] _weights = new double[Names.Count];

    /// <summary>Logins with User-Password alone.</summary>
    public static LoadMix Pap { get; } = Parse("pap");

    /// <summary>The share of a kind, 0 to 1.</summary>
    public double this[LoadKind kind] => _weights[(int)kind] / _weights.Sum();

    /// <summary>The kinds' names.</summary>
    public static IEnumerable<string> Kinds => Names.Keys;

    /// <summary>Reads a mix.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static LoadMix Parse(string text)
    {
        LoadMix mix = new();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            double weight = 1;
            if (!Names.TryGetValue(sides[0], out LoadKind kind)
                || (sides.Length == 2 && (!double.TryParse(sides[1], NumberStyles.Float, CultureInfo.InvariantCulture, out weight) || weight < 0 || !double.IsFinite(weight))))
            {
                throw new FormatException($"'{part}' is no part of a mix: write kind=weight, where the kind is one of {string.Join(", ", Kinds)}");
            }

            mix._weights[(int)kind] += weight;
        }

        return mix._weights.Sum() > 0 ? mix : throw new FormatException($"'{text}' asks for nothing: write kind=weight, comma-separated");
    }

    /// <summary>The same without, or with nothing but, accounting; null where nothing would be left.</summary>
    public LoadMix? Only(bool accounting)
    {
        LoadMix mix = new();
        foreach (LoadKind kind in Names.Values.Where(k => k == LoadKind.Accounting == accounting))
        {
            mix._weights[(int)kind] = _weights[(int)kind];
        }

        return mix._weights.Sum() > 0 ? mix : null;
    }

    /// <summary>The kind of the request with a number; the numbers from 0 on are spread as the weights want, without clusters.</summary>
    public LoadKind Pick(int number)
    {
        // The golden ratio's multiples: the most even spread of points on a circle.
        double at = number * 0.6180339887498949 % 1 * _weights.Sum();
        LoadKind last = LoadKind.Pap;
        foreach (LoadKind kind in Names.Values.Where(k => _weights[(int)k] > 0))
        {
            last = kind;
            at -= _weights[(int)kind];
            if (at < 0)
            {
                return kind;
            }
        }

        return last;
    }
}
