using System.Text.RegularExpressions;
using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Whether a request has what an entry's check items demand.</summary>
internal static class RadiusUsersCheck
{
    private const byte LargestTag = 0x1f;

    public static bool Passes(RadiusUsersEntry entry, RadiusPacket request)
    {
        foreach (RadiusTextItem item in entry.Check)
        {
            if (!item.Operator.Assigns() && !Passes(item, request))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Passes(RadiusTextItem item, RadiusPacket request)
    {
        switch (item.Operator)
        {
            case RadiusTextOperator.Present:
                return request.Contains(item.Id);
            case RadiusTextOperator.Absent:
                return !request.Contains(item.Id);
        }

        // One of several values is enough.
        foreach (ReadOnlySpan<byte> value in request.GetAll(item.Id))
        {
            if (Passes(item, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Passes(RadiusTextItem item, ReadOnlySpan<byte> value)
    {
        bool isNumber = item.Definition is not null && RadiusValueFormat.Width(item.Definition.Type) > 0;
        if (item.Definition is { HasTag: true } && value.Length > 0 && (isNumber || value[0] <= LargestTag))
        {
            // Without a tag in the item, any counts.
            if (item.Written.Tag is { } tag && tag != value[0])
            {
                return false;
            }

            value = value[1..];
        }
        else if (item.Written.Tag is > 0)
        {
            return false;
        }

        if (item.Pattern is not null)
        {
            return Matches(item, value);
        }

        // Numbers of one type are equally long, so that their octets compare as they do; but for those with a sign.
        int order = isNumber && RadiusValueFormat.IsSigned(item.Definition!.Type)
                && RadiusValueFormat.TryReadNumber(item.Definition, value, out ulong left) && RadiusValueFormat.TryReadNumber(item.Definition, item.Value.Span, out ulong right)
            ? RadiusValueFormat.SignExtend(left, value.Length).CompareTo(RadiusValueFormat.SignExtend(right, value.Length))
            : value.SequenceCompareTo(item.Value.Span);
        return item.Operator switch
        {
            RadiusTextOperator.Equal => order == 0,
            RadiusTextOperator.NotEqual => order != 0,
            RadiusTextOperator.Less => order < 0,
            RadiusTextOperator.LessOrEqual => order <= 0,
            RadiusTextOperator.Greater => order > 0,
            RadiusTextOperator.GreaterOrEqual => order >= 0,
            _ => false,
        };
    }

    // An expression that takes too long for a value has not matched it, and has not been shown not to.
    private static bool Matches(RadiusTextItem item, ReadOnlySpan<byte> value)
    {
        string text = item.Definition is null or { Type: RadiusDataType.Text }
            ? Octets.Utf8(value)
            : (RadiusValueFormat.Format(item.Definition, value) ?? RadiusValueFormat.Raw(value)).Trim('"');
        try
        {
            return item.Pattern!.IsMatch(text) == (item.Operator == RadiusTextOperator.Matches);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
