using System.Net;
using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.Tunnel;

namespace Sallyport.Ipsec.Forwarding;

/// <summary>The plain data path, for any system and any device: one call of the system for each packet in or out.</summary>
internal sealed class PlainForwarder(ForwardingParts parts) : IDisposable
{
    private readonly EspWorker _receiver = new(parts);
    private readonly EspWorker _sender = new(parts);
    private IPacketDevice? _device;

    /// <summary>Where opened packets go.</summary>
    public IPacketDevice? Device
    {
        get => Volatile.Read(ref _device);
        set => Volatile.Write(ref _device, value);
    }

    /// <summary>Takes in an ESP packet, which is opened in place. Called by one thread at a time.</summary>
    public void Receive(Span<byte> datagram, SocketAddress from)
    {
        _receiver.Begin();
        ReadOnlySpan<byte> sender = from.Buffer.Span[..from.Size];
        if (_receiver.TryOpen(datagram, sender, out Span<byte> inner, out EspTunnel tunnel))
        {
            if (Device is { } device && device.TryWrite(inner))
            {
                _receiver.CountIn(tunnel, 1, inner.Length);
            }
            else
            {
                _receiver.DropIn(tunnel, IpsecDropReason.Device, sender);
            }
        }

        _receiver.End();
    }

    /// <summary>Sends what comes from a device until it ends.</summary>
    public async Task ForwardAsync(IPacketDevice device, CancellationToken cancellationToken)
    {
        byte[] inner = new byte[device.Mtu];
        byte[] datagram = new byte[device.Mtu + EspPair.LargestOverhead];
        int length;
        while ((length = await device.ReadAsync(inner, cancellationToken).ConfigureAwait(false)) > 0)
        {
            Send(inner.AsSpan(0, length), datagram);
        }
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _sender.Dispose();
    }

    private void Send(ReadOnlySpan<byte> inner, Span<byte> datagram)
    {
        _sender.Begin();
        if (_sender.TryRoute(inner, 1, out EspTunnel tunnel))
        {
            Send(inner, datagram, tunnel);
        }

        _sender.End();
    }

    private void Send(ReadOnlySpan<byte> inner, Span<byte> datagram, EspTunnel tunnel)
    {
        if (!tunnel.TrySeal(inner, datagram, out int length))
        {
            _sender.DropOut(tunnel, IpsecDropReason.NotSealed, 1);
            return;
        }

        datagram = datagram[..length];
        _sender.Trace(tunnel, datagram);
        if (parts.Port.TrySend(datagram, tunnel.Remote))
        {
            _sender.CountOut(tunnel, 1, inner.Length);
        }
        else
        {
            _sender.DropOut(tunnel, IpsecDropReason.NotSent, 1);
        }
    }
}
