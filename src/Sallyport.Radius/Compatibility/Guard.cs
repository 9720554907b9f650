using System.Runtime.CompilerServices;

namespace Sallyport.Radius.Compatibility;

/// <summary>Checks of arguments on both targets.</summary>
internal static class Guard
{
    public static void NotNull(object? argument, [CallerMemberName] string caller = "")
    {
        if (argument is null)
        {
            throw new ArgumentNullException(caller);
        }
    }
}
