using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius.Load;

/// <summary>A connection under load. One that ends, or on which nothing comes any more, counts what is under way as lost and is made anew.</summary>
internal sealed class TlsConnection : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private static readonly long ScanEvery = Stopwatch.Frequency / 10;
    private readonly LoadOptions _options;
    private readonly TlsIdentity _identity;
    private readonly byte[] _in = new byte[BufferSize];
    private SslStream _stream;
    private int _held;

    public TlsConnection(RequestPool pool, LoadOptions options, TlsIdentity identity)
    {
        _options = options;
        _identity = identity;

        // RFC 6613 §2.6.5: identifier 0 is for Status-Server.
        Slots = new LoadSlots(pool, options, 1, firstIdentifier: 1);
        _stream = Connect();
    }

    public LoadSlots Slots { get; }

    /// <summary>Sends until a time on the clock of <see cref="Stopwatch"/>, then waits for what is under way.</summary>
    public void Run(long end)
    {
        Slots.Reset();
        long scan = Stopwatch.GetTimestamp() + ScanEvery;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            if (now > scan)
            {
                Slots.Expire(now);
                scan = now + ScanEvery;
            }

            try
            {
                while (now < end && Slots.Outstanding < _options.Outstanding)
                {
                    Write(Slots.Begin(now, now));
                }

                if (Slots.Outstanding == 0)
                {
                    return;
                }

                Read();
            }
            catch (IOException)
            {
                Slots.Expire(long.MaxValue);
                _stream.Dispose();
                _held = 0;
                _stream = Connect();
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private SslStream Connect()
    {
        Socket socket = new(_options.Server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_options.Server);
        socket.ReceiveTimeout = (int)_options.Timeout.TotalMilliseconds;
        SslStream stream = new(new NetworkStream(socket, ownsSocket: true));
        stream.AuthenticateAsClient(_identity.Client("localhost"));
        return stream;
    }

    private void Read()
    {
        int read = _stream.Read(_in, _held, _in.Length - _held);
        if (read == 0)
        {
            throw new IOException("the server has closed the connection");
        }

        _held += read;
        long now = Stopwatch.GetTimestamp();
        int at = 0;
        while (_held - at >= RadiusPacket.HeaderSize)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(_in.AsSpan(at + 2));
            if (length is < RadiusPacket.HeaderSize or > RadiusPacket.LargestSize)
            {
                throw new IOException($"the server has sent a packet of {length} octets");
            }

            if (_held - at < length)
            {
                break;
            }

            Write(Slots.Handle(0, _in.AsSpan(at, length), now));
            at += length;
        }

        _in.AsSpan(at, _held - at).CopyTo(_in);
        _held -= at;
    }

    // A record each, as devices send: FreeRADIUS 3.2.1 ends a connection on which two packets share one.
    private void Write(ReadOnlySpan<byte> request)
    {
        if (!request.IsEmpty)
        {
            _stream.Write(request);
        }
    }
}
