namespace Sallyport.Radius.Compatibility;

/// <summary>Arrays for secrets.</summary>
internal static class Pinned
{
    /// <summary>An array that the collector does not move, and so does not copy. .NET Standard 2.0 has none: there it is an array like others.</summary>
    public static T[] Array<T>(int length)
        where T : unmanaged
    {
#if NET
        return GC.AllocateArray<T>(length, pinned: true);
#else
        return new T[length];
#endif
    }
}
