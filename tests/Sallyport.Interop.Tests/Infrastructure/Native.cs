using System.Runtime.InteropServices;

namespace Sallyport.Interop.Tests.Infrastructure;

/// <summary>What .NET cannot do to a process: ask it to end.</summary>
internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);
}
