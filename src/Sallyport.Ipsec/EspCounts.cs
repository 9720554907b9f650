namespace Sallyport.Ipsec;

/// <summary>What a session's ESP SAs have carried so far.</summary>
/// <param name="PacketsIn">Packets opened and delivered.</param>
/// <param name="OctetsIn">Their inner octets.</param>
/// <param name="DropsIn">Packets for this SA that were dropped on the way in.</param>
/// <param name="PacketsOut">Packets sealed and sent.</param>
/// <param name="OctetsOut">Their inner octets.</param>
/// <param name="DropsOut">Packets for this SA that were dropped on the way out.</param>
public readonly record struct EspCounts(long PacketsIn, long OctetsIn, long DropsIn, long PacketsOut, long OctetsOut, long DropsOut)
{
    /// <summary>What was carried in between.</summary>
    public EspCounts Since(EspCounts earlier) => new(
        PacketsIn - earlier.PacketsIn,
        OctetsIn - earlier.OctetsIn,
        DropsIn - earlier.DropsIn,
        PacketsOut - earlier.PacketsOut,
        OctetsOut - earlier.OctetsOut,
        DropsOut - earlier.DropsOut);
}
