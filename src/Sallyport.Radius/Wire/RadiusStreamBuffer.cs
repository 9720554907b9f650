using System.Buffers;
using System.Buffers.Binary;

namespace Sallyport.Radius.Wire;

/// <summary>
/// Cuts the octets of a TCP or TLS connection into packets (RFC 6613 §2.6.4, RFC 6614 §2.5), without a socket. It holds two packets at most
/// and never grows: whoever fills it takes packets out before there is room for more. Not safe for concurrent use.
/// </summary>
public sealed class RadiusStreamBuffer
{
    /// <summary>How many octets it holds.</summary>
    public const int Capacity = 2 * RadiusPacket.LargestSize;

    private readonly byte[] _octets = new byte[Capacity];
    private int _begin;
    private int _end;

    /// <summary>How many octets wait in it.</summary>
    public int Count => _end - _begin;

    /// <summary>Where the next octets of the connection go; never empty once <see cref="TryTake"/> has said that it needs more.</summary>
    public Memory<byte> Free
    {
        get
        {
            // A span that was taken is not valid any longer once octets are moved: that is why this is asked for only after all were used.
            if (_begin > 0)
            {
                _octets.AsSpan(_begin, Count).CopyTo(_octets);
                _end -= _begin;
                _begin = 0;
            }

            return _octets.AsMemory(_end);
        }
    }

    /// <summary>Says how many octets were written to <see cref="Free"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there was room for.</exception>
    public void Commit(int count)
    {
        if (count < 0 || count > Capacity - _end)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "more octets than there was room for");
        }

        _end += count;
    }

    /// <summary>Takes the next packet.</summary>
    /// <param name="packet">Its octets, valid until <see cref="Free"/> is asked for.</param>
    /// <returns><see cref="OperationStatus.Done"/>; <see cref="OperationStatus.NeedMoreData"/> where the packet is not whole yet; or
    /// <see cref="OperationStatus.InvalidData"/> where a Length below 20 or above 4096 shows that packets cannot be told apart any more: the
    /// connection has to be closed.</returns>
    public OperationStatus TryTake(out ReadOnlySpan<byte> packet)
    {
        OperationStatus status = TryFrame(_octets.AsSpan(_begin, Count), out int length);
        packet = status == OperationStatus.Done ? _octets.AsSpan(_begin, length) : default;
        _begin += packet.Length;
        return status;
    }

    /// <summary>Tells where the packet ends with which octets begin.</summary>
    /// <param name="octets">Octets of a connection, from the beginning of a packet.</param>
    /// <param name="length">The packet's octets where it is whole, else 0.</param>
    public static OperationStatus TryFrame(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        if (octets.Length < 4)
        {
            return OperationStatus.NeedMoreData;
        }

        int size = BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        if (size is < RadiusPacket.HeaderSize or > RadiusPacket.LargestSize)
        {
            return OperationStatus.InvalidData;
        }

        if (octets.Length < size)
        {
            return OperationStatus.NeedMoreData;
        }

        length = size;
        return OperationStatus.Done;
    }
}
