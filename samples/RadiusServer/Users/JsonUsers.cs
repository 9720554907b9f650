using Sallyport.Eap.Methods;
using Sallyport.Eap.Wire;
using Sallyport.Radius.Text;
using Sallyport.Samples.Common;
using Sallyport.Samples.RadiusServer.Configuration;

namespace Sallyport.Samples.RadiusServer.Users;

/// <summary>Users as radius.json lists them, turned into what a users file would say of them.</summary>
internal static class JsonUsers
{
    /// <summary>Reads the list.</summary>
    /// <param name="root">The object that has it, as "users".</param>
    /// <param name="dictionary">The names of attributes.</param>
    /// <param name="methods">The EAP methods of users who have a list of their own.</param>
    /// <exception cref="ConfigurationException">Something in it cannot be used.</exception>
    public static RadiusUsersFile Read(JsonSection root, RadiusDictionary dictionary, Dictionary<string, IReadOnlyList<EapMethodType>> methods)
    {
        List<RadiusUsersEntry> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonSection section in root.Sections("users"))
        {
            RadiusUsersEntry entry = Entry(section, dictionary);
            if (entry.Name != RadiusUsersFile.Default && !names.Add(entry.Name))
            {
                throw section.Error("name", $"the user {entry.Name} stands here twice");
            }

            if (EapMethods.Read(section) is { Count: > 0 } own)
            {
                methods[entry.Name] = own;
            }

            section.RejectOthers();
            entries.Add(entry);
        }

        return new RadiusUsersFile(entries);
    }

    private static RadiusUsersEntry Entry(JsonSection section, RadiusDictionary dictionary)
    {
        string name = section.Text("name");
        List<RadiusTextItem> check = Check(section, dictionary);
        string? text = section.OptionalText("password");
        string? hash = section.OptionalText("ntHash");
        string? verdict = section.OptionalText("authType");
        switch (text, hash, verdict)
        {
            case (not null, null, _):
                check.Add(Item(section, "password", dictionary, RadiusServerItems.CleartextPassword, text));
                break;
            case (null, { Length: 32 }, _) when hash.All(char.IsAsciiHexDigit):
                check.Add(Item(section, "ntHash", dictionary, RadiusServerItems.NTPassword, "0x" + hash));
                break;
            case (null, not null, _):
                throw section.Error("ntHash", "\"ntHash\" should have 32 hexadecimal digits");
            case (null, null, not null):
                break;
            default:
                throw section.Error(text is null ? "name" : "ntHash", $"the user {name} should have either \"password\" or \"ntHash\", or \"authType\" alone");
        }

        if (verdict is not null)
        {
            check.Add(Item(section, "authType", dictionary, RadiusServerItems.AuthType, verdict));
        }

        return new RadiusUsersEntry(name, check, Reply(section.Section("reply"), dictionary), section.File, section.Line);
    }

    // As in a users file: "NAS-IP-Address == 192.0.2.1".
    private static List<RadiusTextItem> Check(JsonSection section, RadiusDictionary dictionary)
    {
        List<RadiusTextItem> items = [];
        foreach (string line in section.Texts("check"))
        {
            if (!RadiusText.TryParse(line, dictionary, out IReadOnlyList<RadiusTextPacket>? read, out RadiusTextError? error))
            {
                throw section.Error("check", $"'{line}': {error.Problem}");
            }

            if (read is not [{ Items: [{ IsServerItem: false } item] }] || item.Operator is RadiusTextOperator.Set or RadiusTextOperator.Replace or RadiusTextOperator.Append or RadiusTextOperator.Prepend)
            {
                throw section.Error("check", $"'{line}' should compare one attribute of the request, such as NAS-IP-Address == 192.0.2.1");
            }

            items.Add(item);
        }

        return items;
    }

    private static List<RadiusTextItem> Reply(JsonSection? section, RadiusDictionary dictionary)
    {
        List<RadiusTextItem> items = [];
        foreach (string name in section?.Names ?? [])
        {
            foreach (string value in section!.Values(name))
            {
                RadiusTextItem item = Item(section, name, dictionary, name, value, RadiusTextOperator.Append);
                items.Add(item.IsServerItem ? throw section.Error(name, $"\"{name}\" is no attribute of a reply") : item);
            }
        }

        return items;
    }

    private static RadiusTextItem Item(
        JsonSection section, string at, RadiusDictionary dictionary, string name, string value, RadiusTextOperator meaning = RadiusTextOperator.Replace) =>
        RadiusTextItem.TryCreate(name, meaning, value, dictionary, out RadiusTextItem? item, out string? problem) ? item : throw section.Error(at, problem);
}
