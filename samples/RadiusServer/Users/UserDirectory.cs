using System.Buffers;
using System.Text;
using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Text;
using Sallyport.Radius.Wire;

namespace Sallyport.Samples.RadiusServer.Users;

/// <summary>The people, and what is known of them for one request.</summary>
/// <param name="users">What the users file or radius.json says.</param>
/// <param name="otherwise">The EAP methods of people without a list of their own, and of strangers; the favourite first.</param>
/// <param name="methods">The EAP methods of those who have one.</param>
public sealed class UserDirectory(RadiusUsersFile users, IReadOnlyList<EapMethodType> otherwise, IReadOnlyDictionary<string, IReadOnlyList<EapMethodType>> methods)
{
    /// <summary>Looks a person up.</summary>
    /// <param name="name">Their name, or null.</param>
    /// <param name="request">The request, of which check items ask.</param>
    public UserRecord Find(string? name, RadiusPacket request)
    {
        RadiusUsersMatch match = users.Match(name, request);
        return new UserRecord(name ?? "", match, Password(match), name is not null && methods.TryGetValue(name, out IReadOnlyList<EapMethodType>? own) ? own : otherwise);
    }

    private static EapPassword? Password(RadiusUsersMatch match)
    {
        if (match.Find(RadiusServerItems.CleartextPassword) is { } text)
        {
            return EapPassword.FromText(Encoding.UTF8.GetString(text.Value.Span));
        }

        // As octets, or as their digits in quotation marks.
        ReadOnlySpan<byte> hash = match.Find(RadiusServerItems.NTPassword) is { } item ? item.Value.Span : default;
        byte[] octets = new byte[MsChapV2.HashSize];
        if (hash.Length == 2 * MsChapV2.HashSize && Convert.FromHexString(hash, octets, out _, out _) == OperationStatus.Done)
        {
            hash = octets;
        }

        return hash.Length == MsChapV2.HashSize ? EapPassword.FromNtHash(hash) : null;
    }
}

/// <summary>What is known of a person for one request.</summary>
/// <param name="Name">Their name as the request has it.</param>
/// <param name="Match">The entries that count.</param>
/// <param name="Password">Their password or its NT hash, where one is known.</param>
/// <param name="EapMethods">The EAP methods they may use, the favourite first.</param>
public sealed record UserRecord(string Name, RadiusUsersMatch Match, EapPassword? Password, IReadOnlyList<EapMethodType> EapMethods)
{
    /// <summary>What Auth-Type says, by its name, or null.</summary>
    public string? AuthType => Match.Find(RadiusServerItems.AuthType) is { } item ? item.ValueText : null;

    /// <summary>Whether they are refused whatever they bring.</summary>
    public bool IsRejected => AuthType == "Reject";

    /// <summary>The name, never the password.</summary>
    public override string ToString() => Name;
}
