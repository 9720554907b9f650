namespace Sallyport.Radius.Wire;

/// <summary>The key of an attribute whose value has one form: where it stands, and how its octets are read and written.</summary>
/// <typeparam name="TValue">The value.</typeparam>
public interface IRadiusKey<TValue>
{
    /// <summary>Where the attribute stands.</summary>
    RadiusAttributeId Id { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="octets">The attribute's value, whole.</param>
    /// <param name="value">What it means.</param>
    /// <returns>Whether it has the form that the data type demands.</returns>
    bool TryRead(ReadOnlySpan<byte> octets, out TValue value);

    /// <summary>Writes a value.</summary>
    /// <param name="value">What it means.</param>
    /// <param name="octets">At least 18 octets.</param>
    /// <param name="length">How many were written.</param>
    /// <returns>Whether the data type can hold the value.</returns>
    bool TryWrite(TValue value, Span<byte> octets, out int length);
}
