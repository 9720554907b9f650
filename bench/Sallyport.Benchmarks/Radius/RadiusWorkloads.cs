using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Benchmarks.Radius;

/// <summary>
/// The jobs that are measured on RADIUS packets: taking an Access-Request of 372 octets and 14 attributes wholly apart, and building the
/// Access-Accept of 196 octets and 9 attributes that answers it; and the bare hashing that both cannot do without.
/// </summary>
internal static class RadiusWorkloads
{
    private const int RequestSize = 372;
    private const int AcceptSize = 196;
    private const int PasswordSize = 21;

    public static readonly RadiusSecret Secret = new("testing123-Sup3rSecret");
    private static readonly byte[] Octets = Secret.Span.ToArray();
    private static readonly ManagedHmacMd5 Hmac = new(Octets);
    private static readonly byte[] RequestAuthenticator = Convert.FromHexString("0f403f9473978057bd83d5cb98f4227a");
    private static readonly byte[] Class = [.. Enumerable.Range(0x80, 20).Select(i => (byte)i)];
    private static readonly IPAddress Framed = new([198, 51, 100, 23]);
    private static readonly byte[] Hash = new byte[16];
    private static readonly byte[] Block = [.. Octets, .. RequestAuthenticator];
    private static readonly byte[] Accept = new byte[AcceptSize + Octets.Length];

    public static byte[] AccessRequest { get; } = Read("access-request-class-instead-of-eap.hex");

    /// <summary>Parse, and read every attribute by its type.</summary>
    public static int Read(ReadOnlySpan<byte> datagram) => RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _) ? Read(packet) : 0;

    /// <summary>Parse, verify, reveal the password, and read every attribute by its type.</summary>
    public static int Decode(ReadOnlySpan<byte> datagram)
    {
        Span<byte> password = stackalloc byte[RadiusHiding.LargestPassword];
        return RadiusPacket.TryParse(datagram, out RadiusPacket packet, out _)
            && RadiusAuthenticators.VerifyRequest(packet, Secret, RadiusMessageAuthenticatorPolicy.Require) == RadiusVerification.Genuine
            && packet.TryDecrypt(Rfc2865.UserPassword, Secret, packet.Authenticator, password, out int length)
            && length == PasswordSize
                ? Read(packet)
                : throw new InvalidOperationException("the request is not genuine");
    }

    /// <summary>Build and sign the Accept.</summary>
    public static int Build(Span<byte> buffer)
    {
        RadiusPacketWriter writer = new(buffer, RadiusCode.AccessAccept, 0x5a, RequestAuthenticator);
        writer.Add(Rfc2865.UserName, "alice@corp.example.com"u8);
        writer.Add(Rfc2865.ReplyMessage, "Welcome, second factor accepted"u8);
        writer.Add(Rfc2865.ServiceType, ServiceType.FramedUser);
        writer.Add(Rfc2865.FramedIpAddress, Framed);
        writer.Add(Rfc2865.SessionTimeout, 28800);
        writer.Add(Rfc2865.Class, Class);
        writer.Add(CiscoVsa.CiscoAVPair, "shell:priv-lvl=15"u8);
        writer.Add(CiscoVsa.CiscoAVPair, "ip:inacl#1=permit ip any any"u8);
        return writer.TryComplete(Secret, out int length) && length == AcceptSize ? length : throw new InvalidOperationException("the Accept is not whole");
    }

    /// <summary>What a decode cannot do without: HMAC-MD5 over the packet from a kept state, and a block of MD5 for each 16 octets of password.</summary>
    public static void DecodeHashes()
    {
        Hmac.HashData(AccessRequest, Hash);
        ManagedMd5.HashData(Block, Hash);
        ManagedMd5.HashData(Block, Hash);
    }

    /// <summary>What a build cannot do without: HMAC-MD5 over the packet from a kept state, and MD5 over the packet and the secret.</summary>
    public static void BuildHashes()
    {
        Hmac.HashData(Accept.AsSpan(0, AcceptSize), Hash);
        ManagedMd5.HashData(Accept, Hash);
    }

    /// <summary>The hashes of a decode by the platform, with the joining that its one-shot functions need left out.</summary>
    public static void PlatformDecodeHashes()
    {
        HMACMD5.HashData(Octets, AccessRequest, Hash);
        MD5.HashData(Block, Hash);
        MD5.HashData(Block, Hash);
    }

    /// <summary>The hashes of a build by the platform, with the joining left out.</summary>
    public static void PlatformBuildHashes()
    {
        HMACMD5.HashData(Octets, Accept.AsSpan(0, AcceptSize), Hash);
        MD5.HashData(Accept, Hash);
    }

    private static int Read(RadiusPacket packet)
    {
        packet.TryGet(Rfc2865.UserName, out ReadOnlySpan<byte> user);
        packet.TryGetOctets(Rfc2865.NasIpAddress, out ReadOnlySpan<byte> address);
        packet.TryGet(Rfc2865.NasPort, out uint port);
        packet.TryGet(Rfc2865.NasPortType, out NasPortType portType);
        packet.TryGet(Rfc2865.ServiceType, out ServiceType service);
        packet.TryGet(Rfc2865.CalledStationId, out ReadOnlySpan<byte> called);
        packet.TryGet(Rfc2865.CallingStationId, out ReadOnlySpan<byte> calling);
        packet.TryGet(Rfc2865.NasIdentifier, out ReadOnlySpan<byte> nas);
        packet.TryGet(Rfc2865.State, out ReadOnlySpan<byte> state);
        packet.TryGet(Rfc2865.Class, out ReadOnlySpan<byte> group);
        int sum = user.Length + address.Length + called.Length + calling.Length + nas.Length + state.Length + group.Length;
        foreach (ReadOnlySpan<byte> pair in packet.GetAll(CiscoVsa.CiscoAVPair))
        {
            sum += pair.Length;
        }

        return sum + (int)port + (int)portType + (int)service;
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(RadiusWorkloads).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException(name);
        using StreamReader reader = new(stream, Encoding.ASCII);
        byte[] packet = Convert.FromHexString(reader.ReadToEnd().Trim());
        return packet.Length == RequestSize ? packet : throw new InvalidOperationException($"{name} has {packet.Length} octets");
    }
}
