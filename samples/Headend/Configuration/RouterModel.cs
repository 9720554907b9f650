using System.Net;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Samples.Headend.Configuration;

/// <summary><c>radius server NAME</c>.</summary>
public sealed class RadiusServerSettings(IosLine line)
{
    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>Where requests go; the router's default authentication port is 1645.</summary>
    public IPEndPoint? Authentication { get; internal set; }

    /// <summary>The shared secret.</summary>
    public byte[]? Key { get; internal set; }

    /// <summary>How long one try waits for its answer; 5 s unless configured.</summary>
    public TimeSpan Timeout { get; internal set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an unanswered request is sent again; 3 unless configured.</summary>
    public int Retransmit { get; internal set; } = 3;
}

/// <summary><c>crypto pki trustpoint NAME</c>: the router's own certificate.</summary>
public sealed class Trustpoint(IosLine line, string name)
{
    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>Its name, which also names its files: <c>NAME.pem</c> and <c>NAME.key</c>.</summary>
    public string Name { get; } = name;

    /// <summary><c>fqdn</c>: the DNS name in the certificate.</summary>
    public string? Fqdn { get; internal set; }

    /// <summary><c>subject-name</c>: the certificate's subject.</summary>
    public string? SubjectName { get; internal set; }
}

/// <summary><c>ip local pool NAME FIRST LAST</c>; several lines of one name add up.</summary>
public sealed class LocalPool(IosLine line, string name)
{
    private readonly List<(IPAddress First, IPAddress Last)> _ranges = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The ranges, first and last address included.</summary>
    public IReadOnlyList<(IPAddress First, IPAddress Last)> Ranges => _ranges;

    internal void Add(IPAddress first, IPAddress last) => _ranges.Add((first, last));
}

/// <summary><c>crypto ikev2 authorization policy NAME</c>: what a client is given.</summary>
public sealed class AuthorizationPolicy(IosLine line)
{
    private readonly List<IPAddress> _dns = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary><c>pool</c>: the name of the address pool, and its line.</summary>
    public (string Name, IosLine Line)? Pool { get; internal set; }

    /// <summary><c>dns</c>: up to two servers.</summary>
    public IReadOnlyList<IPAddress> Dns => _dns;

    /// <summary><c>netmask</c>.</summary>
    public IPAddress? Netmask { get; internal set; }

    /// <summary><c>def-domain</c>.</summary>
    public string? DefaultDomain { get; internal set; }

    /// <summary><c>banner</c>.</summary>
    public string? Banner { get; internal set; }

    /// <summary><c>route set access-list</c>: the name of the list of networks behind the router, and its line.</summary>
    public (string Name, IosLine Line)? RouteSet { get; internal set; }

    internal void AddDns(IPAddress server) => _dns.Add(server);
}

/// <summary><c>crypto ikev2 proposal NAME</c>, its algorithms by the router's keywords, in order of preference.</summary>
public sealed class Ikev2Proposal(IosLine line)
{
    private readonly List<string> _encryption = [];
    private readonly List<string> _integrity = [];
    private readonly List<string> _prf = [];
    private readonly List<int> _groups = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary><c>encryption</c>: aes-cbc-128, aes-cbc-192, aes-cbc-256, aes-gcm-128, aes-gcm-256.</summary>
    public IReadOnlyList<string> Encryption => _encryption;

    /// <summary><c>integrity</c>: sha256, sha384, sha512; none with AES-GCM.</summary>
    public IReadOnlyList<string> Integrity => _integrity;

    /// <summary><c>prf</c>: sha256, sha384, sha512; as <see cref="Integrity"/> where not given.</summary>
    public IReadOnlyList<string> Prf => _prf.Count > 0 ? _prf : _integrity;

    /// <summary><c>group</c>: 14, 19, 20, 21.</summary>
    public IReadOnlyList<int> Groups => _groups;

    internal void AddEncryption(string keyword) => _encryption.Add(keyword);

    internal void AddIntegrity(string keyword) => _integrity.Add(keyword);

    internal void AddPrf(string keyword) => _prf.Add(keyword);

    internal void AddGroup(int number) => _groups.Add(number);
}

/// <summary><c>crypto ikev2 policy NAME</c>.</summary>
public sealed class Ikev2Policy(IosLine line)
{
    private readonly List<(string Name, IosLine Line)> _proposals = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary><c>proposal</c>: names in order of preference, with their lines.</summary>
    public IReadOnlyList<(string Name, IosLine Line)> Proposals => _proposals;

    internal void AddProposal(string name, IosLine line) => _proposals.Add((name, line));
}

/// <summary>How the router authenticates itself.</summary>
public enum LocalAuthentication
{
    /// <summary>Not configured.</summary>
    None,

    /// <summary><c>authentication local rsa-sig</c>.</summary>
    RsaSignature,

    /// <summary><c>authentication local ecdsa-sig</c>.</summary>
    EcdsaSignature,
}

/// <summary>One <c>match identity remote</c> line.</summary>
/// <param name="Kind">any, key-id, fqdn, fqdn domain, email, email domain or address.</param>
/// <param name="Value">What the identity is compared with; empty for any.</param>
public sealed record IdentityMatch(string Kind, string Value);

/// <summary><c>crypto ikev2 profile NAME</c>: who may come, and how both sides prove who they are.</summary>
public sealed class Ikev2Profile(IosLine line, string name)
{
    private readonly List<IdentityMatch> _matches = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary><c>match identity remote</c>: one of them must match.</summary>
    public IReadOnlyList<IdentityMatch> Matches => _matches;

    /// <summary><c>authentication local</c>.</summary>
    public LocalAuthentication Local { get; internal set; }

    /// <summary><c>authentication remote eap</c>.</summary>
    public bool RemoteEap { get; internal set; }

    /// <summary><c>query-identity</c>: the router asks for the EAP identity itself instead of taking the IKE identity.</summary>
    public bool QueryIdentity { get; internal set; }

    /// <summary><c>pki trustpoint</c>, with its line.</summary>
    public (string Name, IosLine Line)? Trustpoint { get; internal set; }

    /// <summary><c>dpd</c>: the interval between checks.</summary>
    public TimeSpan? DpdInterval { get; internal set; }

    /// <summary><c>dpd</c>: seconds between retries.</summary>
    public TimeSpan DpdRetry { get; internal set; } = TimeSpan.FromSeconds(2);

    /// <summary><c>dpd … on-demand</c>: ask only when traffic was sent and nothing came back.</summary>
    public bool DpdOnDemand { get; internal set; }

    /// <summary><c>aaa authentication eap</c>: the login list, with its line.</summary>
    public (string Name, IosLine Line)? EapList { get; internal set; }

    /// <summary><c>aaa authorization group eap list LIST POLICY</c>: the list, with its line.</summary>
    public (string Name, IosLine Line)? GroupList { get; internal set; }

    /// <summary><c>aaa authorization group eap list LIST POLICY</c>: the policy, with its line.</summary>
    public (string Name, IosLine Line)? GroupPolicy { get; internal set; }

    /// <summary><c>aaa authorization user eap cached</c>: attributes of the Access-Accept apply to the user.</summary>
    public bool UserCached { get; internal set; }

    /// <summary><c>virtual-template</c>.</summary>
    public int? VirtualTemplate { get; internal set; }

    /// <summary><c>lifetime</c> of the IKE SA; 24 hours unless configured.</summary>
    public TimeSpan Lifetime { get; internal set; } = TimeSpan.FromSeconds(86400);

    internal void AddMatch(IdentityMatch match) => _matches.Add(match);
}

/// <summary><c>crypto ipsec transform-set NAME TRANSFORM…</c>.</summary>
public sealed class TransformSet(IosLine line, IkeCipher cipher, IntegrityAlgorithm integrity)
{
    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>The cipher and its key.</summary>
    public IkeCipher Cipher { get; } = cipher;

    /// <summary>The hash, with AES-CBC.</summary>
    public IntegrityAlgorithm Integrity { get; } = integrity;
}

/// <summary><c>security-association lifetime</c>: null where it is not configured.</summary>
public sealed class SaLifetime
{
    /// <summary><c>seconds</c>.</summary>
    public TimeSpan? Time { get; internal set; }

    /// <summary><c>kilobytes</c>; 0 where the volume has no limit.</summary>
    public uint? Kilobytes { get; internal set; }
}

/// <summary><c>crypto ipsec profile NAME</c>.</summary>
public sealed class IpsecProfile(IosLine line)
{
    private readonly List<(string Name, IosLine Line)> _transformSets = [];

    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary><c>set transform-set</c>, in order of preference, each with its line.</summary>
    public IReadOnlyList<(string Name, IosLine Line)> TransformSets => _transformSets;

    /// <summary><c>set ikev2-profile</c>, with its line.</summary>
    public (string Name, IosLine Line)? Ikev2Profile { get; internal set; }

    /// <summary><c>set security-association lifetime</c>.</summary>
    public SaLifetime Lifetime { get; } = new();

    /// <summary><c>set pfs</c>: new keys are exchanged anew in this group.</summary>
    public KeyExchangeMethod Pfs { get; internal set; }

    internal void SetTransformSets(IosLine line, int at)
    {
        line.Word(at, "the name of a transform set");
        _transformSets.Clear();
        _transformSets.AddRange(line.Words.Skip(at).Select(name => (name, line)));
    }
}

/// <summary><c>interface NAME</c>.</summary>
public sealed class InterfaceSettings(IosLine line, string name)
{
    /// <summary>Where it is defined.</summary>
    public IosLine Line { get; } = line;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary><c>ip address</c>.</summary>
    public IPAddress? Address { get; internal set; }

    /// <summary><c>ip unnumbered</c>: the interface whose address is used, with its line.</summary>
    public (string Name, IosLine Line)? Unnumbered { get; internal set; }

    /// <summary><c>tunnel protection ipsec profile</c>, with its line.</summary>
    public (string Name, IosLine Line)? Protection { get; internal set; }
}
