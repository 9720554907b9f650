namespace Sallyport.Radius.Wire;

/// <summary>
/// Every value of one attribute, in order. A vendor's attributes are found wherever they stand: several in one Vendor-Specific attribute, or
/// each in one of its own (RFC 2865 §5.26). A sub-attribute that reaches beyond what it stands in ends the search within that one, and a value
/// that is cut into several attributes is passed over: <see cref="ConcatKey"/> reads those.
/// </summary>
public ref struct RadiusValues
{
    private RadiusWalk _walk;

    internal RadiusValues(RadiusPacket packet, RadiusAttributeId id) => _walk = new RadiusWalk(packet, id);

    /// <summary>The current value.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusValues GetEnumerator() => this;

    /// <summary>Steps to the next value.</summary>
    public bool MoveNext()
    {
        while (_walk.MoveNext())
        {
            if (_walk.IsWhole)
            {
                Current = _walk.Value;
                return true;
            }
        }

        return false;
    }
}

/// <summary>Every value of one attribute, in order and read. What does not have the form of the data type is passed over.</summary>
/// <typeparam name="TKey">The attribute's key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public ref struct RadiusValues<TKey, TValue>
    where TKey : struct, IRadiusKey<TValue>
{
    private readonly TKey _key;
    private RadiusWalk _walk;
    private TValue _current;

    internal RadiusValues(RadiusPacket packet, TKey key)
    {
        _key = key;
        _walk = new RadiusWalk(packet, key.Id);
        _current = default!;
    }

    /// <summary>The current value.</summary>
    public readonly TValue Current => _current;

    /// <summary>Enumerates.</summary>
    public readonly RadiusValues<TKey, TValue> GetEnumerator() => this;

    /// <summary>Steps to the next value.</summary>
    public bool MoveNext()
    {
        Span<byte> scratch = stackalloc byte[RadiusPacket.LargestFixed];
        while (_walk.MoveNext())
        {
            if (_walk.TryGet(scratch, out ReadOnlySpan<byte> octets) && _key.TryRead(octets, out _current))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Every text of one attribute with its tag, in order (RFC 2868 §3.3).</summary>
public ref struct RadiusTaggedTexts
{
    private RadiusValues _values;

    internal RadiusTaggedTexts(RadiusPacket packet, RadiusAttributeId id) => _values = new RadiusValues(packet, id);

    /// <summary>The current text.</summary>
    public RadiusTaggedText Current { get; private set; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusTaggedTexts GetEnumerator() => this;

    /// <summary>Steps to the next text.</summary>
    public bool MoveNext()
    {
        bool found = _values.MoveNext();
        Current = found ? new RadiusTaggedText(_values.Current) : default;
        return found;
    }
}

/// <summary>A text and the tag that says which of several tunnels it belongs to (RFC 2868 §3.3).</summary>
public readonly ref struct RadiusTaggedText
{
    /// <summary>Reads a value: a first octet above 0x1F is text already, and the tag is 0 (RFC 2868 §3.3).</summary>
    /// <param name="octets">The attribute's value, whole.</param>
    public RadiusTaggedText(ReadOnlySpan<byte> octets)
    {
        bool tagged = !octets.IsEmpty && octets[0] <= RadiusTags.Largest;
        Tag = tagged ? octets[0] : (byte)0;
        Value = tagged ? octets[1..] : octets;
    }

    /// <summary>1 to 0x1F, or 0 for none.</summary>
    public byte Tag { get; }

    /// <summary>The text, in UTF-8.</summary>
    public ReadOnlySpan<byte> Value { get; }
}

/// <summary>Every value of an attribute that holds TLVs, in order.</summary>
public ref struct RadiusTlvs
{
    private RadiusValues _values;

    internal RadiusTlvs(RadiusPacket packet, RadiusAttributeId id) => _values = new RadiusValues(packet, id);

    /// <summary>What the current value holds.</summary>
    public readonly RadiusAttributes Current => new(_values.Current);

    /// <summary>Enumerates.</summary>
    public readonly RadiusTlvs GetEnumerator() => this;

    /// <summary>Steps to the next value.</summary>
    public bool MoveNext() => _values.MoveNext();
}

/// <summary>Every value that may be longer than one attribute holds, in order.</summary>
public ref struct RadiusLongValues
{
    private readonly RadiusPacket _packet;
    private RadiusWalk _walk;
    private bool _done;

    internal RadiusLongValues(RadiusPacket packet, ConcatKey key)
    {
        _packet = packet;
        _walk = new RadiusWalk(packet, key.Id);
        Id = key.Id;
    }

    /// <summary>The current value.</summary>
    public readonly RadiusLongValue Current => new(_packet, Id, _walk);

    private RadiusAttributeId Id { get; }

    /// <summary>Enumerates.</summary>
    public readonly RadiusLongValues GetEnumerator() => this;

    /// <summary>Steps to the next value. All attributes of a type that has no flag for it make one value.</summary>
    public bool MoveNext()
    {
        if (_done)
        {
            return false;
        }

        _done = !Id.MayBeFragmented;
        return _walk.MoveNext();
    }
}

/// <summary>A value that may stand in several attributes.</summary>
public readonly ref struct RadiusLongValue
{
    private readonly RadiusPacket _packet;
    private readonly RadiusAttributeId _id;
    private readonly RadiusWalk _walk;

    internal RadiusLongValue(RadiusPacket packet, RadiusAttributeId id, RadiusWalk walk)
    {
        _packet = packet;
        _id = id;
        _walk = walk;
        Length = walk.Length;
        if (!id.MayBeFragmented)
        {
            Length = 0;
            foreach (ReadOnlySpan<byte> piece in new RadiusValues(packet, id))
            {
                Length += piece.Length;
            }
        }
    }

    /// <summary>The value's octets.</summary>
    public int Length { get; }

    /// <summary>Joins the value.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <returns>Whether it has at least <see cref="Length"/> octets.</returns>
    public bool TryCopyTo(Span<byte> destination)
    {
        if (destination.Length < Length)
        {
            return false;
        }

        if (_id.MayBeFragmented)
        {
            _walk.CopyTo(destination);
            return true;
        }

        foreach (ReadOnlySpan<byte> piece in new RadiusValues(_packet, _id))
        {
            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }

        return true;
    }
}
