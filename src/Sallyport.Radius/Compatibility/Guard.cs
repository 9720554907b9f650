using System.Runtime.CompilerServices;

namespace Sallyport.Radius.Compatibility;

/// <summary>Checks of arguments on both targets.</summary>
internal static class Guard
{
    public static void NotNull(object? argument, [CallerArgumentExpression(nameof(argument))] string name = "")
    {
        if (argument is null)
        {
            throw new ArgumentNullException(name);
        }
    }

    public static void AtLeast(ReadOnlySpan<byte> destination, int length)
    {
        if (destination.Length < length)
        {
            throw new ArgumentException($"the destination has fewer than {length} octets", nameof(destination));
        }
    }
}
