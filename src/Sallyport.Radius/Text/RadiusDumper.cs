using System.Globalization;
using System.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Writes attributes as lines; a TLV attribute as the TLVs that it holds.</summary>
internal sealed class RadiusDumper(RadiusDictionary dictionary, StringBuilder text)
{
    private const byte LargestTag = 0x1f;
    private bool _isSecretEap;

    /// <summary>Writes every attribute of a packet.</summary>
    public void Write(RadiusPacket packet)
    {
        IReadOnlyList<RadiusElement> elements = RadiusElements.Of(packet, dictionary);

        // RFC 3579 §3.1: the EAP-Message attributes of a packet are one EAP packet, of which the first piece alone need not tell what it is.
        _isSecretEap = RadiusMasking.IsSecretEap([.. elements.Where(e => RadiusMasking.IsEap(e.Id)).SelectMany(e => e.Value)]);
        Write(elements);
    }

    private void Write(IReadOnlyList<RadiusElement> elements)
    {
        RadiusAttributeId? open = null;
        foreach (RadiusElement element in elements)
        {
            // TLVs of one attribute that stand behind each other are read back into one: the next of its kind is left whole.
            IReadOnlyList<RadiusElement>? tlvs = open == element.Id ? null : Tlvs(element);
            open = tlvs is null ? null : element.Id;
            if (tlvs is not null)
            {
                Write(tlvs);
            }
            else
            {
                WriteLine(element);
            }
        }
    }

    private IReadOnlyList<RadiusElement>? Tlvs(RadiusElement element) =>
        element.Id.Depth < RadiusAttributeId.DeepestNesting && dictionary.TryFind(element.Id, out RadiusAttributeDefinition? definition) && definition.Type == RadiusDataType.Tlv
            ? RadiusElements.Tlvs(element.Id, element.Value)
            : null;

    private void WriteLine(RadiusElement element)
    {
        (RadiusAttributeId id, byte[] value) = (element.Id, element.Value);
        dictionary.TryFind(id, out RadiusAttributeDefinition? definition);
        string name = definition?.Name ?? "Attr-" + id;
        if (RadiusMasking.IsEap(id) ? _isSecretEap : RadiusMasking.IsSecret(id, definition))
        {
            Append(name, RadiusMasking.Mask);
            return;
        }

        // RFC 2868 §3: a number's first octet is its tag; text has one where its first octet is no larger than a tag may be.
        string tag = string.Empty;
        ReadOnlySpan<byte> rest = value;
        if (definition is { HasTag: true } && value.Length > 0 && value[0] <= LargestTag)
        {
            tag = ":" + value[0].ToString(CultureInfo.InvariantCulture);
            rest = rest[1..];
        }

        bool lacksTag = definition is { HasTag: true } && RadiusValueFormat.Width(definition.Type) > 0 && tag.Length == 0;
        if (definition is not null && !lacksTag && RadiusValueFormat.Format(definition, rest) is { } formatted)
        {
            Append(name + tag, formatted);
        }
        else
        {
            Append("Attr-" + id, RadiusValueFormat.Raw(value));
        }
    }

    private void Append(string name, string value) => text.Append('\t').Append(name).Append(" = ").Append(value).Append('\n');
}
