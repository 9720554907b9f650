using System.Net;

namespace Sallyport.Ipsec.Driver;

/// <summary>Something for the loop that owns the IKE core: a datagram in a rented buffer, or an action.</summary>
/// <param name="Datagram">The buffer.</param>
/// <param name="Length">The datagram's octets.</param>
/// <param name="Remote">Its sender.</param>
/// <param name="NatTraversal">Whether it came to the port that IKE and ESP share.</param>
/// <param name="Action">What is done at the time that it is given.</param>
internal readonly record struct IkeWork(byte[]? Datagram, int Length, IPEndPoint? Remote, bool NatTraversal, Action<TimeSpan>? Action)
{
    /// <summary>An action.</summary>
    public IkeWork(Action<TimeSpan> action)
        : this(null, 0, null, false, action)
    {
    }
}
