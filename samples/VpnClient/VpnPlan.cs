using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Eap.Wire;
using Sallyport.Ikev2.Session;
using Sallyport.Samples.Common;
using Sallyport.Samples.VpnClient.Profile;

namespace Sallyport.Samples.VpnClient;

/// <summary>What is done for a person's request, once profile and certificates are read and found usable. Nothing was sent yet.</summary>
public sealed class VpnPlan
{
    /// <summary>IDi where the profile sets none, as AnyConnect sends it.</summary>
    public const string DefaultIdentity = "*$AnyConnectClient$*";

    /// <summary>
    /// How long the gateway may take to answer where neither profile nor person say. The schema's own default of 12 s would end every login
    /// that waits for a push, so this is the longest that the schema allows; a profile that names a time is obeyed.
    /// </summary>
    public static readonly TimeSpan DefaultAuthenticationTimeout = TimeSpan.FromSeconds(120);

    private const int IkePort = 500;

    /// <summary>The profile.</summary>
    public required AnyConnectProfile Profile { get; init; }

    /// <summary>The chosen entry.</summary>
    public required ProfileHost Host { get; init; }

    /// <summary>The EAP method, and no other.</summary>
    public required EapMethodType Method { get; init; }

    /// <summary>The gateway's name or address.</summary>
    public required string Server { get; init; }

    /// <summary>Its IKE port.</summary>
    public required int Port { get; init; }

    /// <summary>IDi.</summary>
    public required IkeIdentity Identity { get; init; }

    /// <summary>The identity that the gateway's certificate must speak for.</summary>
    public required IkeIdentity GatewayIdentity { get; init; }

    /// <summary>The trusted authorities.</summary>
    public required X509Certificate2Collection Authorities { get; init; }

    /// <summary>How long the gateway may take to answer.</summary>
    public required TimeSpan AuthenticationTimeout { get; init; }

    /// <summary>Reads what a request names.</summary>
    /// <exception cref="ConfigurationException">The profile, the certificates or the request cannot be used.</exception>
    public static VpnPlan Resolve(VpnClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        AnyConnectProfile profile = AnyConnectProfile.Parse(Read(options.ProfileFile), options.ProfileFile);
        ProfileHost host = Choose(profile, options.HostName);
        (string server, int port) = Address(options.Server ?? host.Address, options.Server is null ? (profile.File, host.Line) : ("--server", 1));
        return new VpnPlan
        {
            Profile = profile,
            Host = host,
            Method = MethodOf(profile, host),
            Server = server,
            Port = port,
            Identity = IkeIdentity.KeyId(host.IkeIdentity ?? DefaultIdentity),
            GatewayIdentity = ToIdentity(options.GatewayIdentity ?? Address(host.Address, (profile.File, host.Line)).Host),
            Authorities = ReadAuthorities(options.CaFile),
            AuthenticationTimeout = options.AuthenticationTimeout ?? profile.AuthenticationTimeout ?? DefaultAuthenticationTimeout,
        };
    }

    /// <summary>Finds the gateway's address.</summary>
    /// <exception cref="IOException">The name is not known.</exception>
    public async Task<IPEndPoint> FindGatewayAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(Server, out IPAddress? address))
        {
            return new IPEndPoint(address, Port);
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(Server, AddressFamily.InterNetwork, cancellationToken);
            return new IPEndPoint(addresses[0], Port);
        }
        catch (SocketException e)
        {
            throw new IOException($"the gateway's name '{Server}' cannot be resolved: {e.Message}", e);
        }
    }

    private static ProfileHost Choose(AnyConnectProfile profile, string? name)
    {
        string listed = string.Join(", ", profile.Hosts.Select(h => h.Name));
        return name is null
            ? profile.Hosts.Count > 0 ? profile.Hosts[0] : throw new ConfigurationException(profile.File, 1, "the server list has no entry")
            : profile.Hosts.FirstOrDefault(h => string.Equals(h.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConfigurationException(profile.File, 1, $"the server list has no entry '{name}'; it has {(listed.Length > 0 ? listed : "none")}");
    }

    private static EapMethodType MethodOf(AnyConnectProfile profile, ProfileHost host)
    {
        if (host.Protocol != ProfileProtocol.IPsec)
        {
            throw new ConfigurationException(profile.File, host.ProtocolLine, $"'{host.Name}' is an SSL gateway; this client speaks IPsec only (PrimaryProtocol)");
        }

        if (!host.StandardAuthenticationOnly)
        {
            throw new ConfigurationException(profile.File, host.StandardLine, $"'{host.Name}' wants EAP-AnyConnect, a method of the vendor's own; set StandardAuthenticationOnly to true");
        }

        return host.AuthMethod switch
        {
            IkeAuthMethod.EapMd5 => EapMethodType.Md5Challenge,
            IkeAuthMethod.EapGtc => EapMethodType.GenericTokenCard,
            IkeAuthMethod.EapMsChapV2 => EapMethodType.MsChapV2,
            _ => throw new ConfigurationException(
                profile.File, host.MethodLine, "this AuthMethodDuringIKENegotiation is not supported; EAP-MD5, EAP-GTC and EAP-MSCHAPv2 are"),
        };
    }

    private static IkeIdentity ToIdentity(string text) => IPAddress.TryParse(text, out IPAddress? address) ? IkeIdentity.Address(address) : IkeIdentity.Fqdn(text);

    private static (string Host, int Port) Address(string text, (string File, int Line) place)
    {
        if (IPAddress.TryParse(text, out _))
        {
            return (text, IkePort);
        }

        if (IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port > 0)
        {
            return (endPoint.Address.ToString(), endPoint.Port);
        }

        string[] parts = text.Split(':');
        return parts switch
        {
            [{ Length: > 0 } name] => (name, IkePort),
            [{ Length: > 0 } name, string number] when ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 => (name, port),
            _ => throw new ConfigurationException(place.File, place.Line, $"'{text}' is no gateway; HOST or HOST:PORT is wanted"),
        };
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(file, 1, $"cannot be read: {e.Message}");
        }
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPem(Read(file));
        }
        catch (CryptographicException e)
        {
            throw new ConfigurationException(file, 1, $"not certificates in PEM: {e.Message}");
        }

        return authorities.Count > 0 ? authorities : throw new ConfigurationException(file, 1, "there is no certificate in it; PEM is wanted");
    }
}
