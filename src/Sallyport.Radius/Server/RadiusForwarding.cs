using Sallyport.Radius.Compatibility;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Server;

/// <summary>One side of a proxy: the secret of that hop, and the Request Authenticator of its request, 16 octets.</summary>
public readonly ref struct RadiusHopSecret
{
    /// <summary>A hop.</summary>
    public RadiusHopSecret(RadiusSecret secret, ReadOnlySpan<byte> requestAuthenticator)
    {
        Secret = secret;
        RequestAuthenticator = requestAuthenticator;
    }

    /// <summary>The secret.</summary>
    public RadiusSecret Secret { get; }

    /// <summary>The Request Authenticator.</summary>
    public ReadOnlySpan<byte> RequestAuthenticator { get; }
}

/// <summary>
/// Writes a packet's attributes for the next hop, as a proxy does (RFC 2865 §2.3): what is hidden is revealed with the one hop's secret and
/// hidden anew with the other's, everything else, known or not, goes on octet for octet and in order. Proxy-State stays on its hop: it is
/// left out of requests, which RFC 2865 §5.33 allows, and whoever replies adds that of the request again.
/// </summary>
public sealed class RadiusForwarding
{
    private const int VendorHeader = 4;
    private const int AttributeHeader = 2;
    private const byte ChapPassword = 3;
    private const byte ProxyState = 33;
    private static readonly OctetsKey ChapChallenge = new(60);
    private readonly Dictionary<RadiusAttributeId, EncryptedKey> _hidden;
    private readonly HashSet<uint> _vendors;

    /// <summary>Forwards with a list of attributes that are hidden.</summary>
    /// <param name="hidden">The attributes; those of vendors in the usual format, an octet each of type and length.</param>
    public RadiusForwarding(IEnumerable<EncryptedKey> hidden)
    {
        Guard.NotNull(hidden);
        _hidden = hidden.ToDictionary(k => k.Id);
        _vendors = new HashSet<uint>(_hidden.Keys.Where(k => k.Vendor != 0).Select(k => k.Vendor));
    }

    /// <summary>What RFC 2865, RFC 2868 and RFC 2548 hide.</summary>
    public static IReadOnlyList<EncryptedKey> Standard { get; } =
    [
        new(new RadiusAttributeId(0, 2), RadiusEncryption.UserPassword),
        new(new RadiusAttributeId(0, 69), RadiusEncryption.Salted, IsTagged: true),
        new(new RadiusAttributeId(311, 12), RadiusEncryption.UserPassword),
        new(new RadiusAttributeId(311, 16), RadiusEncryption.Salted),
        new(new RadiusAttributeId(311, 17), RadiusEncryption.Salted),
    ];

    /// <summary>Adds the attributes of a request.</summary>
    /// <param name="writer">The request to the next hop.</param>
    /// <param name="request">The request as it came in.</param>
    /// <param name="from">The hop that it came in by.</param>
    /// <param name="to">The secret of the next hop.</param>
    /// <param name="salt">Random.</param>
    /// <param name="leaveOut">Types that the caller adds itself; empty for none.</param>
    public void WriteRequest(ref RadiusPacketWriter writer, RadiusPacket request, RadiusHopSecret from, RadiusSecret to, ushort salt, scoped ReadOnlySpan<byte> leaveOut = default)
    {
        Write(ref writer, request, from, to, salt, leaveOut, null);

        // RFC 2865 §5.3: without CHAP-Challenge the authenticator is the challenge, and the authenticator changes here.
        if (request.Contains(new RadiusAttributeId(0, ChapPassword)) && !request.Contains(ChapChallenge.Id))
        {
            writer.Add(ChapChallenge, request.Authenticator);
        }
    }

    /// <summary>Adds the attributes of a reply.</summary>
    /// <param name="writer">The reply to whoever asked the proxy.</param>
    /// <param name="reply">The reply as it came in.</param>
    /// <param name="from">The hop that it came in by, with the authenticator of the proxy's own request.</param>
    /// <param name="to">The secret of whoever asked.</param>
    /// <param name="salt">Random.</param>
    /// <param name="passes">Which attributes go on; null for all. Each of a vendor's is asked for by itself, and one that does not divide
    /// into attributes does not go on.</param>
    public void WriteReply(ref RadiusPacketWriter writer, RadiusPacket reply, RadiusHopSecret from, RadiusSecret to, ushort salt, Func<RadiusAttributeId, bool>? passes = null) =>
        Write(ref writer, reply, from, to, salt, default, passes);

    private void Write(
        ref RadiusPacketWriter writer, RadiusPacket packet, RadiusHopSecret from, RadiusSecret to, ushort salt, scoped ReadOnlySpan<byte> leaveOut, Func<RadiusAttributeId, bool>? passes)
    {
        foreach (RadiusRawItem item in packet.Attributes)
        {
            if (item.Type == ProxyState || leaveOut.IndexOf(item.Type) >= 0)
            {
                continue;
            }

            if (item.Vendor != 0)
            {
                WriteVendor(ref writer, item, from, to, ref salt, passes);
            }
            else if (passes is null || passes(new RadiusAttributeId(item.Type)))
            {
                if (_hidden.TryGetValue(new RadiusAttributeId(item.Type), out EncryptedKey key))
                {
                    Translate(ref writer, key, item.Value, from, to, salt++);
                }
                else
                {
                    writer.Add(item);
                }
            }
        }
    }

    // What has nothing hidden in it, or does not divide, goes on whole where nobody chooses.
    private void WriteVendor(ref RadiusPacketWriter writer, RadiusRawItem item, RadiusHopSecret from, RadiusSecret to, ref ushort salt, Func<RadiusAttributeId, bool>? passes)
    {
        ReadOnlySpan<byte> rest = item.Value.Slice(VendorHeader);
        bool divides = Divides(rest, item.Vendor, out bool hidden);
        if (passes is null && !(divides && hidden))
        {
            writer.Add(item);
            return;
        }

        for (; divides && !rest.IsEmpty; rest = rest.Slice(rest[1]))
        {
            RadiusAttributeId id = new(item.Vendor, rest[0]);
            ReadOnlySpan<byte> value = rest.Slice(AttributeHeader, rest[1] - AttributeHeader);
            if (passes is not null && !passes(id))
            {
                continue;
            }

            if (_hidden.TryGetValue(id, out EncryptedKey key))
            {
                Translate(ref writer, key, value, from, to, salt++);
            }
            else
            {
                writer.AddRaw(id, value);
            }
        }
    }

    private bool Divides(ReadOnlySpan<byte> rest, uint vendor, out bool hidden)
    {
        hidden = false;
        bool mayHide = _vendors.Contains(vendor);
        while (rest.Length >= AttributeHeader && rest[1] >= AttributeHeader && rest[1] <= rest.Length)
        {
            hidden |= mayHide && _hidden.ContainsKey(new RadiusAttributeId(vendor, rest[0]));
            rest = rest.Slice(rest[1]);
        }

        return rest.IsEmpty;
    }

    // A value whose form is wrong, as under a wrong secret, cannot be told to the next hop and is left out.
    private static void Translate(ref RadiusPacketWriter writer, EncryptedKey key, ReadOnlySpan<byte> hidden, RadiusHopSecret from, RadiusSecret to, ushort salt)
    {
        Span<byte> text = stackalloc byte[256];
        text.Clear();
        if (RadiusHiding.TryReveal(hidden, key, from.Secret, from.RequestAuthenticator, text, out int length, out byte tag))
        {
            if (key.Encryption == RadiusEncryption.UserPassword)
            {
                // The padding of a fixed size is part of some values, MS-CHAP-MPPE-Keys among them (RFC 2548 §2.4.1).
                writer.Add(key, text.Slice(0, to.IsNone ? length : Math.Max(length, Math.Min(hidden.Length, RadiusHiding.LargestPassword))), to);
            }
            else
            {
                writer.Add(key, text.Slice(0, length), to, salt, tag);
            }
        }

        text.Clear();
    }
}
