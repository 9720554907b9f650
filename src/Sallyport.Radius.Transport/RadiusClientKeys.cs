using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>The attributes that logins are made of.</summary>
internal static class RadiusClientKeys
{
    public const uint Microsoft = 311;

    public static TextKey UserName { get; } = new(1);

    public static EncryptedKey UserPassword { get; } = new(2, RadiusEncryption.UserPassword);

    public static OctetsKey ChapPassword { get; } = new(3);

    public static OctetsKey State { get; } = new(24);

    public static IntegerKey AcctStatusType { get; } = new(40);

    public static DateKey EventTimestamp { get; } = new(55);

    public static OctetsKey ChapChallenge { get; } = new(60);

    public static ConcatKey EapMessage { get; } = new(79);

    public static OctetsKey MsChapChallenge { get; } = new(new RadiusAttributeId(Microsoft, 11));

    public static OctetsKey MsChap2Response { get; } = new(new RadiusAttributeId(Microsoft, 25));

    public static OctetsKey MsChap2Success { get; } = new(new RadiusAttributeId(Microsoft, 26));
}
