namespace Sallyport.Ikev2.Wire;

/// <summary>Exchange types (RFC 7296 §3.1). An open set: unknown numbers pass through.</summary>
public enum IkeExchangeType : byte
{
    /// <summary>IKE_SA_INIT.</summary>
    IkeSaInit = 34,

    /// <summary>IKE_AUTH.</summary>
    IkeAuth = 35,

    /// <summary>CREATE_CHILD_SA.</summary>
    CreateChildSa = 36,

    /// <summary>INFORMATIONAL.</summary>
    Informational = 37,
}

/// <summary>Header flags (RFC 7296 §3.1).</summary>
[Flags]
public enum IkeHeaderBits : byte
{
    /// <summary>A request of the original responder.</summary>
    None = 0,

    /// <summary>I: sent by the original initiator of the IKE SA.</summary>
    Initiator = 0x08,

    /// <summary>V: the sender can speak a higher major version.</summary>
    Version = 0x10,

    /// <summary>R: a response.</summary>
    Response = 0x20,
}

/// <summary>Payload types (RFC 7296 §3.2). An open set.</summary>
public enum IkePayloadType : byte
{
    /// <summary>No next payload.</summary>
    None = 0,

    /// <summary>SA: Security Association.</summary>
    SecurityAssociation = 33,

    /// <summary>KE: Key Exchange.</summary>
    KeyExchange = 34,

    /// <summary>IDi: Identification of the initiator.</summary>
    IdentificationInitiator = 35,

    /// <summary>IDr: Identification of the responder.</summary>
    IdentificationResponder = 36,

    /// <summary>CERT: Certificate.</summary>
    Certificate = 37,

    /// <summary>CERTREQ: Certificate Request.</summary>
    CertificateRequest = 38,

    /// <summary>AUTH: Authentication.</summary>
    Authentication = 39,

    /// <summary>Ni, Nr: Nonce.</summary>
    Nonce = 40,

    /// <summary>N: Notify.</summary>
    Notify = 41,

    /// <summary>D: Delete.</summary>
    Delete = 42,

    /// <summary>V: Vendor ID.</summary>
    VendorId = 43,

    /// <summary>TSi: Traffic Selectors of the initiator.</summary>
    TrafficSelectorInitiator = 44,

    /// <summary>TSr: Traffic Selectors of the responder.</summary>
    TrafficSelectorResponder = 45,

    /// <summary>SK: Encrypted and Authenticated.</summary>
    Encrypted = 46,

    /// <summary>CP: Configuration.</summary>
    Configuration = 47,

    /// <summary>EAP: Extensible Authentication.</summary>
    ExtensibleAuthentication = 48,

    /// <summary>SKF: Encrypted and Authenticated Fragment (RFC 7383).</summary>
    EncryptedFragment = 53,
}

/// <summary>Protocol identifiers (RFC 7296 §3.3.1).</summary>
public enum IkeProtocolId : byte
{
    /// <summary>None, in a notification about no SA.</summary>
    None = 0,

    /// <summary>IKE.</summary>
    Ike = 1,

    /// <summary>AH.</summary>
    Ah = 2,

    /// <summary>ESP.</summary>
    Esp = 3,
}

/// <summary>Identification types (RFC 7296 §3.5). An open set.</summary>
public enum IkeIdentificationType : byte
{
    /// <summary>ID_IPV4_ADDR: four octets.</summary>
    IPv4Address = 1,

    /// <summary>ID_FQDN: a domain name.</summary>
    Fqdn = 2,

    /// <summary>ID_RFC822_ADDR: an e-mail address.</summary>
    Rfc822Address = 3,

    /// <summary>ID_IPV6_ADDR: sixteen octets.</summary>
    IPv6Address = 5,

    /// <summary>ID_DER_ASN1_DN: a distinguished name.</summary>
    DerAsn1Dn = 9,

    /// <summary>ID_DER_ASN1_GN: a general name.</summary>
    DerAsn1Gn = 10,

    /// <summary>ID_KEY_ID: an opaque octet stream.</summary>
    KeyId = 11,

    /// <summary>The private-use number under which AnyConnect has been seen to send its group name.</summary>
    AnyConnectGroup = 201,
}

/// <summary>Certificate encodings (RFC 7296 §3.6). An open set.</summary>
public enum IkeCertificateEncoding : byte
{
    /// <summary>X.509 Certificate - Signature: one DER certificate.</summary>
    X509Signature = 4,

    /// <summary>Hash and URL of X.509 certificate.</summary>
    HashAndUrl = 12,
}

/// <summary>Authentication methods (RFC 7296 §3.8). An open set.</summary>
public enum IkeAuthenticationMethod : byte
{
    /// <summary>RSA Digital Signature, PKCS #1 v1.5.</summary>
    RsaSignature = 1,

    /// <summary>Shared Key Message Integrity Code, also used after EAP.</summary>
    SharedKey = 2,

    /// <summary>ECDSA with SHA-256 on the P-256 curve (RFC 4754).</summary>
    EcdsaP256 = 9,

    /// <summary>ECDSA with SHA-384 on the P-384 curve (RFC 4754).</summary>
    EcdsaP384 = 10,

    /// <summary>ECDSA with SHA-512 on the P-521 curve (RFC 4754).</summary>
    EcdsaP521 = 11,

    /// <summary>Digital Signature with an algorithm identifier (RFC 7427).</summary>
    DigitalSignature = 14,
}

/// <summary>Configuration payload types (RFC 7296 §3.15).</summary>
public enum IkeConfigurationType : byte
{
    /// <summary>CFG_REQUEST.</summary>
    Request = 1,

    /// <summary>CFG_REPLY.</summary>
    Reply = 2,

    /// <summary>CFG_SET.</summary>
    Set = 3,

    /// <summary>CFG_ACK.</summary>
    Ack = 4,
}

/// <summary>Configuration attribute types (RFC 7296 §3.15.1 and Cisco's private ones). An open set.</summary>
public enum IkeConfigurationAttributeType : ushort
{
    /// <summary>INTERNAL_IP4_ADDRESS: 0 or 4 octets.</summary>
    InternalIPv4Address = 1,

    /// <summary>INTERNAL_IP4_NETMASK: 0 or 4 octets.</summary>
    InternalIPv4Netmask = 2,

    /// <summary>INTERNAL_IP4_DNS: 0 or 4 octets.</summary>
    InternalIPv4Dns = 3,

    /// <summary>INTERNAL_IP4_NBNS: 0 or 4 octets.</summary>
    InternalIPv4Nbns = 4,

    /// <summary>INTERNAL_ADDRESS_EXPIRY: 0 or 4 octets, seconds (RFC 4306; obsolete, still asked for).</summary>
    InternalAddressExpiry = 5,

    /// <summary>INTERNAL_IP4_DHCP: 0 or 4 octets.</summary>
    InternalIPv4Dhcp = 6,

    /// <summary>APPLICATION_VERSION: text.</summary>
    ApplicationVersion = 7,

    /// <summary>INTERNAL_IP6_ADDRESS: 0 or 17 octets.</summary>
    InternalIPv6Address = 8,

    /// <summary>INTERNAL_IP6_DNS: 0 or 16 octets.</summary>
    InternalIPv6Dns = 10,

    /// <summary>INTERNAL_IP4_SUBNET: 0 or 8 octets, address and mask.</summary>
    InternalIPv4Subnet = 13,

    /// <summary>SUPPORTED_ATTRIBUTES.</summary>
    SupportedAttributes = 14,

    /// <summary>INTERNAL_IP6_SUBNET: 0 or 17 octets.</summary>
    InternalIPv6Subnet = 15,

    /// <summary>INTERNAL_DNS_DOMAIN (RFC 8598).</summary>
    InternalDnsDomain = 25,

    /// <summary>Cisco Unity: banner.</summary>
    UnityBanner = 28672,

    /// <summary>Cisco Unity: default domain.</summary>
    UnityDefaultDomain = 28674,

    /// <summary>Cisco Unity: domains of split DNS.</summary>
    UnitySplitDns = 28675,

    /// <summary>Cisco Unity: split include, 14 octets a network.</summary>
    UnitySplitInclude = 28676,
}

/// <summary>Traffic selector types (RFC 7296 §3.13.1).</summary>
public enum IkeTrafficSelectorType : byte
{
    /// <summary>TS_IPV4_ADDR_RANGE.</summary>
    IPv4AddressRange = 7,

    /// <summary>TS_IPV6_ADDR_RANGE.</summary>
    IPv6AddressRange = 8,
}
