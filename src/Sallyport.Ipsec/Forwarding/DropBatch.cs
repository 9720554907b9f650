using System.Net;
using Sallyport.Ipsec.Driver;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>The drops of one batch, which are told to the counter all at once: a flood costs it one call and not one a packet.</summary>
internal sealed class DropBatch(DropCounter drops)
{
    private readonly long[] _counts = new long[DropCounter.ReasonCount];
    private readonly SocketAddress?[] _peers = new SocketAddress?[DropCounter.ReasonCount];
    private bool _any;

    /// <summary>Counts a datagram.</summary>
    /// <param name="reason">Why it is dropped.</param>
    /// <param name="from">Its sender, a struct sockaddr.</param>
    public void Add(IpsecDropReason reason, ReadOnlySpan<byte> from) => Add(reason, 1, from);

    /// <summary>Counts packets of this host.</summary>
    public void Add(IpsecDropReason reason, int packets) => Add(reason, packets, default);

    /// <summary>Counts packets that came from a peer or were for it.</summary>
    public void Add(IpsecDropReason reason, int packets, ReadOnlySpan<byte> peer)
    {
        _any = true;
        _counts[(int)reason] += packets;
        if (!peer.IsEmpty)
        {
            SocketAddress last = _peers[(int)reason] ??= new SocketAddress(System.Net.Sockets.AddressFamily.InterNetworkV6);
            peer = peer[..Math.Min(peer.Length, last.Buffer.Length)];
            peer.CopyTo(last.Buffer.Span);
            last.Size = peer.Length;
        }
    }

    /// <summary>Tells the counter.</summary>
    public void Settle()
    {
        if (!_any)
        {
            return;
        }

        _any = false;
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
            {
                drops.Add((IpsecDropReason)i, _counts[i], _peers[i]);
                _counts[i] = 0;
            }
        }
    }
}
