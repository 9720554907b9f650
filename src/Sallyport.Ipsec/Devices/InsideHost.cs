using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Sallyport.Ipsec.Devices;

/// <summary>
/// A network inside the process, for use without root: it answers ICMP echo for the addresses it is given, and asks others. Packets wait in a
/// bounded queue; when it is full, further ones are dropped, as by any host.
/// </summary>
public sealed class InsideHost : IPacketDevice
{
    /// <summary>The MTU in octets unless another is asked for: it leaves room for ESP in UDP on an Ethernet of 1500.</summary>
    public const int DefaultMtu = 1400;

    private const int PingDataSize = 56;
    private readonly IPNetwork[] _networks;
    private readonly Channel<(byte[] Buffer, int Length)> _outgoing;
    private readonly ConcurrentDictionary<(uint Remote, ushort Identifier, ushort Sequence), TaskCompletionSource<long>> _waiting = new();
    private readonly ushort _identifier = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
    private int _sequence;
    private long _answered;
    private long _dropped;

    /// <summary>Creates the network.</summary>
    /// <param name="networks">The IPv4 addresses that answer.</param>
    /// <param name="mtu">The longest packet in octets, 68 (RFC 791 §3.2) to 65535.</param>
    /// <param name="capacity">How many packets may wait to enter the tunnel.</param>
    /// <param name="name">The name, for people.</param>
    public InsideHost(IEnumerable<IPNetwork> networks, int mtu = DefaultMtu, int capacity = 256, string name = "inside")
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, 68);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _networks = [.. networks];
        Mtu = mtu;
        Name = name;
        _outgoing = Channel.CreateBounded<(byte[] Buffer, int Length)>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Mtu { get; }

    /// <summary>How many echo requests were answered.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>How many packets were dropped: no echo, for no address of ours, or the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(Memory<byte> packet, CancellationToken cancellationToken = default)
    {
        while (await _outgoing.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_outgoing.Reader.TryRead(out (byte[] Buffer, int Length) next))
            {
                next.Buffer.AsSpan(0, next.Length).CopyTo(packet.Span);
                ArrayPool<byte>.Shared.Return(next.Buffer);
                return next.Length;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> packet)
    {
        if (packet.Length <= Mtu && IcmpEcho.TryParse(packet, out IcmpEcho echo) && Take(echo))
        {
            return true;
        }

        Interlocked.Increment(ref _dropped);
        return false;
    }

    /// <summary>Asks a host on the other side of the tunnel whether it is there, once.</summary>
    /// <param name="source">The address of ours to ask from: the one that the tunnel assigned.</param>
    /// <param name="destination">The host.</param>
    /// <param name="timeout">How long to wait for its answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The round-trip time, or <see langword="null"/> where no answer came in time.</returns>
    /// <exception cref="ArgumentException">An address is not IPv4.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task<TimeSpan?> PingAsync(IPAddress source, IPAddress destination, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        uint from = ToUInt32(source, nameof(source));
        uint to = ToUInt32(destination, nameof(destination));
        ushort sequence = (ushort)Interlocked.Increment(ref _sequence);
        TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (uint, ushort, ushort) key = (to, _identifier, sequence);
        if (!_waiting.TryAdd(key, answer))
        {
            return null;
        }

        long sent = Stopwatch.GetTimestamp();
        try
        {
            Enqueue(IcmpEcho.Request, from, to, _identifier, sequence, new byte[Math.Min(PingDataSize, Mtu - IcmpEcho.HeaderSize - IcmpEcho.EchoHeaderSize)]);
            return Stopwatch.GetElapsedTime(sent, await answer.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _waiting.TryRemove(key, out _);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private bool Take(in IcmpEcho echo)
    {
        if (echo.Type == IcmpEcho.Reply)
        {
            return _waiting.TryGetValue((echo.Source, echo.Identifier, echo.Sequence), out TaskCompletionSource<long>? answer)
                && answer.TrySetResult(Stopwatch.GetTimestamp());
        }

        if (!Owns(echo.Destination) || !Enqueue(IcmpEcho.Reply, echo.Destination, echo.Source, echo.Identifier, echo.Sequence, echo.Data))
        {
            return false;
        }

        Interlocked.Increment(ref _answered);
        return true;
    }

    private bool Enqueue(byte type, uint source, uint destination, ushort identifier, ushort sequence, ReadOnlySpan<byte> data)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Mtu);
        int length = IcmpEcho.Write(buffer, type, source, destination, identifier, sequence, data);
        if (_outgoing.Writer.TryWrite((buffer, length)))
        {
            return true;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return false;
    }

    private bool Owns(uint address)
    {
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(octets, address);
        IPAddress candidate = new(octets);
        return _networks.Any(n => n.Contains(candidate));
    }

    private static uint ToUInt32(IPAddress address, string parameter)
    {
        ArgumentNullException.ThrowIfNull(address, parameter);
        Span<byte> octets = stackalloc byte[sizeof(uint)];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(octets, out _)
            ? BinaryPrimitives.ReadUInt32BigEndian(octets)
            : throw new ArgumentException("an IPv4 address is wanted", parameter);
    }
}
