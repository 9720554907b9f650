using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sallyport.Radius.Wire;

/// <summary>
/// Where an attribute stands: by its type in the packet itself; with a vendor's type in Vendor-Specific (RFC 2865 §5.26); in an extended
/// attribute, 241 to 246 (RFC 6929 §2), with a vendor's type there too (RFC 6929 §2.4); and as a TLV within any of these (RFC 6929 §2.3). It is
/// 16 octets, made without allocating.
/// </summary>
public readonly record struct RadiusAttributeId
{
    /// <summary>How many TLVs may stand within each other.</summary>
    public const int DeepestNesting = 6;

    private const int DepthShift = 8;
    private const int FormatShift = 11;
    private const int PathShift = 16;

    private readonly uint _vendor;
    private readonly uint _type;

    // From the low end: an octet for the attribute that carries it (0 where it stands in the packet itself), 3 bits for the depth, 5 for the
    // vendor's format, then the types of the TLVs from the outermost inward.
    private readonly ulong _place;

    /// <summary>An attribute of the packet itself.</summary>
    /// <param name="type">The type (RFC 2865 §5).</param>
    public RadiusAttributeId(byte type)
    {
        _vendor = 0;
        _type = type;
        _place = 0;
    }

    /// <summary>A vendor's attribute in Vendor-Specific.</summary>
    /// <param name="vendor">The vendor's SMI Private Enterprise Number; 0 for an attribute of the packet itself.</param>
    /// <param name="type">The vendor's type.</param>
    /// <param name="format">How the vendor writes its attributes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The type is wider than its place.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RadiusAttributeId(uint vendor, uint type, RadiusVendorFormat format = default)
    {
        int octets = vendor == 0 ? 1 : format.TypeOctets;
        if (octets < 4 && type >> (8 * octets) != 0)
        {
            ThrowOutOfRange(nameof(type), "the type is wider than its place");
        }

        _vendor = vendor;
        _type = type;
        _place = vendor == 0 ? 0UL : RadiusPacket.VendorSpecific | ((ulong)format.Bits << FormatShift);
    }

    private RadiusAttributeId(uint vendor, uint type, ulong place)
    {
        _vendor = vendor;
        _type = type;
        _place = place;
    }

    /// <summary>The vendor's SMI Private Enterprise Number, or 0.</summary>
    public uint Vendor => _vendor;

    /// <summary>The type: the vendor's where there is one, else the extended type where there is one, else the packet's own.</summary>
    public uint Type => _type;

    /// <summary>The type of the attribute in the packet that holds it: its own, 26 or 241 to 246.</summary>
    public byte OuterType => Carrier == 0 ? (byte)_type : Carrier;

    /// <summary>How the vendor writes its attributes into Vendor-Specific.</summary>
    public RadiusVendorFormat Format => RadiusVendorFormat.FromBits((byte)((_place >> FormatShift) & 0x1f));

    /// <summary>How many TLVs it is within, counting itself; 0 where it is none.</summary>
    public int Depth => (int)(_place >> DepthShift) & 7;

    /// <summary>Whether it stands in an extended attribute (RFC 6929).</summary>
    public bool IsExtended => Carrier >= RadiusPacket.FirstExtended;

    /// <summary>Whether it stands where a value may go on in further attributes: in 245 and 246 (RFC 6929 §2.2), and with a format that has a continuation.</summary>
    public bool MayBeFragmented => Carrier >= RadiusPacket.FirstLongExtended || Format.HasContinuation;

    /// <summary>Whether it stands in the packet itself.</summary>
    internal bool IsPlain => _place == 0;

    internal byte Carrier => (byte)_place;

    /// <summary>An attribute of the packet itself.</summary>
    public static implicit operator RadiusAttributeId(byte type) => new(type);

    /// <summary>An attribute in an extended one (RFC 6929 §2.1 and §2.2).</summary>
    /// <param name="carrier">241 to 246.</param>
    /// <param name="type">The extended type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The carrier is none.</exception>
    public static RadiusAttributeId Extended(byte carrier, byte type) => new(0, type, (ulong)Extending(carrier));

    /// <summary>A vendor's attribute in an extended one (RFC 6929 §2.4).</summary>
    /// <param name="carrier">241 to 246.</param>
    /// <param name="vendor">The vendor's SMI Private Enterprise Number.</param>
    /// <param name="type">The vendor's type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The carrier is none, or the vendor 0.</exception>
    public static RadiusAttributeId Extended(byte carrier, uint vendor, byte type)
    {
        if (vendor == 0)
        {
            ThrowOutOfRange(nameof(vendor), "a vendor's number is not 0");
        }

        return new(vendor, type, (ulong)Extending(carrier));
    }

    /// <summary>A TLV within this one.</summary>
    /// <param name="type">The TLV's type.</param>
    /// <exception cref="InvalidOperationException">It would be deeper than <see cref="DeepestNesting"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RadiusAttributeId Child(byte type)
    {
        int depth = Depth;
        if (depth == DeepestNesting)
        {
            ThrowTooDeep();
        }

        return new(_vendor, _type, (_place + (1UL << DepthShift)) | ((ulong)type << (PathShift + (8 * depth))));
    }

    /// <summary>A TLV's type on the way inward.</summary>
    /// <param name="level">From 0 for the outermost to <see cref="Depth"/> - 1 for its own.</param>
    public byte Tlv(int level) => (byte)(_place >> (PathShift + (8 * level)));

    /// <summary>What holds it, of the TLVs that it is within: the first <paramref name="depth"/> of them.</summary>
    internal RadiusAttributeId Ancestor(int depth)
    {
        ulong kept = (1UL << (PathShift + (8 * depth))) - 1;
        return new(_vendor, _type, (_place & kept & ~(7UL << DepthShift)) | ((ulong)depth << DepthShift));
    }

    /// <summary>The numbers with dots between, from the outermost inward.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        if (Carrier != 0)
        {
            Append(text, Carrier);
        }

        if (_vendor != 0)
        {
            if (IsExtended)
            {
                Append(text, RadiusPacket.VendorSpecific);
            }

            Append(text, _vendor);
        }

        Append(text, _type);
        for (int level = 0; level < Depth; level++)
        {
            Append(text, Tlv(level));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, uint number) => _ = (text.Length == 0 ? text : text.Append('.')).Append(number.ToString(CultureInfo.InvariantCulture));

    private static byte Extending(byte carrier)
    {
        if (carrier is < RadiusPacket.FirstExtended or > RadiusPacket.LastExtended)
        {
            ThrowOutOfRange(nameof(carrier), "extended attributes are 241 to 246");
        }

        return carrier;
    }

    private static void ThrowOutOfRange(string name, string message) => throw new ArgumentOutOfRangeException(name, message);

    private static void ThrowTooDeep() => throw new InvalidOperationException($"TLVs stand within each other {DeepestNesting} deep at most");
}
