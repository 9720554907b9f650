using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sallyport.Radius.Wire;

/// <summary>The key of an attribute that holds a 32-bit unsigned number (RFC 8044 §3.1).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct IntegerKey(RadiusAttributeId Id) : IRadiusKey<uint>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out uint value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(uint value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a 64-bit unsigned number (RFC 8044 §3.12).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct Integer64Key(RadiusAttributeId Id) : IRadiusKey<ulong>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out ulong value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(ulong value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a 32-bit signed number.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct SignedKey(RadiusAttributeId Id) : IRadiusKey<int>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out int value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(int value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a 16-bit unsigned number.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct ShortKey(RadiusAttributeId Id) : IRadiusKey<ushort>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out ushort value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(ushort value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds one octet.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct ByteKey(RadiusAttributeId Id) : IRadiusKey<byte>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out byte value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(byte value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds 0 or 1 in one octet; another number is no value of it.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct BoolKey(RadiusAttributeId Id) : IRadiusKey<bool>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out bool value)
    {
        bool found = RadiusNumbers.TryRead(octets, out byte number) && number <= 1;
        value = found && number == 1;
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(bool value, Span<byte> octets, out int length) => RadiusNumbers.Write(value ? (byte)1 : (byte)0, octets, out length);
}

/// <summary>The key of an attribute that holds whole seconds since 1970 in 32 bits, which last until 2106 (RFC 8044 §3.3).</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct DateKey(RadiusAttributeId Id) : IRadiusKey<DateTimeOffset>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out DateTimeOffset value)
    {
        bool found = RadiusNumbers.TryRead(octets, out uint seconds);
        value = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(DateTimeOffset value, Span<byte> octets, out int length)
    {
        long seconds = value.ToUnixTimeSeconds();
        return RadiusNumbers.Write(unchecked((uint)seconds), octets, out length) && seconds is >= 0 and <= uint.MaxValue;
    }
}

/// <summary>The key of an attribute that holds one octet with a sign.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct SignedByteKey(RadiusAttributeId Id) : IRadiusKey<sbyte>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out sbyte value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(sbyte value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a 16-bit signed number.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct SignedShortKey(RadiusAttributeId Id) : IRadiusKey<short>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out short value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(short value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a 64-bit signed number.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct Signed64Key(RadiusAttributeId Id) : IRadiusKey<long>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out long value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(long value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a number of IEEE 754 in 32 bits.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct Float32Key(RadiusAttributeId Id) : IRadiusKey<float>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out float value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(float value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a number of IEEE 754 in 64 bits.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct Float64Key(RadiusAttributeId Id) : IRadiusKey<double>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out double value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(double value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>The key of an attribute that holds a span of whole seconds in 32 bits with a sign: <c>time_delta</c> of dictionaries.</summary>
/// <param name="Id">Where it stands.</param>
public readonly record struct TimeSpanKey(RadiusAttributeId Id) : IRadiusKey<TimeSpan>
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out TimeSpan value)
    {
        bool found = RadiusNumbers.TryRead(octets, out int seconds);
        value = new TimeSpan(seconds * TimeSpan.TicksPerSecond);
        return found;
    }

    /// <inheritdoc/>
    public bool TryWrite(TimeSpan value, Span<byte> octets, out int length)
    {
        long seconds = value.Ticks / TimeSpan.TicksPerSecond;
        return RadiusNumbers.Write(unchecked((int)seconds), octets, out length) && seconds is >= int.MinValue and <= int.MaxValue;
    }
}

/// <summary>The key of an attribute that holds one of a set of named numbers, which stays open (RFC 8044 §3.2).</summary>
/// <typeparam name="T">The names: an enumeration as wide as the attribute.</typeparam>
/// <param name="Id">Where it stands.</param>
public readonly record struct EnumKey<T>(RadiusAttributeId Id) : IRadiusKey<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlySpan<byte> octets, out T value) => RadiusNumbers.TryRead(octets, out value);

    /// <inheritdoc/>
    public bool TryWrite(T value, Span<byte> octets, out int length) => RadiusNumbers.Write(value, octets, out length);
}

/// <summary>Numbers of 1, 2, 4 and 8 octets, the most significant first.</summary>
internal static class RadiusNumbers
{
    // The size of T is known when T is, and so only one of the branches is left.
    public static bool TryRead<T>(ReadOnlySpan<byte> octets, out T value)
        where T : struct
    {
        ulong number = 0;
        if (octets.Length == Unsafe.SizeOf<T>())
        {
            number = Unsafe.SizeOf<T>() switch
            {
                sizeof(byte) => octets[0],
                sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(octets),
                sizeof(uint) => BinaryPrimitives.ReadUInt32BigEndian(octets),
                _ => BinaryPrimitives.ReadUInt64BigEndian(octets),
            };
        }

        value = From<T>(number);
        return octets.Length == Unsafe.SizeOf<T>();
    }

    public static bool Write<T>(T value, Span<byte> octets, out int length)
        where T : struct
    {
        length = Unsafe.SizeOf<T>();
        switch (length)
        {
            case sizeof(byte):
                octets[0] = Unsafe.As<T, byte>(ref value);
                break;
            case sizeof(ushort):
                BinaryPrimitives.WriteUInt16BigEndian(octets, Unsafe.As<T, ushort>(ref value));
                break;
            case sizeof(uint):
                BinaryPrimitives.WriteUInt32BigEndian(octets, Unsafe.As<T, uint>(ref value));
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(octets, Unsafe.As<T, ulong>(ref value));
                break;
        }

        return true;
    }

    public static T From<T>(ulong number)
        where T : struct
    {
        byte one = (byte)number;
        ushort two = (ushort)number;
        uint four = (uint)number;
        return Unsafe.SizeOf<T>() switch
        {
            sizeof(byte) => Unsafe.As<byte, T>(ref one),
            sizeof(ushort) => Unsafe.As<ushort, T>(ref two),
            sizeof(uint) => Unsafe.As<uint, T>(ref four),
            _ => Unsafe.As<ulong, T>(ref number),
        };
    }

    public static ulong Of<T>(T value)
        where T : struct => Unsafe.SizeOf<T>() switch
        {
            sizeof(byte) => Unsafe.As<T, byte>(ref value),
            sizeof(ushort) => Unsafe.As<T, ushort>(ref value),
            sizeof(uint) => Unsafe.As<T, uint>(ref value),
            _ => Unsafe.As<T, ulong>(ref value),
        };
}
