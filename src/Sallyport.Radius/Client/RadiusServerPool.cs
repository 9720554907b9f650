using Sallyport.Radius.Compatibility;

namespace Sallyport.Radius.Client;

/// <summary>Which of several servers that are equally alive is asked.</summary>
public enum RadiusBalance
{
    /// <summary>The first one, and the next only where it fails.</summary>
    InOrder,

    /// <summary>Each in turn.</summary>
    RoundRobin,

    /// <summary>The one with the fewest requests under way.</summary>
    LeastOutstanding,
}

/// <summary>
/// Chooses among the servers of one client, without socket or clock: those alive before those doubted, those doubted before those given up,
/// and none twice for one request. Not safe for concurrent use.
/// </summary>
public sealed class RadiusServerPool
{
    /// <summary>How many servers a pool takes.</summary>
    public const int MostServers = 64;

    private readonly RadiusServerHealth[] _servers;
    private readonly int[] _outstanding;
    private readonly RadiusBalance _balance;
    private int _turn;

    /// <summary>A pool of servers that are believed alive.</summary>
    /// <param name="count">How many.</param>
    /// <param name="balance">Which is asked.</param>
    /// <param name="health">When one is doubted and given up.</param>
    /// <param name="random">Chance, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No server, or more than <see cref="MostServers"/>.</exception>
    public RadiusServerPool(int count, RadiusBalance balance, RadiusHealthOptions health, Func<double> random)
    {
        if (count is < 1 or > MostServers)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"a client has 1 to {MostServers} servers");
        }

        _balance = balance;
        _servers = new RadiusServerHealth[count];
        _outstanding = new int[count];
        for (int i = 0; i < count; i++)
        {
            _servers[i] = new RadiusServerHealth(health, random);
        }
    }

    /// <summary>How many servers there are.</summary>
    public int Count => _servers.Length;

    /// <summary>What is believed of a server.</summary>
    public RadiusServerHealth this[int server] => _servers[server];

    /// <summary>Chooses the server for a request, which counts as under way there until <see cref="End"/>.</summary>
    /// <param name="tried">A bit for each server that this request has been sent to already.</param>
    /// <returns>The server, or -1 where all were tried.</returns>
    public int Begin(ulong tried)
    {
        int best = -1;
        int first = _balance == RadiusBalance.RoundRobin ? _turn : 0;
        for (int i = 0; i < _servers.Length; i++)
        {
            int server = (first + i) % _servers.Length;
            if (((tried >> server) & 1) == 0 && (best < 0 || IsBetter(server, best)))
            {
                best = server;
            }
        }

        if (best >= 0)
        {
            _turn = (best + 1) % _servers.Length;
            _outstanding[best]++;
        }

        return best;
    }

    /// <summary>A request goes to a server that is not chosen: its conversation has begun there (RFC 2865 §5.24).</summary>
    public void BeginAt(int server) => _outstanding[server]++;

    /// <summary>A request is no longer under way.</summary>
    public void End(int server) => _outstanding[server]--;

    /// <summary>Whether another server than this one is believed better for a request.</summary>
    /// <param name="server">The server that the request is at.</param>
    /// <param name="tried">A bit for each server that it has been sent to.</param>
    public bool HasBetter(int server, ulong tried)
    {
        for (int i = 0; i < _servers.Length; i++)
        {
            if (i != server && ((tried >> i) & 1) == 0 && _servers[i].State < _servers[server].State)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsBetter(int server, int than)
    {
        int order = _servers[server].State.CompareTo(_servers[than].State);
        return order < 0 || (order == 0 && _balance == RadiusBalance.LeastOutstanding && _outstanding[server] < _outstanding[than]);
    }
}
