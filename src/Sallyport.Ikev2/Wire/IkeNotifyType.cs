namespace Sallyport.Ikev2.Wire;

/// <summary>Notify message types (RFC 7296 §3.10.1). Below 16384 an error, from there on a status. An open set.</summary>
public enum IkeNotifyType : ushort
{
    /// <summary>No notification.</summary>
    None = 0,

    /// <summary>UNSUPPORTED_CRITICAL_PAYLOAD; data: the payload's type.</summary>
    UnsupportedCriticalPayload = 1,

    /// <summary>INVALID_IKE_SPI.</summary>
    InvalidIkeSpi = 4,

    /// <summary>INVALID_MAJOR_VERSION.</summary>
    InvalidMajorVersion = 5,

    /// <summary>INVALID_SYNTAX.</summary>
    InvalidSyntax = 7,

    /// <summary>INVALID_MESSAGE_ID.</summary>
    InvalidMessageId = 9,

    /// <summary>INVALID_SPI.</summary>
    InvalidSpi = 11,

    /// <summary>NO_PROPOSAL_CHOSEN.</summary>
    NoProposalChosen = 14,

    /// <summary>INVALID_KE_PAYLOAD; data: the wanted group, two octets.</summary>
    InvalidKePayload = 17,

    /// <summary>AUTHENTICATION_FAILED.</summary>
    AuthenticationFailed = 24,

    /// <summary>SINGLE_PAIR_REQUIRED.</summary>
    SinglePairRequired = 34,

    /// <summary>NO_ADDITIONAL_SAS.</summary>
    NoAdditionalSas = 35,

    /// <summary>INTERNAL_ADDRESS_FAILURE.</summary>
    InternalAddressFailure = 36,

    /// <summary>FAILED_CP_REQUIRED.</summary>
    FailedCpRequired = 37,

    /// <summary>TS_UNACCEPTABLE.</summary>
    TsUnacceptable = 38,

    /// <summary>INVALID_SELECTORS.</summary>
    InvalidSelectors = 39,

    /// <summary>UNACCEPTABLE_ADDRESSES (RFC 4555).</summary>
    UnacceptableAddresses = 40,

    /// <summary>UNEXPECTED_NAT_DETECTED (RFC 4555).</summary>
    UnexpectedNatDetected = 41,

    /// <summary>TEMPORARY_FAILURE.</summary>
    TemporaryFailure = 43,

    /// <summary>CHILD_SA_NOT_FOUND.</summary>
    ChildSaNotFound = 44,

    /// <summary>INITIAL_CONTACT.</summary>
    InitialContact = 16384,

    /// <summary>ADDITIONAL_TS_POSSIBLE.</summary>
    AdditionalTsPossible = 16386,

    /// <summary>NAT_DETECTION_SOURCE_IP; data: a SHA-1 hash.</summary>
    NatDetectionSourceIp = 16388,

    /// <summary>NAT_DETECTION_DESTINATION_IP; data: a SHA-1 hash.</summary>
    NatDetectionDestinationIp = 16389,

    /// <summary>COOKIE; data: 1 to 64 octets.</summary>
    Cookie = 16390,

    /// <summary>USE_TRANSPORT_MODE.</summary>
    UseTransportMode = 16391,

    /// <summary>REKEY_SA.</summary>
    RekeySa = 16393,

    /// <summary>ESP_TFC_PADDING_NOT_SUPPORTED.</summary>
    EspTfcPaddingNotSupported = 16394,

    /// <summary>NON_FIRST_FRAGMENTS_ALSO.</summary>
    NonFirstFragmentsAlso = 16395,

    /// <summary>MOBIKE_SUPPORTED (RFC 4555).</summary>
    MobikeSupported = 16396,

    /// <summary>ADDITIONAL_IP4_ADDRESS (RFC 4555); data: an address.</summary>
    AdditionalIPv4Address = 16397,

    /// <summary>ADDITIONAL_IP6_ADDRESS (RFC 4555); data: an address.</summary>
    AdditionalIPv6Address = 16398,

    /// <summary>NO_ADDITIONAL_ADDRESSES (RFC 4555).</summary>
    NoAdditionalAddresses = 16399,

    /// <summary>UPDATE_SA_ADDRESSES (RFC 4555).</summary>
    UpdateSaAddresses = 16400,

    /// <summary>COOKIE2 (RFC 4555); data: 8 to 64 octets.</summary>
    Cookie2 = 16401,

    /// <summary>NO_NATS_ALLOWED (RFC 4555); data: both addresses and ports.</summary>
    NoNatsAllowed = 16402,

    /// <summary>AUTH_LIFETIME (RFC 4478); data: seconds, four octets.</summary>
    AuthLifetime = 16403,

    /// <summary>EAP_ONLY_AUTHENTICATION (RFC 5998).</summary>
    EapOnlyAuthentication = 16417,

    /// <summary>IKEV2_FRAGMENTATION_SUPPORTED (RFC 7383).</summary>
    FragmentationSupported = 16430,

    /// <summary>SIGNATURE_HASH_ALGORITHMS (RFC 7427); data: two octets an algorithm.</summary>
    SignatureHashAlgorithms = 16431,
}
