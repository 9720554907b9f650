using System.Buffers.Binary;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Security;

/// <content>Where an attribute stands: headers around values, TLVs within each other, and long values cut into attributes.</content>
public ref partial struct RadiusPacketWriter
{
    private const int LargestAttribute = 255;
    private const int LargestValue = 253;
    private const int TlvHeader = 2;

    // Type, length and vendor of Vendor-Specific (RFC 2865 §5.26).
    private const int VendorHeader = 6;
    private const byte More = 0x80;

    /// <summary>Begins an attribute that holds TLVs, within the one that is open if there is one. What is added up to <see cref="EndTlv"/> stands in it.</summary>
    public void BeginTlv(TlvKey key)
    {
        if (!TryEnter(key.Id, out int depth))
        {
            return;
        }

        _scopeStarts[_scopes] = Prepare(key.Id, depth);
        _scopeDepths[_scopes] = depth + 1;
        _scopes++;
        Open(key.Id, depth);
        _scope = key.Id;
    }

    /// <summary>Ends what the last <see cref="BeginTlv"/> began.</summary>
    public void EndTlv()
    {
        if (_scopes == 0)
        {
            _malformed = true;
            return;
        }

        _scopes--;
        int depth = _scopeDepths[_scopes] - 1;
        Close(_scope, _scopeStarts[_scopes], depth);
        _scope = _scopes > 0 ? _scope.Ancestor(depth) : default;
    }

    /// <summary>
    /// Begins a Vendor-Specific attribute: the vendor's attributes that are added up to <see cref="EndVendor"/> share it, and further ones
    /// where it is full (RFC 2865 §5.26). Those whose format leaves no room for others, or has a continuation, get one each all the same.
    /// </summary>
    /// <param name="vendor">The vendor's SMI Private Enterprise Number.</param>
    public void BeginVendor(uint vendor)
    {
        _malformed |= vendor == 0 || _vendor != 0 || _scopes > 0;
        _vendor = vendor;
        _vendorAt = 0;
    }

    /// <summary>Ends what <see cref="BeginVendor"/> began.</summary>
    public void EndVendor()
    {
        _malformed |= _vendor == 0 || _scopes > 0;
        _vendor = 0;
    }

    /// <summary>Adds an attribute as it is, such as one copied from another packet.</summary>
    /// <param name="item">The attribute. A Message-Authenticator is left out: the packet has its own.</param>
    public void Add(RadiusRawItem item)
    {
        if (_scopes > 0 || _vendor != 0)
        {
            _malformed = true;
        }
        else if (item.Type != RadiusPacket.MessageAuthenticatorType)
        {
            AddAttribute(item.Type, item.Value);
        }
    }

    /// <summary>Adds a value as it is, for tables of attributes that are known only at run time. A Message-Authenticator is refused: the packet has its own.</summary>
    public void AddRaw(RadiusAttributeId id, scoped ReadOnlySpan<byte> value)
    {
        if (!TryEnter(id, out int depth))
        {
            return;
        }

        if (id.IsPlain)
        {
            AddAttribute((byte)id.Type, value);
            return;
        }

        int start = Prepare(id, depth);
        Open(id, depth);
        Append(value);
        Close(id, start, depth);
    }

    /// <summary>Octets before the value of an attribute that is no TLV.</summary>
    private static int HeaderSize(RadiusAttributeId id)
    {
        if (id.IsExtended)
        {
            // RFC 6929 §2.1, §2.2 and §2.4: type, length, extended type; flags; vendor and its type.
            return 3 + (id.MayBeFragmented ? 1 : 0) + (id.Vendor == 0 ? 0 : 5);
        }

        return id.Vendor == 0 ? 2 : VendorHeader + id.Format.HeaderSize;
    }

    // Whether an attribute may be added here: within a TLV that is open only what stands in it. The depth is that of the TLV, or -1.
    private bool TryEnter(RadiusAttributeId id, out int depth)
    {
        depth = _scopes == 0 ? -1 : _scope.Depth;
        _malformed |= _scopes == 0
            ? id.OuterType == RadiusPacket.MessageAuthenticatorType || (_vendor != 0 && (id.Vendor != _vendor || id.IsExtended))
            : id.Depth <= depth || id.Ancestor(depth) != _scope;
        return !_malformed;
    }

    private readonly bool Shares(RadiusAttributeId id) => _vendor != 0 && id.Format is { LengthOctets: > 0, HasContinuation: false };

    // Where an attribute begins: behind the others of the Vendor-Specific attribute that it shares, which may have to begin too.
    private int Prepare(RadiusAttributeId id, int depth)
    {
        if (_vendor != 0 && depth < 0)
        {
            if (!Shares(id))
            {
                _vendorAt = 0;
            }
            else if (_vendorAt == 0)
            {
                BeginShared();
            }
        }

        return _length;
    }

    private void BeginShared()
    {
        _vendorAt = _length;
        PutVendor(_vendor);
    }

    // Writes the headers of an attribute and of the TLVs from a depth on; their lengths follow when they are known.
    private void Open(RadiusAttributeId id, int depth)
    {
        if (depth < 0)
        {
            OpenOuter(id);
            depth = 0;
        }

        for (; depth < id.Depth; depth++)
        {
            Put(id.Tlv(depth));
            Put(0);
        }
    }

    private void OpenOuter(RadiusAttributeId id)
    {
        if (id.IsExtended)
        {
            Put(id.Carrier);
            Put(0);
            Put(id.Vendor == 0 ? (byte)id.Type : RadiusPacket.VendorSpecific);
            if (id.MayBeFragmented)
            {
                Put(0);
            }

            if (id.Vendor != 0)
            {
                PutNumber(id.Vendor, 4);
                Put((byte)id.Type);
            }

            return;
        }

        if (id.Vendor == 0)
        {
            Put((byte)id.Type);
            Put(0);
            return;
        }

        if (!Shares(id))
        {
            PutVendor(id.Vendor);
        }

        PutNumber(id.Type, id.Format.TypeOctets);
        PutNumber(0, id.Format.HeaderSize - id.Format.TypeOctets);
    }

    private void Close(RadiusAttributeId id, int start, int depth)
    {
        bool shares = depth < 0 && !id.IsExtended && Shares(id);
        int at = start + (depth >= 0 ? 0 : HeaderSize(id) - (shares ? VendorHeader : 0));
        for (int level = Math.Max(depth, 0); level < id.Depth; level++, at += TlvHeader)
        {
            _malformed |= _length - at > LargestAttribute;
            Set(at + 1, (byte)(_length - at));
        }

        if (shares)
        {
            CloseShared(id, start);
        }
        else if (depth < 0)
        {
            CloseOuter(id, start);
        }
    }

    private void CloseOuter(RadiusAttributeId id, int start)
    {
        int size = _length - start;
        if (size <= LargestAttribute)
        {
            SetLengths(id, start, size, more: false);
        }
        else if (id.MayBeFragmented)
        {
            Cut(id, start, id.IsExtended ? 4 : VendorHeader + id.Format.HeaderSize);
        }
        else
        {
            _malformed = true;
        }
    }

    // RFC 6929 §2.2, and likewise for vendors with a continuation: all but the last are full and say that there is more.
    private void Cut(RadiusAttributeId id, int start, int header)
    {
        int most = LargestAttribute - header;
        int payload = _length - start - header;
        int pieces = (payload + most - 1) / most;
        int end = start + payload + (pieces * header);
        if (end <= _buffer.Length)
        {
            // From the last on, because each moves to where the next one was.
            for (int i = pieces - 1; i >= 0; i--)
            {
                int size = Math.Min(most, payload - (i * most));
                int to = start + (i * LargestAttribute);
                _buffer.Slice(start + header + (i * most), size).CopyTo(_buffer[(to + header)..]);
                _buffer.Slice(start, header).CopyTo(_buffer[to..]);
                SetLengths(id, to, header + size, more: i < pieces - 1);
            }
        }

        _length = end;
    }

    private readonly void SetLengths(RadiusAttributeId id, int at, int size, bool more)
    {
        Set(at + 1, (byte)size);
        if (id.IsExtended)
        {
            if (id.MayBeFragmented)
            {
                Set(at + 3, more ? More : (byte)0);
            }
        }
        else if (id.Vendor != 0)
        {
            SetVendorLengths(id, at + VendorHeader, size - VendorHeader, more);
        }
    }

    private readonly void SetVendorLengths(RadiusAttributeId id, int at, int size, bool more)
    {
        RadiusVendorFormat format = id.Format;
        at += format.TypeOctets;
        for (int i = format.LengthOctets - 1; i >= 0; i--)
        {
            Set(at++, (byte)(size >> (8 * i)));
        }

        if (format.HasContinuation)
        {
            Set(at, more ? More : (byte)0);
        }
    }

    private void CloseShared(RadiusAttributeId id, int start)
    {
        SetVendorLengths(id, start, _length - start, more: false);
        if (_length - _vendorAt > LargestAttribute && start > _vendorAt + VendorHeader)
        {
            // One too many: it goes on into a Vendor-Specific attribute of its own.
            int size = _length - start;
            if (_length + VendorHeader <= _buffer.Length)
            {
                _buffer.Slice(start, size).CopyTo(_buffer[(start + VendorHeader)..]);
            }

            _length = start;
            BeginShared();
            _length += size;
        }

        _malformed |= _length - _vendorAt > LargestAttribute;
        Set(_vendorAt + 1, (byte)(_length - _vendorAt));
    }

    private void AddAttribute(byte type, scoped ReadOnlySpan<byte> value)
    {
        _malformed |= value.Length > LargestValue;
        int end = _length + 2 + value.Length;
        if (!_malformed && end <= _buffer.Length)
        {
            _buffer[_length] = type;
            _buffer[_length + 1] = (byte)(2 + value.Length);
            value.CopyTo(_buffer[(_length + 2)..]);
        }

        _length = end;
    }

    private void PutVendor(uint vendor)
    {
        Put(RadiusPacket.VendorSpecific);
        Put(0);
        PutNumber(vendor, 4);
    }

    private void PutNumber(uint value, int octets)
    {
        for (int i = octets - 1; i >= 0; i--)
        {
            Put((byte)(value >> (8 * i)));
        }
    }

    private void Put(byte value)
    {
        Set(_length, value);
        _length++;
    }

    private readonly void Set(int at, byte value)
    {
        if (at < _buffer.Length)
        {
            _buffer[at] = value;
        }
    }

    private void Append(scoped ReadOnlySpan<byte> value)
    {
        if (_length <= _buffer.Length && value.Length <= _buffer.Length - _length)
        {
            value.CopyTo(_buffer[_length..]);
        }

        _length += value.Length;
    }
}
