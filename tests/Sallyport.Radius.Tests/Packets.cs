using System.Security.Cryptography;
using Sallyport.Radius.Security;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Tests;

/// <summary>Packets that several tests take apart.</summary>
internal static class Packets
{
    public const string RequestAuthenticator = "0f403f9473978057bd83d5cb98f4227a";

    /// <summary>The secret of the packets below.</summary>
    public static readonly RadiusSecret Secret = new("testing123-Sup3rSecret");

    /// <summary>An Access-Request of 14 attributes with User-Password, State, Class and two of Cisco's.</summary>
    public static readonly byte[] Request = Convert.FromHexString(
        "015a01740f403f9473978057bd83d5cb98f4227a5012efe2875e3a774cbb890184f1115bf0d70118616c69636540636f72702e6578616d706c652e636f6d0222b97f3333b9149c8225a6ffa1217a48684986a46c9153f88327b594d75f842b26"
        + "0406c000020a05060000c3c03d060000000f0606000000021e1d30302d31422d30442d36332d43322d32363a636f72702d776966691f1339432d31432d31322d30302d41412d4631201c656467652d73772d31372e6463312e6578616d706c65"
        + "2e636f6d1822404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f193e0207003c1a0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678cb1d6fb20"
        + "456a8fb4d91a3100000009012b61756469742d73657373696f6e2d69643d4330303030323039303030303031463442364638413943321a1f000000090119736572766963652d747970653d43616c6c20436865636b");

    /// <summary>The Access-Accept that answers it, 9 attributes.</summary>
    public static readonly byte[] Accept = Convert.FromHexString(
        "025a00c486623970bef0fdb5324daa380fab70985012c3c7998d38e79eb0b552bc5099bb29230118616c69636540636f72702e6578616d706c652e636f6d122157656c636f6d652c207365636f6e6420666163746f722061636365707465"
        + "640606000000020806c63364171b06000070801916808182838485868788898a8b8c8d8e8f909192931a190000000901137368656c6c3a707269762d6c766c3d31351a2400000009011e69703a696e61636c23313d7065726d697420697020"
        + "616e7920616e79");

    /// <summary>A packet of raw attributes, given as type and value in hexadecimal, whose authenticator nobody has signed.</summary>
    public static byte[] Raw(RadiusCode code, params string[] attributes)
    {
        byte[] body = [.. attributes.Select(Convert.FromHexString).SelectMany(a => (byte[])[a[0], (byte)(a.Length + 1), .. a[1..]])];
        return [(byte)code, 1, (byte)((20 + body.Length) >> 8), (byte)(20 + body.Length), .. new byte[16], .. body];
    }

    /// <summary>Signs a reply anew, as somebody with the secret would.</summary>
    public static byte[] SignReply(byte[] packet, byte[] requestAuthenticator, RadiusSecret secret)
    {
        byte[] signed = [.. packet];
        requestAuthenticator.CopyTo(signed, 4);
        MD5.HashData([.. signed, .. secret.Span]).CopyTo(signed, 4);
        return signed;
    }
}
