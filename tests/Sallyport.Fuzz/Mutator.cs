namespace Sallyport.Fuzz;

/// <summary>Makes inputs out of seeds: flips, overwrites, cuts, doubles and joins octets. The same start gives the same inputs.</summary>
public sealed class Mutator(int start, IReadOnlyList<byte[]> seeds)
{
    private const int LargestInput = 16384;
    private static readonly byte[] Interesting = [0, 1, 2, 3, 4, 7, 8, 16, 26, 31, 32, 40, 64, 79, 80, 127, 128, 253, 254, 255];
    private static readonly string[] Words = ["\n", " ", "!", "#", ";", "=", "[", "]", "<", ">", "\"", "0", "-1", "65536", "4294967296", "0x", "\u0000", "é", "&amp;", "%"];
    private readonly Random _random = new(start);
    private readonly List<byte[]> _seeds = seeds.Count > 0 ? [.. seeds] : [[]];

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        List<byte> input = [.. _seeds[_random.Next(_seeds.Count)]];
        for (int i = _random.Next(1, 6); i > 0; i--)
        {
            Change(input);
        }

        if (input.Count > LargestInput)
        {
            input.RemoveRange(LargestInput, input.Count - LargestInput);
        }

        return [.. input];
    }

    private void Change(List<byte> input)
    {
        int at = input.Count == 0 ? 0 : _random.Next(input.Count);
        switch (_random.Next(9))
        {
            case 0 when input.Count > 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when input.Count > 0:
                input[at] = Interesting[_random.Next(Interesting.Length)];
                break;
            case 2 when input.Count > 0:
                input[at] = (byte)_random.Next(256);
                break;
            case 3:
                input.RemoveRange(at, input.Count - at);
                break;
            case 4 when input.Count > 0:
                input.RemoveRange(at, Math.Min(_random.Next(1, 9), input.Count - at));
                break;
            case 5:
                input.InsertRange(at, input.Skip(at).Take(_random.Next(1, 65)).ToArray());
                break;
            case 6:
                byte[] other = _seeds[_random.Next(_seeds.Count)];
                int from = other.Length == 0 ? 0 : _random.Next(other.Length);
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other.Skip(from));
                break;
            case 7:
                input.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Words[_random.Next(Words.Length)]));
                break;
            default:
                input.Insert(at, (byte)_random.Next(256));
                break;
        }
    }
}
