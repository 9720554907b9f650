using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>An attribute, an operator and a value, as a text has them.</summary>
public sealed class RadiusTextItem
{
    private readonly byte[] _value;

    internal RadiusTextItem(RadiusTextName name, RadiusTextOperator meaning, byte[] value, string text, Regex? pattern, int line, int column) =>
        (Written, Operator, _value, Text, Pattern, Line, Column) = (name, meaning, value, text, pattern, line, column);

    /// <summary>The attribute's name, as the dictionary spells it; for one without a name its numbers, such as <c>Attr-26.9.199</c>.</summary>
    public string Name => Written.Name;

    /// <summary>Where the attribute stands.</summary>
    public RadiusAttributeId Id => Written.Id;

    /// <summary>What the dictionary knows of it, or null where it is written by its numbers.</summary>
    public RadiusAttributeDefinition? Definition => Written.Definition;

    /// <summary>The tag (RFC 2868 §3), 0 where there is none.</summary>
    public byte Tag => Written.Tag ?? 0;

    /// <summary>What stands between the attribute and the value.</summary>
    public RadiusTextOperator Operator { get; }

    /// <summary>The value's octets without a tag, not hidden; none where the operator takes no value.</summary>
    public ReadOnlyMemory<byte> Value => _value;

    /// <summary>The line it stands on, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The character of the line at which it begins, counted from 1.</summary>
    public int Column { get; }

    /// <summary>The value as it is spelt, by its name where it has one; a secret masked.</summary>
    public string ValueText => IsSecret ? RadiusMasking.Mask : Shown();

    /// <summary>Makes an item of its parts, as a text would have them.</summary>
    /// <param name="name">The attribute's name, with a tag where it has one, such as <c>Tunnel-Type:1</c>.</param>
    /// <param name="meaning">The operator.</param>
    /// <param name="value">The value as it is written without quotation marks: <c>0x…</c> is octets where the type is not text.</param>
    /// <param name="dictionary">The names.</param>
    /// <param name="item">The item.</param>
    /// <param name="problem">What is wrong and what would be right, where there is none.</param>
    public static bool TryCreate(
        string name, RadiusTextOperator meaning, string value, RadiusDictionary dictionary, [NotNullWhen(true)] out RadiusTextItem? item, [NotNullWhen(false)] out string? problem)
    {
        Guard.NotNull(name);
        Guard.NotNull(value);
        Guard.NotNull(dictionary);
        item = null;
        RadiusTextWord word = new(Encoding.UTF8.GetBytes(value), value, false, 0);
        bool created = new RadiusItemParser(dictionary).TryResolve(name, out RadiusTextName written, out _, out string wrong)
            && RadiusItemParser.TryCreate(written, meaning, word, 1, 1, out item, out _, out wrong);
        problem = created ? null : wrong;
        return created;
    }

    /// <summary>What stands for the value in the text, without quotation marks and with escapes resolved.</summary>
    internal string Text { get; }

    /// <summary>The regular expression of <c>=~</c> and <c>!~</c>.</summary>
    internal Regex? Pattern { get; }

    /// <summary>The attribute as it is written, with its tag.</summary>
    internal RadiusTextName Written { get; }

    /// <summary>Whether it is a server's own item, such as Cleartext-Password or Auth-Type, that no packet carries.</summary>
    public bool IsServerItem => Definition is { IsOnWire: false };

    /// <summary>Whether the value is a secret.</summary>
    public bool IsSecret => RadiusMasking.IsSecret(Id, Definition);

    /// <summary>The value as it stands in a packet, but for hiding. A tagged number has its tag octet always (RFC 2868 §3.1), text only where a tag is given (§3.3).</summary>
    internal byte[] Octets =>
        Written.Tag is { } tag ? [tag, .. _value] : Definition is { HasTag: true } && RadiusValueFormat.Width(Definition.Type) > 0 ? [0, .. _value] : _value;

    /// <summary>The item as it can be read again; a secret masked.</summary>
    public override string ToString()
    {
        string name = Written.Tag is { } tag ? FormattableString.Invariant($"{Name}:{tag}") : Name;
        return $"{name} {RadiusTextOperators.Spelling(Operator)} {ValueText}";
    }

    private string Shown() => Operator switch
    {
        RadiusTextOperator.Present or RadiusTextOperator.Absent => "ANY",
        RadiusTextOperator.Matches or RadiusTextOperator.DoesNotMatch => RadiusValueFormat.Quote(Encoding.UTF8.GetBytes(Text)),
        _ => (Definition is null ? null : RadiusValueFormat.Format(Definition, _value)) ?? RadiusValueFormat.Raw(_value),
    };
}
