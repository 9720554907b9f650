using System.Net;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary>The commands that say who is asked about a login: RADIUS servers, groups of them, and method lists.</summary>
internal static class AaaCommands
{
    private static readonly IosCommands<RadiusServerSettings> ServerCommands = new IosCommands<RadiusServerSettings>("radius server")
        .On("address ipv4", Address)
        .On("key", (s, line, at) => s.Key = IosValues.Secret(line, at))
        .On("timeout", (s, line, at) => s.Timeout = TimeSpan.FromSeconds(IosValues.Number(line, at, "a timeout in seconds", 1, 1000)))
        .On("retransmit", (s, line, at) => s.Retransmit = IosValues.Number(line, at, "a number of retransmissions", 0, 100))
        .Accept("automate-tester", "backoff", "pac", "non-standard");

    private static readonly IosCommands<List<(string Name, IosLine Line)>> GroupCommands =
        new IosCommands<List<(string Name, IosLine Line)>>("aaa group server radius")
            .On("server name", (group, line, at) => group.Add((line.Word(at, "the name of a radius server"), line)))
            .Accept("deadtime", "ip", "load-balance", "retransmit", "timeout", "accounting", "attribute", "authorization", "throttle");

    public static void RadiusServer(RouterConfiguration configuration, IosLine line, int at)
    {
        RadiusServerSettings server = new(line);
        ServerCommands.Apply(server, line, configuration.NoteList);
        configuration.RadiusServers[line.Word(at, "the server's name")] = server;
    }

    public static void Group(RouterConfiguration configuration, IosLine line, int at)
    {
        List<(string, IosLine)> servers = [];
        GroupCommands.Apply(servers, line, configuration.NoteList);
        configuration.RadiusGroups[line.Word(at, "the group's name")] = servers;
    }

    public static void Login(RouterConfiguration configuration, IosLine line, int at)
    {
        string list = line.Word(at, "the list's name");
        List<(string, IosLine)> groups = [];
        for (int i = at + 1; i < line.Words.Count; i++)
        {
            if (line.Words[i].Equals("group", StringComparison.OrdinalIgnoreCase))
            {
                groups.Add((line.Word(++i, "the name of a server group"), line));
            }
            else
            {
                // "local", "enable", "none" …: fine for the console's list; a list that EAP uses is checked where it is used.
                configuration.NoteList.Add($"{line.File}:{line.Number}: method '{line.Words[i]}' has no effect here");
            }
        }

        configuration.LoginLists[list] = groups;
    }

    public static void Network(RouterConfiguration configuration, IosLine line, int at)
    {
        string list = line.Word(at, "the list's name");
        if (line.Word(at + 1, "local").Equals("local", StringComparison.OrdinalIgnoreCase))
        {
            configuration.LocalNetworkLists.Add(list);
        }
    }

    private static void Address(RadiusServerSettings server, IosLine line, int at)
    {
        IPAddress address = IosValues.Address(line, at, "the server's address");
        int port = 1645;
        for (int i = at + 1; i < line.Words.Count; i += 2)
        {
            if (line.Words[i].Equals("auth-port", StringComparison.OrdinalIgnoreCase))
            {
                port = IosValues.Number(line, i + 1, "a UDP port", 1, 65535);
            }
            else if (line.Words[i].Equals("acct-port", StringComparison.OrdinalIgnoreCase))
            {
                IosValues.Number(line, i + 1, "a UDP port", 0, 65535);
            }
            else
            {
                throw line.Error($"'{line.Words[i]}' is not supported here; auth-port and acct-port are");
            }
        }

        server.Authentication = new IPEndPoint(address, port);
    }
}
