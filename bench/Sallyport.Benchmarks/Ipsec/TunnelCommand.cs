using System.CommandLine;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Peer;
using Sallyport.Eap.Wire;
using Sallyport.Esp.Aead;
using Sallyport.Ikev2.Session;
using Sallyport.Ikev2.Wire;
using Sallyport.Ipsec;
using Sallyport.Ipsec.Client;
using Sallyport.Ipsec.Devices;

namespace Sallyport.Benchmarks.Ipsec;

/// <summary><c>tunnel</c>: one end of a tunnel, a gateway with one user or that user, that carries what a TUN device is given.</summary>
internal static class TunnelCommand
{
    private const string Name = "gateway.example.com";
    private const string User = "alice";
    private const string Password = "open sesame";

    public static Command Create()
    {
        Option<string> local = new("--local") { Description = "The address to listen at, or to connect from.", Required = true };
        Option<string?> connect = new("--connect") { Description = "The gateway's address; without it this is the gateway." };
        Option<string> device = new("--tun") { Description = "The TUN device to make.", Required = true };
        Option<string> inner = new("--inner") { Description = "The gateway's address in the tunnel; the client gets the next one.", Required = true };
        Option<string> trust = new("--certificate") { Description = "The gateway's certificate: written by the gateway, trusted by the client.", Required = true };
        Option<bool> plain = new("--plain") { Description = "The naive design: one packet a call of the system, and the platform's AES-GCM." };
        Option<int> seconds = new("--rekey-seconds") { Description = "How long the client keeps ESP keys.", DefaultValueFactory = _ => 3600 };
        Command command = new("tunnel", "Be one end of a tunnel between TUN devices, until standard input ends. Needs root.") { local, connect, device, inner, trust, plain, seconds };
        command.SetAction((result, _) => OperatingSystem.IsLinux()
            ? RunAsync(result.GetValue(local)!, result.GetValue(connect), result.GetValue(device)!, result.GetValue(inner)!, result.GetValue(trust)!, result.GetValue(plain), TimeSpan.FromSeconds(result.GetValue(seconds)))
            : throw new PlatformNotSupportedException("TUN devices are made on Linux only"));
        return command;
    }

    [SupportedOSPlatform("linux")]
    private static async Task<int> RunAsync(string local, string? connect, string deviceName, string inner, string certificateFile, bool plain, TimeSpan lifetime)
    {
        IPAddress gatewayInner = IPAddress.Parse(inner);
        byte[] next = gatewayInner.GetAddressBytes();
        next[^1]++;
        IPAddress clientInner = new(next);
        await using TunDevice device = TunDevice.Open(deviceName, mtu: TunnelLab.Mtu);
        device.AddAddress(connect is null ? gatewayInner : clientInner, 24);
        await using IAsyncDisposable end = connect is null
            ? Gateway(IPAddress.Parse(local), clientInner, certificateFile, device, plain)
            : await ConnectAsync(IPAddress.Parse(local), IPAddress.Parse(connect), certificateFile, device, plain, lifetime);
        Console.WriteLine($"ready: {deviceName}");

        // Until whoever started this ends; a line asks for the keys in use, by their SPI, what the heap holds, and what was dropped.
        while (await Console.In.ReadLineAsync() is not null)
        {
            IpsecEndpoint endpoint = end as IpsecEndpoint ?? ((IpsecClient)end).Endpoint;

            // What is asked for may be compared with what was before: without what waits to be collected.
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            IEnumerable<string> drops = Enum.GetValues<IpsecDropReason>().Where(r => endpoint.Dropped(r) > 0).Select(r => $"{r}={endpoint.Dropped(r)}");
            Console.WriteLine(string.Join(' ', drops.Prepend($"heap={heap / 1000}k").Prepend($"spi={(endpoint.Sessions is [IpsecSession session, ..] ? session.InboundSpi : 0):x8}")));
        }

        return 0;
    }

    private static IpsecEndpoint Gateway(IPAddress local, IPAddress client, string certificateFile, IPacketDevice device, bool plain)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={Name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        return IpsecEndpoint.Start(new IpsecEndpointOptions
        {
            Address = local,
            Responder = new IkeResponderOptions
            {
                Certificate = certificate,
                Identity = IkeIdentity.Fqdn(Name),
                IkeOffers = [new([new(EncryptionAlgorithm.AesGcm16, 256)], [PrfAlgorithm.HmacSha384], [], [KeyExchangeMethod.Ecp256])],
                EspOffers = [new EspOffer(256)],
            },
            GatewayHandler = new OneUserHandler(User, EapPassword.FromText(Password), client),
            Device = device,
            DataPath = plain ? IpsecDataPath.Plain : IpsecDataPath.Offload,
            EspProvider = plain ? AesGcmProvider.Platform : AesGcmProvider.Fastest,
        });
    }

    private static async Task<IpsecClient> ConnectAsync(IPAddress local, IPAddress gateway, string certificateFile, IPacketDevice device, bool plain, TimeSpan lifetime)
    {
        IpsecClient client = await IpsecClient.ConnectAsync(new IpsecClientOptions
        {
            Gateway = new IPEndPoint(gateway, 500),
            LocalAddress = local,
            Identity = IkeIdentity.KeyId(User),
            Trust = new CertificateTrust([X509CertificateLoader.LoadCertificateFromFile(certificateFile)], IkeIdentity.Fqdn(Name)),
            Eap = new EapPeerOptions { Identity = User, Password = EapPassword.FromText(Password), Methods = [EapMethodType.Md5Challenge], Random = RandomNumberGenerator.Fill },
            ChildLifetime = new IkeChildLifetime(lifetime),
            DataPath = plain ? IpsecDataPath.Plain : IpsecDataPath.Offload,
            EspProvider = plain ? AesGcmProvider.Platform : AesGcmProvider.Fastest,
        });
        client.Attach(device);
        return client;
    }
}
