using Sallyport.Esp.Aead;
using Sallyport.Esp.Tests.Vectors;

namespace Sallyport.Esp.Tests.Aead;

/// <summary>What others have published of AES-GCM, by every provider that this processor has. The files name their sources.</summary>
public class PublishedGcmVectorTests
{
    private static readonly (string File, int Genuine, int Forged)[] Files =
    [
        ("mcgrew-viega-gcm.txt", 12, 0),
        ("nist-cavp-gcm.txt", 225, 225),
        ("wycheproof-aes-gcm.txt", 62, 81),
        ("wycheproof-gmac.txt", 45, 162),
        ("draft-mcgrew-gcm-test.txt", 14, 0),
    ];

    public static TheoryData<AesGcmProvider, string, int, int> ProvidersAndFiles()
    {
        TheoryData<AesGcmProvider, string, int, int> data = [];
        foreach (AesGcmProvider provider in Enum.GetValues<AesGcmProvider>().Where(AesGcmAead.IsSupported))
        {
            foreach ((string file, int genuine, int forged) in Files)
            {
                data.Add(provider, file, genuine, forged);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ProvidersAndFiles))]
    public void Published_cases_come_out_as_published(AesGcmProvider provider, string file, int genuine, int forged)
    {
        IReadOnlyList<AeadVector> cases = AeadVector.Read(file);

        Assert.Equal((genuine, forged), (cases.Count(c => c.Genuine), cases.Count(c => !c.Genuine)));
        Assert.All(cases, one =>
        {
            using AesGcmAead aead = AesGcmAead.Create(one.Key, provider, one.Tag.Length);
            byte[] opened = [.. one.Ciphertext.Select(_ => (byte)0xa5)];

            Assert.True(aead.TryOpen(one.Nonce, one.Ciphertext, one.Tag, opened, one.Data) == one.Genuine, one.Case);
            Assert.Equal(one.Genuine ? one.Text : new byte[one.Ciphertext.Length], opened);
            if (one.Genuine)
            {
                byte[] tag = new byte[one.Tag.Length];
                aead.Seal(one.Nonce, opened, opened, tag, one.Data);
                Assert.Equal(one.Ciphertext, opened);
                Assert.Equal(one.Tag, tag);
            }
        });
    }
}
