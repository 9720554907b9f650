using System.Net;
using System.Text;
using Sallyport.Radius.Dictionaries;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;
using Sallyport.Samples.Common;

namespace Sallyport.Samples.RadiusServer.Configuration;

/// <summary>An attribute of an Access-Accept, by its dictionary name.</summary>
public sealed class ReplyItem
{
    private readonly RadiusAttributeId _id;
    private readonly byte[] _value;

    private ReplyItem(string name, RadiusAttributeId id, byte[] value)
    {
        Name = name;
        _id = id;
        _value = value;
    }

    /// <summary>The dictionary name.</summary>
    public string Name { get; }

    /// <summary>Adds the attribute to a reply.</summary>
    public void Write(ref RadiusPacketWriter writer) => writer.AddRaw(_id, _value);

    /// <summary>Reads a user's reply attributes.</summary>
    /// <exception cref="ConfigurationException">A name is unknown, or a value does not fit.</exception>
    public static IReadOnlyList<ReplyItem> Read(JsonSection? section)
    {
        List<ReplyItem> items = [];
        foreach (string name in section?.Names ?? [])
        {
            items.AddRange(name switch
            {
                "Class" => Text(section!, name, Rfc2865.Class.Id),
                "Reply-Message" => Text(section!, name, Rfc2865.ReplyMessage.Id),
                "Filter-Id" => Text(section!, name, Rfc2865.FilterId.Id),
                "Cisco-AVPair" => Text(section!, name, CiscoVsa.CiscoAVPair.Id),
                "Session-Timeout" => Number(section!, name, Rfc2865.SessionTimeout.Id),
                "Idle-Timeout" => Number(section!, name, Rfc2865.IdleTimeout.Id),
                "Framed-IP-Address" => Address(section!, name, Rfc2865.FramedIpAddress.Id),
                _ => throw section!.Error(name, $"\"{name}\" is none of Class, Reply-Message, Filter-Id, Cisco-AVPair, Session-Timeout, Idle-Timeout, Framed-IP-Address"),
            });
        }

        return items;
    }

    private static IEnumerable<ReplyItem> Text(JsonSection section, string name, RadiusAttributeId id)
    {
        byte[] value = Encoding.UTF8.GetBytes(section.Text(name));
        return value.Length <= 247 ? [new ReplyItem(name, id, value)] : throw section.Error(name, $"\"{name}\" should have at most 247 octets");
    }

    private static IEnumerable<ReplyItem> Number(JsonSection section, string name, RadiusAttributeId id)
    {
        byte[] value = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(value, (uint)section.Number(name, 0, 0, uint.MaxValue));
        return [new ReplyItem(name, id, value)];
    }

    private static IEnumerable<ReplyItem> Address(JsonSection section, string name, RadiusAttributeId id) =>
        IPAddress.TryParse(section.Text(name), out IPAddress? address) && address.GetAddressBytes() is { Length: 4 } value
            ? [new ReplyItem(name, id, value)]
            : throw section.Error(name, $"\"{name}\" should be an IPv4 address");
}
