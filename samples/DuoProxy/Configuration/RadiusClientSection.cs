using System.Net;
using System.Text;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary><c>[radius_client]</c>: the RADIUS server that checks the first factor.</summary>
public sealed class RadiusClientSection
{
    /// <summary>The section's name, with its number.</summary>
    public required string Name { get; init; }

    /// <summary>The line the section begins at.</summary>
    public required int Line { get; init; }

    /// <summary><c>host</c>, <c>host_2</c> … with their ports, in the order they are tried.</summary>
    public required IReadOnlyList<Located<DnsEndPoint>> Hosts { get; init; }

    /// <summary><c>secret</c>, shared with every host.</summary>
    public required byte[] Secret { get; init; }

    /// <summary><c>retries</c>: how often a request is sent again to one host.</summary>
    public int Retries { get; private init; }

    /// <summary><c>retry_wait</c>: the time between two tries.</summary>
    public TimeSpan RetryWait { get; private init; }

    /// <summary><c>nas_ip</c>: what the primary gets as NAS-IP-Address (RFC 2865 §5.4); null for the proxy's own address.</summary>
    public IPAddress? NasAddress { get; private init; }

    /// <summary>What of the primary's answer reaches the NAS.</summary>
    public required PassThrough PassThrough { get; init; }

    /// <summary>
    /// <c>force_message_authenticator</c> (ours in this section): the primary's answers must carry a Message-Authenticator, which
    /// keeps a man in the middle from turning a Reject into an Accept (CVE-2024-3596).
    /// </summary>
    public bool RequireMessageAuthenticator { get; private init; }

    internal static RadiusClientSection Read(SectionReader section)
    {
        section.Required("host", "192.0.2.10");
        List<Located<DnsEndPoint>> hosts = [];
        int firstPort = section.Number("port", 1812, 1, 65535);
        foreach (int number in section.Numbers("host"))
        {
            Located<string> host = section.Required(SectionReader.Numbered("host", number), "192.0.2.10");
            if (Uri.CheckHostName(host.Value) == UriHostNameType.Unknown)
            {
                throw host.Error("a host is an address or a name, such as 192.0.2.10; its port goes into 'port'");
            }

            int port = number == 0 ? firstPort : section.Number(SectionReader.Numbered("port", number), firstPort, 1, 65535);
            hosts.Add(section.At(new DnsEndPoint(host.Value, port), host.Line));
        }

        Located<IPAddress>? nas = section.Address("nas_ip");
        if (nas is { Value.AddressFamily: not System.Net.Sockets.AddressFamily.InterNetwork })
        {
            throw nas.Error("'nas_ip' is an IPv4 address (RFC 2865 §5.4)");
        }

        PasswordCodec.Check(section);
        return new RadiusClientSection
        {
            Name = section.Name,
            Line = section.Line,
            Hosts = hosts,
            Secret = Encoding.UTF8.GetBytes(section.Required("secret", "a long random text").Value),
            Retries = section.Number("retries", 3, 0, 100),
            RetryWait = TimeSpan.FromSeconds(section.Number("retry_wait", 2, 1, 60)),
            NasAddress = nas?.Value,
            PassThrough = PassThrough.Read(section),
            RequireMessageAuthenticator = section.Boolean("force_message_authenticator", true),
        };
    }
}
