using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.Tests.RadiusServer;

/// <summary>A running RadiusServer with files of its own, and a network device that asks it in text.</summary>
internal sealed class Primary : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly RadiusClient _logins;
    private readonly RadiusClient? _accounting;

    private Primary(IHost host, string folder)
    {
        (_host, Folder) = (host, folder);
        _logins = Client(Service.EndPoints[0]);
        _accounting = Service.AccountingEndPoints.Count > 0 ? Client(Service.AccountingEndPoints[0]) : null;
    }

    public string Folder { get; }

    public string Database => Path.Combine(Folder, "sessions.db");

    public RadiusServerService Service => _host.Services.GetRequiredService<RadiusServerService>();

    /// <summary>Starts a server.</summary>
    /// <param name="users">What stands behind "users" in radius.json.</param>
    /// <param name="usersFile">The file "users" beside it.</param>
    /// <param name="liveLog">Where the live log is.</param>
    public static async Task<Primary> StartAsync(string users, string? usersFile = null, string? liveLog = null)
    {
        string folder = Directory.CreateTempSubdirectory("radius-server-").FullName;
        if (usersFile is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "users"), usersFile);
        }

        string json = $$"""
            {
              "listen": ["127.0.0.1:0"],
              "accounting": { "listen": ["127.0.0.1:0"], "database": "sessions.db" },
              "devices": [{ "name": "switch", "address": "127.0.0.1", "secret": "primary-secret" }],
              "users": {{users}}
            }
            """;
        IHost host = RadiusServerHost.Build(RadiusServerConfiguration.Read(JsonSection.Parse(json, Path.Combine(folder, "radius.json"))), b => b.ClearProviders(), liveLog);
        await host.StartAsync();
        return new Primary(host, folder);
    }

    /// <summary>Sends the packet that a text describes and gives the reply as text, without the line of its code; null where there is none.</summary>
    public async Task<string?> AskAsync(string text)
    {
        Assert.True(RadiusText.TryParse(text, RadiusServerConfiguration.Dictionary, out IReadOnlyList<RadiusTextPacket>? packets, out RadiusTextError? error), error?.ToString());
        RadiusCode code = packets[0].Code ?? RadiusCode.AccessRequest;
        RadiusReply? reply = await (code == RadiusCode.AccountingRequest ? _accounting! : _logins).SendAsync(
            code, (ref RadiusPacketWriter writer, RadiusHop hop) => packets[0].WriteTo(ref writer, hop.Secret));
        return reply?.Packet.Dump(RadiusServerConfiguration.Dictionary);
    }

    public async ValueTask DisposeAsync()
    {
        await _logins.DisposeAsync();
        if (_accounting is not null)
        {
            await _accounting.DisposeAsync();
        }

        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static RadiusClient Client(IPEndPoint server) => new(new RadiusClientOptions
    {
        Servers = [new RadiusUpstream(server, new RadiusSecret("primary-secret")) { Retransmission = Radius.Client.RadiusRetransmission.Every(TimeSpan.FromSeconds(2), 1) }],
    });
}
