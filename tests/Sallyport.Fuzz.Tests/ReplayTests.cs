namespace Sallyport.Fuzz.Tests;

/// <summary>Every seed and every past crash, and a few thousand mutations that are the same in every run.</summary>
public class ReplayTests
{
    private const int Mutations = 3000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Seeds_and_past_crashes_pass(string name)
    {
        IReadOnlyList<byte[]> seeds = Corpus.Seeds(name);

        Assert.NotEmpty(seeds);
        foreach (byte[] input in seeds.Concat(Corpus.Crashes(name)))
        {
            FuzzTargets.Find(name)!.Run([.. input]);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutations_of_the_seeds_pass(string name)
    {
        Mutator mutator = new(20260101, [.. Corpus.Seeds(name), .. Corpus.Crashes(name)]);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] input = mutator.Next();
            try
            {
                FuzzTargets.Find(name)!.Run([.. input]);
            }
            catch (Exception e)
            {
                Assert.Fail($"{e.GetType().Name}: {e.Message} on {Convert.ToHexStringLower(input)}");
            }
        }
    }
}
