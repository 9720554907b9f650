using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sallyport.Ikev2.Wire;

namespace Sallyport.Ikev2.Session;

/// <summary>An identity as IDi and IDr carry it (RFC 7296 §3.5).</summary>
public sealed class IkeIdentity : IEquatable<IkeIdentity>
{
    private readonly byte[] _data;

    /// <summary>An identity of any type.</summary>
    public IkeIdentity(IkeIdentificationType type, ReadOnlySpan<byte> data)
    {
        Type = type;
        _data = data.ToArray();
    }

    /// <summary>What kind of identity it is.</summary>
    public IkeIdentificationType Type { get; }

    /// <summary>The identity's octets.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>A domain name.</summary>
    public static IkeIdentity Fqdn(string name) => new(IkeIdentificationType.Fqdn, Encoding.ASCII.GetBytes(name));

    /// <summary>An e-mail address.</summary>
    public static IkeIdentity Email(string address) => new(IkeIdentificationType.Rfc822Address, Encoding.UTF8.GetBytes(address));

    /// <summary>An opaque name, such as a group.</summary>
    public static IkeIdentity KeyId(string name) => new(IkeIdentificationType.KeyId, Encoding.UTF8.GetBytes(name));

    /// <summary>An IP address.</summary>
    public static IkeIdentity Address(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        byte[] octets = address.GetAddressBytes();
        return new IkeIdentity(octets.Length == 4 ? IkeIdentificationType.IPv4Address : IkeIdentificationType.IPv6Address, octets);
    }

    /// <summary>The body of the ID payload.</summary>
    public byte[] ToPayloadBody() => [(byte)Type, 0, 0, 0, .. _data];

    /// <summary>
    /// Whether a certificate speaks for this identity: a domain name, e-mail address or IP address by its subjectAltName, a distinguished
    /// name by its subject (RFC 4945 §3.1). A domain name also by the subject's common name where there is no subjectAltName at all.
    /// </summary>
    public bool Matches(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (Type == IkeIdentificationType.DerAsn1Dn)
        {
            return certificate.SubjectName.RawData.AsSpan().SequenceEqual(_data);
        }

        X509Extension? names = certificate.Extensions["2.5.29.17"];
        if (names is null)
        {
            return Type == IkeIdentificationType.Fqdn && string.Equals(certificate.GetNameInfo(X509NameType.SimpleName, false), ToString(), StringComparison.OrdinalIgnoreCase);
        }

        try
        {
            return MatchesNames(names.RawData);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(IkeIdentity? other) => other is not null && Type == other.Type && Data.SequenceEqual(other.Data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IkeIdentity);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Type);
        hash.AddBytes(_data);
        return hash.ToHashCode();
    }

    /// <summary>The identity as text; octets that are no printable text in hexadecimal.</summary>
    public override string ToString()
    {
        switch (Type)
        {
            case IkeIdentificationType.IPv4Address when _data.Length == 4:
            case IkeIdentificationType.IPv6Address when _data.Length == 16:
                return new IPAddress(_data).ToString();
            case IkeIdentificationType.DerAsn1Dn:
                try
                {
                    return new X500DistinguishedName(_data).Name;
                }
                catch (CryptographicException)
                {
                    return Convert.ToHexStringLower(_data);
                }

            default:
                string text = Encoding.UTF8.GetString(_data);
                return text.Any(c => char.IsControl(c) || c == '\uFFFD') ? Convert.ToHexStringLower(_data) : text;
        }
    }

    private bool MatchesNames(byte[] extension)
    {
        AsnReader names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            Asn1Tag tag = names.PeekTag();
            bool matches = tag.TagClass == TagClass.ContextSpecific && tag.TagValue switch
            {
                1 when Type == IkeIdentificationType.Rfc822Address => EqualsText(names.ReadCharacterString(UniversalTagNumber.IA5String, tag)),
                2 when Type == IkeIdentificationType.Fqdn => EqualsText(names.ReadCharacterString(UniversalTagNumber.IA5String, tag)),
                7 when Type is IkeIdentificationType.IPv4Address or IkeIdentificationType.IPv6Address => names.ReadOctetString(tag).AsSpan().SequenceEqual(_data),
                _ => Skip(names),
            };
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    private bool EqualsText(string name) => string.Equals(name, Encoding.UTF8.GetString(_data), StringComparison.OrdinalIgnoreCase);

    private static bool Skip(AsnReader names)
    {
        names.ReadEncodedValue();
        return false;
    }
}
