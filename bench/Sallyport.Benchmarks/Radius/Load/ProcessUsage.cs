using System.Diagnostics;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>What a process has used.</summary>
/// <param name="Cpu">Processor time of all its threads, those that ended included, to the nanosecond.</param>
/// <param name="Resident">Resident memory in octets.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long Resident)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ArgumentException">There is no such process.</exception>
    public static ProcessUsage Of(int process)
    {
        using Process found = Process.GetProcessById(process);
        return new ProcessUsage(CpuOf(process), found.WorkingSet64);
    }

    private static TimeSpan CpuOf(int process) =>
        Libc.CpuClockOf(process, out int clock) == 0 && Libc.Time(clock, out Libc.TimeSpec time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : throw new ArgumentException($"there is no process {process}");
}
