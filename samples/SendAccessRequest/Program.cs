using System.CommandLine;
using System.Net;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Text;
using Sallyport.Radius.Transport;
using Sallyport.Radius.Wire;

Argument<string> server = new("server") { Description = "The server, ADDRESS:PORT, such as 127.0.0.1:1812." };
Argument<string> user = new("user") { Description = "The user's name." };
Option<string> secret = new("--secret") { Description = "The secret shared with the server.", Required = true };
Option<string?> password = new("--password") { Description = "The user's password; without it the first line of standard input, where other users of the machine cannot see it." };
RootCommand root = new("Sends one Access-Request with a password and shows the reply. Exit code: 0 for Access-Accept, 1 for another reply, 2 for none.") { server, user, secret, password };
root.SetAction(async (result, cancellation) =>
{
    if (!IPEndPoint.TryParse(result.GetValue(server)!, out IPEndPoint? endPoint) || endPoint.Port == 0)
    {
        Console.Error.WriteLine("the server should read ADDRESS:PORT, such as 127.0.0.1:1812");
        return 2;
    }

    string text = result.GetValue(password) ?? Console.ReadLine() ?? "";
    using RadiusSecret shared = new(result.GetValue(secret)!);
    await using RadiusClient client = new(new RadiusClientOptions { Servers = [new RadiusUpstream(endPoint, shared)] });
    RadiusReply? reply = await client.SendAsync(RadiusCode.AccessRequest, (ref RadiusPacketWriter request, RadiusHop hop) =>
    {
        request.Add(Rfc2865.UserName, result.GetValue(user)!);
        request.Add(Rfc2865.UserPassword, System.Text.Encoding.UTF8.GetBytes(text), hop.Secret);
    }, cancellationToken: cancellation);

    Console.Write(reply is null ? "no reply\n" : reply.Packet.Dump(from: endPoint));
    return reply is null ? 2 : reply.Packet.Code == RadiusCode.AccessAccept ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
