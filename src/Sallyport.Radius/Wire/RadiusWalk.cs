using System.Buffers.Binary;

namespace Sallyport.Radius.Wire;

/// <summary>
/// Finds every value of one attribute, wherever it stands: through Vendor-Specific and extended attributes, through TLVs, and over the borders
/// of the attributes that a long value was cut into. What has a wrong form is passed over.
/// </summary>
internal ref struct RadiusWalk
{
    // Octets before what is kept of 245 and 246: type, length, extended type, flags (RFC 6929 §2.2).
    private const int LongHeader = 4;
    private const int MoreOffset = 3;

    // Octets before a vendor's own in Vendor-Specific (RFC 2865 §5.26).
    private const int VendorHeader = 6;
    private const byte More = 0x80;

    private readonly ReadOnlySpan<byte> _octets;
    private readonly RadiusAttributeId _id;
    private readonly RadiusVendorFormat _format;
    private readonly int _header;
    private readonly byte _outer;

    // The next attribute of the packet, and within a Vendor-Specific one the vendor's next and where they end.
    private int _next;
    private int _sub;
    private int _subEnd;

    // Where reading goes on, where the attribute ends in which that is, and how much of the next one stands before its part of the value.
    private int _at;
    private int _end;
    private int _skip;

    // How much is left of each TLV that reading is within; the level is -1 outside of all.
    private RadiusLevels _left;
    private int _level;

    private int _valueAt;
    private int _valueEnd;

    public RadiusWalk(RadiusPacket packet, RadiusAttributeId id)
    {
        _octets = packet.Span;
        _id = id;
        _format = id.Format;
        _header = _format.HeaderSize;
        _outer = id.OuterType;
        _next = packet.MayHold(_outer) ? RadiusPacket.HeaderSize : _octets.Length;
        _left = default;
        _level = -1;
    }

    /// <summary>The value's octets.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the value stands in one piece.</summary>
    public readonly bool IsWhole => _valueEnd - _valueAt >= Length;

    /// <summary>The value, where it stands in one piece.</summary>
    public readonly ReadOnlySpan<byte> Value => _octets.Slice(_valueAt, Length);

    /// <summary>The value as it stands in the packet, or joined.</summary>
    /// <param name="scratch">Where it is joined if need be.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it stands in one piece or fits the scratch.</returns>
    public readonly bool TryGet(Span<byte> scratch, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (IsWhole)
        {
            value = Value;
            return true;
        }

        if (Length > scratch.Length)
        {
            return false;
        }

        CopyTo(scratch);
        value = scratch[..Length];
        return true;
    }

    /// <summary>Joins the value.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    public readonly void CopyTo(Span<byte> destination)
    {
        int at = _valueAt;
        int end = _valueEnd;
        for (int left = Length; left > 0;)
        {
            int take = Math.Min(left, end - at);
            _octets.Slice(at, take).CopyTo(destination);
            destination = destination[take..];
            left -= take;
            if (left > 0)
            {
                at = end + _skip;
                end += _octets[end + 1];
            }
        }
    }

    /// <summary>Steps to the next value.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            if (_level >= 0 && NextTlv())
            {
                return true;
            }

            if (!NextOuter())
            {
                return false;
            }

            if (_id.Depth == 0)
            {
                (_valueAt, _valueEnd) = (_at, _end);
                return true;
            }

            _level = 0;
            _left[0] = Length;
        }
    }

    /// <summary>Steps to the next value of what the TLVs stand in: <see cref="_at"/> to <see cref="_end"/>, and <see cref="Length"/>.</summary>
    private bool NextOuter()
    {
        while (true)
        {
            if (_sub < _subEnd && NextOfVendor())
            {
                return true;
            }

            int at = _next;
            ReadOnlySpan<byte> octets = _octets;
            while (at < octets.Length && octets[at] != _outer)
            {
                at += octets[at + 1];
            }

            if (at >= octets.Length)
            {
                _next = at;
                return false;
            }

            _next = at + octets[at + 1];
            if (Begin(at))
            {
                return true;
            }
        }
    }

    // Looks into an attribute of the type that was looked for; true where the value is found at once.
    private bool Begin(int at)
    {
        ReadOnlySpan<byte> attribute = _octets[at.._next];
        if (_id.IsExtended)
        {
            return BeginExtended(at, attribute);
        }

        if (_id.Vendor == 0)
        {
            Take(at + 2, _next, attribute.Length - 2, 0);
            return true;
        }

        if (IsOfVendor(attribute[2..]))
        {
            (_sub, _subEnd) = (at + VendorHeader, _next);
        }

        return false;
    }

    private bool BeginExtended(int at, ReadOnlySpan<byte> attribute)
    {
        bool isLong = _id.Carrier >= RadiusPacket.FirstLongExtended;
        int header = isLong ? LongHeader : LongHeader - 1;
        byte type = _id.Vendor == 0 ? (byte)_id.Type : RadiusPacket.VendorSpecific;
        if (attribute.Length < header || attribute[2] != type)
        {
            return false;
        }

        int length = attribute.Length - header;
        int end = _next;
        bool isCut = isLong && (attribute[MoreOffset] & More) != 0;
        if (isCut && !TryJoinExtended(type, ref length))
        {
            return false;
        }

        Take(at + header, end, length, isCut ? header : 0);
        return _id.Vendor == 0 || TakeVendor();
    }

    // RFC 6929 §2.2: those that belong together follow each other, and the last has no More.
    private bool TryJoinExtended(byte type, ref int length)
    {
        int next = _next;
        for (bool more = true; more;)
        {
            if (next >= _octets.Length || _octets[next] != _id.Carrier || _octets[next + 1] < LongHeader || _octets[next + 2] != type)
            {
                return false;
            }

            more = (_octets[next + MoreOffset] & More) != 0;
            length += _octets[next + 1] - LongHeader;
            next += _octets[next + 1];
        }

        _next = next;
        return true;
    }

    // RFC 6929 §2.4: the vendor and its type, once before a value in however many pieces.
    private bool TakeVendor()
    {
        const int Header = 5;
        if (Length < Header || _end - _at < Header || !IsOfVendor(_octets[_at.._end]) || _octets[_at + 4] != _id.Type)
        {
            return false;
        }

        _at += Header;
        Length -= Header;
        return true;
    }

    private bool NextOfVendor()
    {
        while (TryReadHeader(_sub, _subEnd, out uint type, out int length))
        {
            int at = _sub + _header;
            _sub += length;
            if (type != _id.Type)
            {
                continue;
            }

            int end = _sub;
            int value = length - _header;
            bool isCut = _format.HasContinuation && (_octets[at - 1] & More) != 0;
            if (!isCut || TryJoinVendor(ref value))
            {
                Take(at, end, value, isCut ? VendorHeader + _header : 0);
                return true;
            }
        }

        _sub = _subEnd;
        return false;
    }

    // A value that goes on does so at the beginning of the next attribute, under the same vendor and type, and fills each but the last.
    private bool TryJoinVendor(ref int value)
    {
        int next = _next;
        for (bool more = _sub == _subEnd; ;)
        {
            if (!more || next >= _octets.Length || _octets[next] != RadiusPacket.VendorSpecific)
            {
                return false;
            }

            int end = next + _octets[next + 1];
            if (!IsOfVendor(_octets[(next + 2)..end]) || !TryReadHeader(next + VendorHeader, end, out uint type, out int length) || type != _id.Type)
            {
                return false;
            }

            value += length - _header;
            bool goesOn = (_octets[next + VendorHeader + _header - 1] & More) != 0;
            more = next + VendorHeader + length == end;
            if (!goesOn)
            {
                (_sub, _subEnd, _next) = (next + VendorHeader + length, end, end);
                return true;
            }

            next = end;
        }
    }

    private readonly bool TryReadHeader(int at, int end, out uint type, out int length)
    {
        type = 0;
        length = 0;
        if (end - at < _header || at >= end)
        {
            return false;
        }

        ReadOnlySpan<byte> octets = _octets[at..end];
        if (_format == default)
        {
            type = octets[0];
            length = octets[1];
            return length >= 2 && length <= octets.Length;
        }

        type = _format.TypeOctets switch
        {
            1 => octets[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(octets),
            _ => BinaryPrimitives.ReadUInt32BigEndian(octets),
        };
        octets = octets[_format.TypeOctets..];
        length = _format.LengthOctets switch
        {
            0 => end - at,
            1 => octets[0],
            _ => BinaryPrimitives.ReadUInt16BigEndian(octets),
        };
        return length >= _header && length <= end - at;
    }

    private bool NextTlv()
    {
        while (_level >= 0)
        {
            int left = _left[_level];
            int length = 0;
            byte type = 0;
            if (left >= 2)
            {
                type = Read();
                length = Read();
                left -= 2;
            }

            length -= 2;
            if (length < 0 || length > left)
            {
                // The end, or something that is no TLV.
                Skip(left);
                _level--;
                continue;
            }

            _left[_level] = left - length;
            if (type != _id.Tlv(_level))
            {
                Skip(length);
            }
            else if (_level < _id.Depth - 1)
            {
                _left[++_level] = length;
            }
            else
            {
                Touch();
                (_valueAt, _valueEnd, Length) = (_at, _end, length);
                Skip(length);
                return true;
            }
        }

        return false;
    }

    private void Take(int at, int end, int length, int skip) => (_at, _end, Length, _skip) = (at, end, length, skip);

    private readonly bool IsOfVendor(ReadOnlySpan<byte> octets) => octets.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(octets) == _id.Vendor;

    private byte Read()
    {
        Touch();
        return _octets[_at++];
    }

    private void Skip(int count)
    {
        while (count > _end - _at)
        {
            count -= _end - _at;
            _at = _end + _skip;
            _end += _octets[_end + 1];
        }

        _at += count;
    }

    // At the end of one piece goes on to the next, where there is one.
    private void Touch()
    {
        while (_at == _end && _end < _next && _skip > 0)
        {
            _at = _end + _skip;
            _end += _octets[_end + 1];
        }
    }
}

/// <summary>A number of 16 bits for each level of TLVs within each other, and one for what is around them.</summary>
internal struct RadiusLevels
{
    private ulong _low;
    private ulong _high;

    public int this[int level]
    {
        readonly get => (ushort)((level < 4 ? _low : _high) >> (16 * (level & 3)));
        set
        {
            int shift = 16 * (level & 3);
            ulong cleared = (level < 4 ? _low : _high) & ~(0xffffUL << shift);
            ulong set = cleared | ((ulong)(ushort)value << shift);
            if (level < 4)
            {
                _low = set;
            }
            else
            {
                _high = set;
            }
        }
    }
}
