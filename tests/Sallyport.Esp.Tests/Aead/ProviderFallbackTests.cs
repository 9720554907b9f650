using System.Diagnostics;
using Sallyport.Esp.Aead;

namespace Sallyport.Esp.Tests.Aead;

/// <summary>Without a set of instructions the next provider is chosen, and seals the same. The runtime takes instructions away when it starts, so a process of its own shows it.</summary>
public class ProviderFallbackTests
{
    [Fact]
    public Task All_instructions_of_the_processor_give_the_fastest_provider() =>
        Check(AesGcmAead.IsSupported(AesGcmProvider.X86Wide) ? AesGcmProvider.X86Wide : AesGcmAead.IsSupported(AesGcmProvider.X86) ? AesGcmProvider.X86 : AesGcmProvider.Platform);

    [Fact]
    // The runtime knows VAES and VPCLMULQDQ by one name.
    public Task Without_wide_products_those_of_128_bits_serve() =>
        Check(AesGcmAead.IsSupported(AesGcmProvider.X86) ? AesGcmProvider.X86 : AesGcmProvider.Platform, "EnableVAES");

    [Fact]
    public Task Without_AES_instructions_the_platforms_serves() => Check(AesGcmProvider.Platform, "EnableAES");

    [Fact]
    public Task Without_vectors_of_256_bits_the_platforms_serves() => Check(AesGcmProvider.Platform, "EnableAVX2");

    [Fact]
    public Task Without_any_instructions_the_platforms_serves() => Check(AesGcmProvider.Platform, "EnableHWIntrinsic");

    private static async Task Check(AesGcmProvider expected, string? without = null)
    {
        ProcessStartInfo start = new("dotnet", ["exec", typeof(Program).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (without is not null)
        {
            start.Environment[$"DOTNET_{without}"] = "0";
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string[] words = (await process.StandardOutput.ReadToEndAsync()).Trim().Split(' ');
        await process.WaitForExitAsync();

        Assert.Equal("", await error);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal((expected.ToString(), Program.Digest(AesGcmProvider.Platform)), (words[0], words[1]));
    }
}
