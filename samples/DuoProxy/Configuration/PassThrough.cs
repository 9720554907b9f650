namespace Sallyport.Samples.DuoProxy.Configuration;

/// <summary>
/// Which attributes of the primary's final answer reach the NAS. The result of the authentication always does: EAP-Message, the
/// MS-MPPE keys, MS-CHAP2-Success, MS-CHAP-Domain, MS-CHAP-Error, Reply-Message and User-Name. Ours: where the file says nothing,
/// everything else passes as well, so that a group, an address or a Class of the primary's has its effect at the NAS;
/// <c>pass_through_all=false</c> or a list in <c>pass_through_attr_names</c> narrows that.
/// </summary>
/// <param name="All"><c>pass_through_all</c>, or null where the file says nothing.</param>
/// <param name="Names"><c>pass_through_attr_names</c>.</param>
public sealed record PassThrough(bool? All, IReadOnlyList<Located<string>> Names)
{
    /// <summary>What two sections ask for together: either may widen.</summary>
    public PassThrough Join(PassThrough other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool? all = All is null || other.All is null ? All ?? other.All : All.Value || other.All.Value;
        return new PassThrough(all, [.. Names, .. other.Names]);
    }

    /// <summary>Whether everything passes.</summary>
    public bool Everything => All ?? Names.Count == 0;

    internal static PassThrough Read(SectionReader section) => new(section.BooleanOrNull("pass_through_all"), section.List("pass_through_attr_names"));
}

/// <summary><c>pw_codec</c>: a password is passed on octet for octet, so only a file that wants it recoded needs a word.</summary>
internal static class PasswordCodec
{
    public static void Check(SectionReader section)
    {
        if (section.Text("pw_codec") is { } codec && !codec.Value.Replace("-", "", StringComparison.Ordinal).Equals("utf8", StringComparison.OrdinalIgnoreCase))
        {
            section.Warn(codec.Line, "'pw_codec' has no effect: the primary gets the octets of the password as the NAS sent them");
        }
    }
}
