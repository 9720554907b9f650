namespace Sallyport.Eap.Wire;

/// <summary>Nak and Expanded Nak (RFC 3748 §5.3): the peer names the methods that it would take, the favourite first.</summary>
internal static class EapNak
{
    // RFC 3748 §5.7: the type, three octets of vendor and four of vendor type.
    private const int ExpandedSize = 8;

    private static ReadOnlySpan<byte> ExpandedNak => [0, 0, 0, 0, 0, 0, (byte)EapMethodType.Nak];

    /// <summary>Whether a response is a Nak of either kind.</summary>
    public static bool Is(EapPacket response) =>
        response.Type == EapMethodType.Nak || (response.Type == EapMethodType.Expanded && response.TypeData.StartsWith(ExpandedNak));

    /// <summary>The methods it names, each once; a type of another vendor, the 0 of "none" and an incomplete end name none.</summary>
    public static List<EapMethodType> Wanted(EapPacket nak)
    {
        List<EapMethodType> wanted = [];
        if (nak.Type == EapMethodType.Nak)
        {
            foreach (byte type in nak.TypeData)
            {
                Add(wanted, type);
            }

            return wanted;
        }

        for (ReadOnlySpan<byte> rest = nak.TypeData[ExpandedNak.Length..]; rest.Length >= ExpandedSize; rest = rest[ExpandedSize..])
        {
            if (rest[0] == (byte)EapMethodType.Expanded && rest[1..(ExpandedSize - 1)].IndexOfAnyExcept((byte)0) < 0)
            {
                Add(wanted, rest[ExpandedSize - 1]);
            }
        }

        return wanted;
    }

    /// <summary>Writes the data of a Nak, which names 0 where there is nothing to name (§5.3.1).</summary>
    /// <param name="methods">Fewer than a hundred methods.</param>
    /// <param name="data">Where the data goes.</param>
    public static int Write(ReadOnlySpan<EapMethodType> methods, Span<byte> data)
    {
        data[0] = 0;
        for (int i = 0; i < methods.Length; i++)
        {
            data[i] = (byte)methods[i];
        }

        return Math.Max(1, methods.Length);
    }

    /// <summary>Writes the data of an Expanded Nak (§5.3.2), each method as a type of vendor 0.</summary>
    /// <param name="methods">Fewer than a hundred methods.</param>
    /// <param name="data">Where the data goes.</param>
    public static int WriteExpanded(ReadOnlySpan<EapMethodType> methods, Span<byte> data)
    {
        ExpandedNak.CopyTo(data);
        int length = ExpandedNak.Length;
        for (int i = 0; i < Math.Max(1, methods.Length); i++)
        {
            Span<byte> type = data.Slice(length, ExpandedSize);
            type.Clear();
            type[0] = (byte)EapMethodType.Expanded;
            type[^1] = methods.IsEmpty ? (byte)0 : (byte)methods[i];
            length += ExpandedSize;
        }

        return length;
    }

    private static void Add(List<EapMethodType> wanted, byte type)
    {
        if (type != 0 && !wanted.Contains((EapMethodType)type))
        {
            wanted.Add((EapMethodType)type);
        }
    }
}
