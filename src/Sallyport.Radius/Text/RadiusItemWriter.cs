using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Text;

/// <summary>Writes items into a packet. TLVs of one attribute that stand behind each other go into one.</summary>
internal ref struct RadiusItemWriter(RadiusSecret secret)
{
    private const byte ChapPassword = 3;
    private const byte MessageAuthenticator = 80;
    private const int LargestAttribute = 253;
    private const int TlvHeader = 2;

    // Salts of one packet must differ (RFC 2868 §3.5): one random, and those behind it.
    private readonly ushort _salt = RandomSalt();
    private ushort _salted = 0;

    public void Write(ref RadiusPacketWriter writer, IReadOnlyList<RadiusTextItem> items)
    {
        for (int at = 0; at < items.Count; at++)
        {
            RadiusTextItem item = items[at];
            if (item.Id.Depth > 0)
            {
                int end = EndOfRun(items, at);
                WriteRun(ref writer, items, at, end);
                at = end - 1;
            }
            else if (!item.IsServerItem && item.Id != new RadiusAttributeId(MessageAuthenticator))
            {
                // The writer makes the one and only Message-Authenticator itself.
                WriteOne(ref writer, item);
            }
        }
    }

    // The items from one on that fit the same outermost attribute.
    private static int EndOfRun(IReadOnlyList<RadiusTextItem> items, int at)
    {
        RadiusAttributeId outer = items[at].Id.Ancestor(0);
        int most = outer.MayBeFragmented ? RadiusPacket.LargestSize : LargestAttribute - 4 - outer.Format.TypeOctets - outer.Format.LengthOctets;
        int size = Size(items[at]);
        for (at++; at < items.Count && items[at].Id.Depth > 0 && items[at].Id.Ancestor(0) == outer; at++)
        {
            size += Size(items[at]);
            if (size > most)
            {
                break;
            }
        }

        return at;
    }

    private static int Size(RadiusTextItem item) => item.Octets.Length + (TlvHeader * item.Id.Depth);

    private void WriteRun(ref RadiusPacketWriter writer, IReadOnlyList<RadiusTextItem> items, int start, int end)
    {
        List<RadiusAttributeId> open = [];
        for (int at = start; at < end; at++)
        {
            RadiusAttributeId id = items[at].Id;
            while (open.Count > 0 && (open[open.Count - 1].Depth >= id.Depth || id.Ancestor(open[open.Count - 1].Depth) != open[open.Count - 1]))
            {
                writer.EndTlv();
                open.RemoveAt(open.Count - 1);
            }

            while (open.Count < id.Depth)
            {
                open.Add(id.Ancestor(open.Count));
                writer.BeginTlv(new TlvKey(open[open.Count - 1]));
            }

            WriteOne(ref writer, items[at]);
        }

        for (int i = 0; i < open.Count; i++)
        {
            writer.EndTlv();
        }
    }

    private void WriteOne(ref RadiusPacketWriter writer, RadiusTextItem item)
    {
        ReadOnlySpan<byte> value = item.Value.Span;
        switch (item.Definition)
        {
            case { Encryption: RadiusEncryption.Salted } salted:
                writer.Add(new EncryptedKey(item.Id, RadiusEncryption.Salted, salted.HasTag), value, secret, unchecked((ushort)(_salt + _salted++)), item.Tag);
                break;
            case { Encryption: not 0 and var encryption }:
                writer.Add(new EncryptedKey(item.Id, encryption), value, secret);
                break;
            case { IsConcat: true }:
                writer.Add(new ConcatKey(item.Id), value);
                break;
            case not null when item.Id == new RadiusAttributeId(ChapPassword) && value.Length != 1 + RadiusAuthenticators.Size:
                WriteChap(ref writer, item.Id, value);
                break;
            default:
                writer.AddRaw(item.Id, item.Octets);
                break;
        }
    }

    // As radclient has it: a password in place of the identifier and the hash becomes both, over the Request Authenticator (RFC 2865 §5.3).
    private static void WriteChap(ref RadiusPacketWriter writer, RadiusAttributeId id, ReadOnlySpan<byte> password)
    {
        Span<byte> response = stackalloc byte[RadiusChap.PasswordSize];
        RadiusChap.Respond(unchecked((byte)RandomSalt()), writer.Authenticator, password, response);
        writer.AddRaw(id, response);
    }

    private static ushort RandomSalt()
    {
        byte[] salt = new byte[2];
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        random.GetBytes(salt);
        return (ushort)((salt[0] << 8) | salt[1]);
    }
}
