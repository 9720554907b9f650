using System.Net;
using System.Net.Sockets;

namespace Sallyport.Ipsec.Tests.Infrastructure;

/// <summary>A NAT between one client and a gateway: it passes datagrams on from sockets of its own, and a test may meddle with them.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];
    private readonly Leg _ike;
    private readonly Leg _nat;

    public Relay(IPEndPoint ike, IPEndPoint nat)
    {
        _ike = new Leg(this, ike, natTraversal: false);
        _nat = new Leg(this, nat, natTraversal: true);
        _tasks.AddRange([_ike.RunAsync(), _nat.RunAsync()]);
    }

    /// <summary>What becomes of a datagram: what is returned is passed on in order. Null leaves everything as it is.</summary>
    public Func<RelayedDatagram, IEnumerable<byte[]>>? Meddle { get; set; }

    public IPEndPoint Ike => _ike.Inside;

    public IPEndPoint Nat => _nat.Inside;

    /// <summary>Where ESP seems to come from.</summary>
    public IPEndPoint NatOutside => _nat.Outside;

    /// <summary>Gives the client another outer port, as a NAT does that has forgotten its mapping.</summary>
    public void Rebind() => _tasks.Add(_nat.RebindAsync());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ike.Dispose();
        _nat.Dispose();
        await Task.WhenAll(_tasks);
        _stop.Dispose();
    }

    private byte[][] Pass(byte[] octets, bool toGateway, bool natTraversal)
    {
        lock (_stop)
        {
            return Meddle?.Invoke(new RelayedDatagram(octets, toGateway, natTraversal)).ToArray() ?? [octets];
        }
    }

    private sealed class Leg : IDisposable
    {
        private readonly Relay _relay;
        private readonly IPEndPoint _gateway;
        private readonly bool _natTraversal;
        private readonly Socket _inside = NewSocket();
        private Socket _outside = NewSocket();
        private EndPoint? _client;

        public Leg(Relay relay, IPEndPoint gateway, bool natTraversal) => (_relay, _gateway, _natTraversal) = (relay, gateway, natTraversal);

        public IPEndPoint Inside => (IPEndPoint)_inside.LocalEndPoint!;

        public IPEndPoint Outside => (IPEndPoint)_outside.LocalEndPoint!;

        public Task RunAsync() => Task.WhenAll(FromClientAsync(), FromGatewayAsync(_outside));

        public Task RebindAsync()
        {
            Socket old = _outside;
            _outside = NewSocket();
            old.Dispose();
            return FromGatewayAsync(_outside);
        }

        public void Dispose()
        {
            _inside.Dispose();
            _outside.Dispose();
        }

        private Task FromClientAsync() => LoopAsync(_inside, (octets, from) =>
        {
            _client = from;
            foreach (byte[] datagram in _relay.Pass(octets, true, _natTraversal))
            {
                _outside.SendTo(datagram, _gateway);
            }
        });

        private Task FromGatewayAsync(Socket socket) => LoopAsync(socket, (octets, _) =>
        {
            foreach (byte[] datagram in _relay.Pass(octets, false, _natTraversal))
            {
                _inside.SendTo(datagram, _client!);
            }
        });

        private async Task LoopAsync(Socket socket, Action<byte[], EndPoint> handle)
        {
            byte[] buffer = new byte[65535];
            while (!_relay._stop.IsCancellationRequested)
            {
                try
                {
                    SocketReceiveFromResult received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _relay._stop.Token);
                    handle(buffer[..received.ReceivedBytes], received.RemoteEndPoint);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
                {
                    return;
                }
            }
        }

        private static Socket NewSocket()
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }
    }
}

/// <summary>A datagram under way.</summary>
/// <param name="Octets">As it was sent.</param>
/// <param name="ToGateway">Its direction.</param>
/// <param name="NatTraversal">Whether it goes by the port that IKE and ESP share.</param>
internal sealed record RelayedDatagram(byte[] Octets, bool ToGateway, bool NatTraversal)
{
    public bool IsKeepalive => NatTraversal && Octets is [0xff];

    public bool IsEsp => NatTraversal && Octets.Length > 4 && Octets.AsSpan(0, 4).ContainsAnyExcept((byte)0);

    public bool IsIkeAuth => NatTraversal && Octets.Length > 32 && !IsEsp && Octets[4 + 18] == 35;
}
