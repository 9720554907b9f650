using Sallyport.Ikev2.Session;

namespace Sallyport.Ikev2.Tests.Endpoint;

/// <summary>
/// The ESP of both sides as their events tell it. Whenever something has moved each side sends a packet, which arrives a few moves later, or
/// much later: it must find the SA and the key that it was sent by.
/// </summary>
internal sealed class Traffic
{
    private readonly Pair _pair;
    private readonly Side _client;
    private readonly Side _gateway;
    private readonly List<(Side To, uint Spi, byte[] Key, TimeSpan SentAt, int Moves)> _underWay = [];
    private readonly Random _random;
    private readonly bool _talks;

    public Traffic(Pair pair, int seed = 0, bool talks = true)
    {
        _pair = pair;
        _random = new Random(seed);
        _talks = talks;
        _client = new Side(pair.ClientEvents);
        _gateway = new Side(pair.GatewayEvents);
        pair.Moved = Move;
    }

    public int Delivered { get; private set; }

    /// <summary>Under how many different SAs packets were delivered.</summary>
    public HashSet<uint> Spis { get; } = [];

    public int ClientSas => _client.Inbound.Count;

    public int GatewaySas => _gateway.Inbound.Count;

    private void Move()
    {
        _client.Read();
        _gateway.Read();
        Send(_client, _gateway);
        Send(_gateway, _client);
        for (int i = 0; i < _underWay.Count; i++)
        {
            (Side to, uint spi, byte[] key, TimeSpan sentAt, int moves) = _underWay[i];
            if (moves > 0 && _pair.Now - sentAt < TimeSpan.FromSeconds(2))
            {
                _underWay[i] = (to, spi, key, sentAt, moves - 1);
                continue;
            }

            _underWay.RemoveAt(i--);
            Deliver(to, spi, key);
        }
    }

    private void Send(Side from, Side to)
    {
        if (from.Current is { } current && to.Current is not null && _talks)
        {
            _underWay.Add((to, current.OutboundSpi, current.OutboundKey, _pair.Now, _random.Next(4)));
        }
    }

    private void Deliver(Side to, uint spi, byte[] key)
    {
        if (to.Ended)
        {
            return;
        }

        Assert.True(to.Inbound.TryGetValue(spi, out IkeChildSa? child), $"no SA has 0x{spi:x8}\n{string.Join('\n', _pair.Trace.TakeLast(20))}");
        Assert.Equal(key, child.InboundKey);
        Delivered++;
        Spis.Add(spi);
        to.Heard(child);
    }

    private sealed class Side(List<IkeEvent> events)
    {
        private int _read;

        public Dictionary<uint, IkeChildSa> Inbound { get; } = [];

        public List<uint> Order { get; } = [];

        public IkeChildSa? Current { get; private set; }

        public bool Ended { get; private set; }

        public void Read()
        {
            for (; _read < events.Count; _read++)
            {
                switch (events[_read])
                {
                    case SessionEstablishedEvent e:
                        Current = Add(e.Child);
                        break;
                    case ChildRekeyedEvent e:
                        IkeChildSa child = Add(e.Child);
                        Current = e.SendAtOnce ? child : Current;
                        break;
                    case ChildRetiredEvent e:
                        Current = Current?.InboundSpi == e.InboundSpi ? (e.Successor == 0 ? null : Inbound[e.Successor]) : Current;
                        break;
                    case ChildDeletedEvent e:
                        Assert.NotEqual(Current?.InboundSpi, e.InboundSpi);
                        Assert.True(Inbound.Remove(e.InboundSpi));
                        break;
                    case SessionClosedEvent:
                        Current = null;
                        Ended = true;
                        break;
                    default:
                        break;
                }
            }
        }

        // RFC 7296 §2.8: traffic by a newer SA is the sign that the peer receives by it.
        public void Heard(IkeChildSa child)
        {
            if (Current is not null && Order.IndexOf(child.InboundSpi) > Order.IndexOf(Current.InboundSpi))
            {
                Current = child;
            }
        }

        private IkeChildSa Add(IkeChildSa child)
        {
            Inbound.Add(child.InboundSpi, child);
            Order.Add(child.InboundSpi);
            return child;
        }
    }
}
