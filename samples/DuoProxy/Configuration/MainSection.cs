using System.Net;

namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary><c>[main]</c>: what holds for the whole process. The section may be absent.</summary>
public sealed class MainSection
{
    /// <summary><c>debug</c>: a log with every message sent.</summary>
    public bool Debug { get; private init; }

    /// <summary>
    /// <c>log_stdout</c>. Ours: a console program logs to standard output unless told <c>false</c>, and then <c>log_dir</c> must say
    /// where the log goes instead.
    /// </summary>
    public bool LogToStandardOutput { get; private init; } = true;

    /// <summary><c>log_dir</c> and <c>log_file</c> joined: a log file besides or instead of standard output; null for none.</summary>
    public Located<string>? LogFile { get; private init; }

    /// <summary><c>log_max_size</c>: octets after which the log file is put aside; 0 for never.</summary>
    public long LogMaxSize { get; private init; } = 10 * 1024 * 1024;

    /// <summary><c>log_max_files</c>: how many files put aside are kept; 0 for all.</summary>
    public int LogMaxFiles { get; private init; } = 6;

    /// <summary><c>http_ca_certs_file</c>: PEM roots that the Duo service's certificate must chain to; null for Duo's usual ones.</summary>
    public Located<string>? CaCertificatesFile { get; private init; }

    /// <summary><c>http_proxy_host</c> and <c>http_proxy_port</c>: a CONNECT proxy on the way to Duo.</summary>
    public Located<DnsEndPoint>? HttpProxy { get; private init; }

    /// <summary><c>interface</c>: the address to listen on where a server section names none.</summary>
    public Located<IPAddress>? Interface { get; private init; }

    internal static MainSection Read(SectionReader section)
    {
        Located<string>? directory = section.Text("log_dir");
        Located<string>? file = section.Text("log_file");
        bool? standardOutput = section.BooleanOrNull("log_stdout");
        if (standardOutput == false && directory is null && file is null)
        {
            throw section.Error(section.Take("log_stdout"), "with log_stdout=false the log needs a place: add log_dir=/var/log/duoproxy");
        }

        Located<string>? path = directory ?? file;
        return new MainSection
        {
            Debug = section.Boolean("debug", false),
            LogToStandardOutput = standardOutput ?? true,
            LogFile = path is null ? null : path with { Value = Path.Join(directory?.Value ?? "", file?.Value ?? "authproxy.log") },
            LogMaxSize = section.Number("log_max_size", 10 * 1024 * 1024, 0, int.MaxValue),
            LogMaxFiles = section.Number("log_max_files", 6, 0, 1000),
            CaCertificatesFile = section.Text("http_ca_certs_file"),
            HttpProxy = ReadProxy(section),
            Interface = section.Address("interface"),
        };
    }

    internal static Located<DnsEndPoint>? ReadProxy(SectionReader section)
    {
        int port = section.Number("http_proxy_port", 80, 1, 65535);
        Located<string>? host = section.Text("http_proxy_host");
        if (host is null)
        {
            return null;
        }

        return Uri.CheckHostName(host.Value) == UriHostNameType.Unknown
            ? throw host.Error("'http_proxy_host' is a host's name or address, such as proxy.example.com; its port goes into http_proxy_port")
            : section.At(new DnsEndPoint(host.Value, port), host.Line);
    }
}
