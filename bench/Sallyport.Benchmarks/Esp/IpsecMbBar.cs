using System.Diagnostics;
using System.Globalization;
using Sallyport.Benchmarks.Ratios;

namespace Sallyport.Benchmarks.Esp;

/// <summary>
/// Our AES-256-GCM against intel-ipsec-mb, called from C in a process of its own: the two take turns of some milliseconds, and the median of
/// neighbouring turns counts. Where it has VAES, which .NET lacks, it is measured without as well. It is skipped where the library or a C
/// compiler is missing (Debian: libipsec-mb-dev, gcc).
/// </summary>
internal sealed class IpsecMbBar : IBar
{
    private const int Rounds = 31;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(6);
    private static readonly int[] Sizes = [64, 256, 576, 1400];

    /// <inheritdoc/>
    public IEnumerable<BarLine> Measure()
    {
        string folder = Directory.CreateTempSubdirectory("sallyport-ipsec-mb-").FullName;
        try
        {
            if (Build(folder) is not { } program)
            {
                return [new BarLine("esp.aes-gcm/ipsec-mb", null, 1, "libipsec-mb-dev or gcc is not installed")];
            }

            List<BarLine> lines = Measure(program, "ipsec-mb", out string instructions);
            return instructions == "VAES" ? [.. lines, .. Measure(program, "ipsec-mb-aesni", out _, "aesni")] : lines;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<BarLine> Measure(string program, string name, out string instructions, params string[] arguments)
    {
        using Process peer = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        instructions = peer.StandardOutput.ReadLine() ?? "?";
        List<BarLine> lines = [];
        foreach (int size in Sizes)
        {
            EspBars.AeadWork ours = new(new byte[32], size);
            lines.Add(Compare(peer, name, "seal", size, ours.Seal, instructions));
            lines.Add(Compare(peer, name, "open", size, ours.Open, instructions));
        }

        peer.StandardInput.Close();
        peer.WaitForExit();
        return lines;
    }

    private static BarLine Compare(Process peer, string name, string verb, int size, Action ours, string instructions)
    {
        double[] ratios = new double[Rounds];
        double[] own = new double[Rounds];
        for (int i = -3; i < Rounds; i++)
        {
            double mine = Time(ours);
            peer.StandardInput.WriteLine($"{verb} {size} {Turn.TotalMicroseconds:0}");
            peer.StandardInput.Flush();
            double theirs = double.Parse(peer.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            if (i >= 0)
            {
                (ratios[i], own[i]) = (mine / theirs, mine);
            }
        }

        Array.Sort(ratios);
        Array.Sort(own);
        string note = string.Create(CultureInfo.InvariantCulture, $"{own[Rounds / 2]:0} ns a packet; the other uses {instructions}");
        return new BarLine($"esp.aes-gcm.{verb}.{size}/{name}", ratios[Rounds / 2], 1, note);
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        TimeSpan elapsed;
        do
        {
            for (int i = 0; i < 64; i++)
            {
                action();
            }

            count += 64;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < Turn);
        return elapsed.TotalNanoseconds / count;
    }

    private static string? Build(string folder)
    {
        string source = Path.Combine(folder, "ipsecmb.c");
        using (Stream code = typeof(IpsecMbBar).Assembly.GetManifestResourceStream("ipsecmb.c")!)
        using (FileStream file = File.Create(source))
        {
            code.CopyTo(file);
        }

        string program = Path.Combine(folder, "ipsecmb");
        try
        {
            ProcessStartInfo start = new("gcc", ["-O2", "-o", program, source, "-lIPSec_MB"]) { RedirectStandardError = true };
            using Process compiler = Process.Start(start)!;
            compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
