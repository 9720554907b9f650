using System.Security.Cryptography;
using FsCheck.Xunit;
using Sallyport.Ikev2.Crypto;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Tests.Session;

public class FragmentStoreTests
{
    private static readonly byte[] Message = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void In_whatever_order_they_come_they_make_the_message_once(int total)
    {
        foreach (int[] order in Permutations([.. Enumerable.Range(1, total)]))
        {
            FragmentStore store = new(IkeFragmentation.Default);
            for (int i = 0; i < total; i++)
            {
                // Each is doubled at once, and all before it come again.
                string expected = i == total - 1 ? "whole" : "kept";
                Assert.Equal(expected, Offer(store, order[i], total));
                if (i < total - 1)
                {
                    Assert.All(order[..(i + 1)], n => Assert.Equal(nameof(IkeDropReason.UnexpectedFragment), Offer(store, n, total)));
                }
            }

            Assert.Equal(0, store.Octets);
        }
    }

    [Fact]
    public void With_any_of_them_missing_there_is_no_message()
    {
        for (int missing = 1; missing <= 5; missing++)
        {
            FragmentStore store = new(IkeFragmentation.Default);
            Assert.All(Enumerable.Range(1, 5).Where(n => n != missing), n => Assert.Equal("kept", Offer(store, n, 5)));
            Assert.Equal(80, store.Octets);
            Assert.Equal("whole", Offer(store, missing, 5));
        }
    }

    [Fact]
    public void Smaller_fragments_begin_anew_and_larger_ones_are_late()
    {
        FragmentStore store = new(IkeFragmentation.Default);
        Assert.Equal("kept", Offer(store, 1, 2));
        Assert.Equal("kept", Offer(store, 2, 4));
        Assert.Equal(25, store.Octets);
        Assert.Equal(nameof(IkeDropReason.UnexpectedFragment), Offer(store, 2, 2));
        Assert.Equal("kept", Offer(store, 1, 4));
        Assert.Equal("kept", Offer(store, 4, 4));
        Assert.Equal("whole", Offer(store, 3, 4));
    }

    [Fact]
    public void More_of_them_than_allowed_are_refused_before_they_are_opened()
    {
        FragmentStore store = new(new IkeFragmentation { MaximumFragments = 4 });
        Assert.Equal("kept", Offer(store, 1, 4));
        Assert.Equal(nameof(IkeDropReason.FragmentLimit), Offer(store, 1, 5));
        Assert.Equal(25, store.Octets);
    }

    [Fact]
    public void More_octets_than_allowed_are_refused_and_nothing_of_them_is_kept()
    {
        FragmentStore store = new(new IkeFragmentation { MaximumOctets = 99 });
        Assert.All(Enumerable.Range(1, 3), n => Assert.Equal("kept", Offer(store, n, 4)));
        Assert.Equal(nameof(IkeDropReason.FragmentLimit), Offer(store, 4, 4));
        Assert.Equal(0, store.Octets);

        store = new FragmentStore(new IkeFragmentation { MaximumOctets = 100 });
        Assert.All(Enumerable.Range(1, 3), n => Assert.Equal("kept", Offer(store, n, 4)));
        Assert.Equal("whole", Offer(store, 4, 4));
    }

    [Fact]
    public void Fragments_of_another_exchange_do_not_belong_to_the_message()
    {
        FragmentStore store = new(IkeFragmentation.Default);
        Assert.Equal("kept", Offer(store, 1, 2));
        Assert.Equal(nameof(IkeDropReason.UnexpectedFragment), Offer(store, 2, 2, IkeExchangeType.Informational));
        Assert.Equal("whole", Offer(store, 2, 2));
    }

    [Fact]
    public void What_is_forgotten_comes_anew()
    {
        FragmentStore store = new(IkeFragmentation.Default);
        Assert.Equal("kept", Offer(store, 1, 2));
        store.Clear();
        Assert.Equal(0, store.Octets);
        Assert.Equal("kept", Offer(store, 2, 2));
        Assert.Equal("whole", Offer(store, 1, 2));
    }

    [Property(MaxTest = 300)]
    public void Whatever_comes_the_limits_hold((byte Number, byte Total, byte Length)[] offered)
    {
        FragmentStore store = new(new IkeFragmentation { MaximumFragments = 20, MaximumOctets = 300 });
        foreach ((byte number, byte total, byte length) in offered)
        {
            byte[] body = [0, number, 0, total];
            if (EncryptedFragmentPayload.TryParse(body, out EncryptedFragmentPayload numbers, out _) && store.Judge(numbers) is null)
            {
                store.Add(new IkeOpenedFragment(default, IkePayloadType.Nonce, number, total, new byte[length]), out byte[]? whole, out _);
                Assert.InRange(whole?.Length ?? 0, 0, 300);
            }

            Assert.InRange(store.Octets, 0, 300);
        }
    }

    // Offers the part that a fragment of so many has.
    private static string Offer(FragmentStore store, int number, int total, IkeExchangeType exchange = IkeExchangeType.IkeAuth)
    {
        int size = (Message.Length + total - 1) / total;
        byte[] content = Message[((number - 1) * size)..Math.Min(number * size, Message.Length)];
        Assert.True(EncryptedFragmentPayload.TryParse([0, (byte)number, 0, (byte)total], out EncryptedFragmentPayload numbers, out _));
        if (store.Judge(numbers) is { } judged)
        {
            return judged.ToString();
        }

        IkeHeader header = new(1, 2, IkePayloadType.EncryptedFragment, 2, 0, exchange, IkeHeaderBits.None, 1, 0);
        IkePayloadType first = number == 1 ? IkePayloadType.Nonce : IkePayloadType.None;
        if (store.Add(new IkeOpenedFragment(header, first, number, total, content), out byte[]? whole, out first) is { } refused)
        {
            return refused.ToString();
        }

        if (whole is null)
        {
            return "kept";
        }

        Assert.Equal(Message, whole);
        Assert.Equal(IkePayloadType.Nonce, first);
        return "whole";
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(i => Permutations([.. items.Where(o => o != i)]).Select(rest => (int[])[i, .. rest]));
}
