using Sallyport.Ikev2.Session;

namespace Sallyport.Ipsec.Driver;

/// <summary>Something for the loop that owns the IKE core: a datagram in a rented buffer, or an action.</summary>
internal readonly record struct IkeWork(byte[]? Datagram, int Length, IkePath? Path, Action<TimeSpan>? Action);
