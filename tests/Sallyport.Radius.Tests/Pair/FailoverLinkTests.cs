using System.Net;
using FsCheck.Xunit;
using Sallyport.Radius.Client;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Server;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests.Pair;

/// <summary>
/// The client's cores against those of three servers, over a clock and a link that the test holds: datagrams are lost, doubled and delayed, and
/// the first server is away from second 20 to second 120.
/// </summary>
public class FailoverLinkTests
{
    private const int Servers = 3;
    private const double Gone = 20;
    private const double Back = 120;
    private static readonly RadiusSecret[] Secrets = [new("first"), new("second"), new("third")];
    private static readonly IPEndPoint Nas = new(IPAddress.Loopback, 1645);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly RadiusClientPort[] _ports = new RadiusClientPort[Servers];
    private readonly RadiusReplyCache[] _caches = new RadiusReplyCache[Servers];
    private readonly RadiusServerPool _pool;
    private readonly Random _random;
    private readonly PriorityQueue<(int Server, bool ToServer, byte[] Octets), TimeSpan> _link = new();
    private readonly Dictionary<(int, string), int> _handled = [];
    private readonly List<(Login Login, string? Answer, int Server, TimeSpan At)> _ended = [];
    private readonly List<(RadiusServerState State, double At)> _first = [];
    private TimeSpan _now;

    public FailoverLinkTests()
        : this(0)
    {
    }

    private FailoverLinkTests(int seed)
    {
        _random = new Random(seed);
        _pool = new RadiusServerPool(Servers, RadiusBalance.InOrder, new RadiusHealthOptions(), _random.NextDouble);
        for (int i = 0; i < Servers; i++)
        {
            _ports[i] = new RadiusClientPort(_random.NextDouble);
            // As long as a client may go on asking: a reply forgotten sooner would be made anew.
            _caches[i] = new RadiusReplyCache(new RadiusReplyCacheLimits { Lifetime = TimeSpan.FromSeconds(40) });
        }
    }

    [Property(MaxTest = 10)]
    public void A_server_that_is_away_costs_no_login_and_gets_its_work_back(int seed)
    {
        FailoverLinkTests run = new(seed);
        run.Run();

        // Two a second for 200 seconds; all are answered, each by its own answer, and no server has handled one twice.
        Assert.Equal(400, run._ended.Count);
        Assert.All(run._ended, e => Assert.Equal(e.Login.User, e.Answer));
        Assert.All(run._handled, h => Assert.Equal(1, h.Value));
        Assert.Equal([RadiusServerState.Zombie, RadiusServerState.Dead, RadiusServerState.Alive], run._first.Select(f => f.State));
        Assert.InRange(run._first[0].At, Gone + 5, Gone + 12);
        Assert.InRange(run._first[1].At, Gone + 15, Gone + 30);
        Assert.InRange(run._first[2].At, Back, Back + 50);
        Assert.DoesNotContain(run._ended, e => e.Server == 0 && e.At.TotalSeconds is > Gone + 5 and < Back);
        Assert.True(run._ended.Count(e => e.Login.Begun.TotalSeconds < Gone - 8 && e.Server == 0) > 20, "the first server is the preferred one");
        Assert.Contains(run._ended, e => e.Server == 0 && e.At > TimeSpan.FromSeconds(run._first[2].At));
        Assert.All(run._ports, p => Assert.Equal(0, p.Count));
    }

    private void Run()
    {
        List<RadiusExchange> resend = [];
        List<RadiusExchange> over = [];
        for (int step = 0; _ended.Count < 400 && step < 3000; step++, _now += Step)
        {
            if (step % 5 == 0 && step < 2000)
            {
                Send(new Login($"user{step / 5}", _now));
            }

            while (_link.TryPeek(out (int Server, bool ToServer, byte[] Octets) datagram, out TimeSpan at) && at <= _now)
            {
                _link.Dequeue();
                if (datagram.ToServer)
                {
                    Serve(datagram.Server, datagram.Octets);
                }
                else if (_ports[datagram.Server].Handle(datagram.Octets, out _) is { } exchange)
                {
                    Answered(datagram.Server, exchange);
                }
            }

            for (int i = 0; i < Servers; i++)
            {
                _ports[i].HandleTimeout(_now, resend, over);
                foreach (RadiusExchange exchange in resend)
                {
                    _pool[i].Silent(exchange.Started, _now);
                    Put(i, toServer: true, exchange.Request.ToArray());
                }

                Give(i, over);
                if (i == 0 && _pool[0].State != (_first.Count == 0 ? RadiusServerState.Alive : _first[^1].State))
                {
                    _first.Add((_pool[0].State, _now.TotalSeconds));
                    if (_pool[0].State == RadiusServerState.Dead)
                    {
                        _ports[0].Abandon(over, e => e.Tag is Login);
                        Give(0, over);
                    }
                }

                if (_pool[i].TryGetProbe(_now))
                {
                    Begin(i, RadiusCode.StatusServer, null, RadiusRetransmission.Every(TimeSpan.FromSeconds(3.6), 1));
                }

                resend.Clear();
            }
        }
    }

    // What a server did not answer goes to the next, with an identifier and a secret of that one's.
    private void Give(int server, List<RadiusExchange> over)
    {
        foreach (RadiusExchange exchange in over)
        {
            _pool[server].Silent(exchange.Started, _now);
            if (exchange.Tag is Login login)
            {
                _pool.End(server);
                Send(login);
            }
            else
            {
                _pool[server].ProbeUnanswered(_now);
            }
        }

        over.Clear();
    }

    private void Answered(int server, RadiusExchange exchange)
    {
        if (exchange.Tag is not Login login)
        {
            _pool[server].ProbeAnswered(_now);
            return;
        }

        _pool[server].Heard(_now);
        _pool.End(server);
        Assert.True(RadiusPacket.TryParse(exchange.Reply.Span, out RadiusPacket reply, out _));
        _ended.Add((login, reply.GetString(Rfc2865.ReplyMessage), server, _now));
    }

    private void Send(Login login)
    {
        int server = _pool.Begin(login.Tried);
        if (server < 0)
        {
            _ended.Add((login, null, server, _now));
            return;
        }

        login.Tried |= 1UL << server;
        Begin(server, RadiusCode.AccessRequest, login, RadiusRetransmission.Default);
    }

    private void Begin(int server, RadiusCode code, Login? login, RadiusRetransmission retransmission)
    {
        RadiusExchange exchange = _ports[server].TryReserve(login)!;
        byte[] authenticator = new byte[RadiusAuthenticators.Size];
        _random.NextBytes(authenticator);
        byte[] buffer = new byte[RadiusPacket.LargestSize];
        RadiusPacketWriter writer = new(buffer, code, exchange.Identifier, authenticator);
        writer.Add(Rfc2865.UserName, login?.User ?? "status");
        Assert.True(writer.TryComplete(Secrets[server], out int length));
        _ports[server].Start(exchange, buffer.AsMemory(0, length), Secrets[server], retransmission, requireMessageAuthenticator: true, _now);
        Put(server, toServer: true, exchange.Request.ToArray(), code == RadiusCode.StatusServer);
    }

    private void Serve(int server, byte[] octets)
    {
        if (server == 0 && _now.TotalSeconds is >= Gone and < Back)
        {
            return;
        }

        Assert.True(RadiusPacket.TryParse(octets, out RadiusPacket packet, out _));
        Assert.Equal(RadiusVerification.Genuine, RadiusAuthenticators.VerifyRequest(packet, Secrets[server], RadiusMessageAuthenticatorPolicy.Require));
        byte[] reply = new byte[RadiusPacket.LargestSize];
        RadiusRequestKind kind = _caches[server].Begin(new RadiusRequestKey(new RadiusRemote(Nas), packet), octets.Length, _now, reply, out int length, out RadiusReplySlot slot);
        if (kind == RadiusRequestKind.New)
        {
            string user = packet.GetString(Rfc2865.UserName)!;
            if (packet.Code == RadiusCode.AccessRequest)
            {
                _handled[(server, user)] = _handled.GetValueOrDefault((server, user)) + 1;
            }

            RadiusPacketWriter writer = new(reply, RadiusCode.AccessAccept, packet.Identifier, packet.Authenticator);
            writer.Add(Rfc2865.ReplyMessage, user);
            Assert.True(writer.TryComplete(Secrets[server], out length));
            _caches[server].Complete(slot, reply.AsSpan(0, length), _now);
        }

        Put(server, toServer: false, reply[..length], packet.Code == RadiusCode.StatusServer);
    }

    // Signs of life arrive, so that the times at which the server is trusted again are bounded.
    private void Put(int server, bool toServer, byte[] octets, bool surely = false)
    {
        int copies = surely ? 1 : _random.Next(20) switch { 0 => 0, 1 or 2 => 2, _ => 1 };
        for (int i = 0; i < copies; i++)
        {
            _link.Enqueue((server, toServer, octets), _now + (Step * _random.Next(1, 10)));
        }
    }

    private sealed class Login(string user, TimeSpan begun)
    {
        public string User { get; } = user;

        public TimeSpan Begun { get; } = begun;

        public ulong Tried { get; set; }
    }
}
