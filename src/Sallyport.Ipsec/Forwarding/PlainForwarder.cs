using Sallyport.Ipsec.Devices;
using Sallyport.Ipsec.Driver;
using Sallyport.Ipsec.PathMtu;
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
    /// <param name="datagram">The packet.</param>
    /// <param name="from">Its sender, a struct sockaddr.</param>
    /// <param name="trafficClass">DSCP and ECN of its outer header; zero where they are not known.</param>
    public void Receive(Span<byte> datagram, ReadOnlySpan<byte> from, byte trafficClass)
    {
        _receiver.Begin();
        try
        {
            Open(datagram, from, trafficClass);
        }
        finally
        {
            _receiver.End();
        }
    }

    /// <summary>Counts a datagram that is dropped. Called by the same thread.</summary>
    public void Drop(IpsecDropReason reason, ReadOnlySpan<byte> from)
    {
        _receiver.Begin();
        _receiver.Drop(reason, from);
        _receiver.End();
    }

    /// <summary>Sends what comes from a device until it ends. What is outside carries neither DSCP nor ECN (RFC 6040 §4.1, compatibility mode).</summary>
    public async Task ForwardAsync(IPacketDevice device, CancellationToken cancellationToken)
    {
        byte[] inner = new byte[device.Mtu];
        Outgoing to = new(device, new byte[device.Mtu + EspPair.LargestOverhead], new byte[device.Mtu], new byte[PacketTooBig.LargestSize]);
        int length;
        while ((length = await device.ReadAsync(inner, cancellationToken).ConfigureAwait(false)) > 0)
        {
            try
            {
                Send(inner.AsSpan(0, length), to);
            }
            catch (Exception e)
            {
                // Whatever it is, one packet may not end the loop that sends all others.
                IpsecLog.Fault(parts.Logger, e);
            }
        }
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _sender.Dispose();
    }

    private void Open(Span<byte> datagram, ReadOnlySpan<byte> from, byte trafficClass)
    {
        if (!_receiver.TryOpen(datagram, from, trafficClass, out Span<byte> inner, out EspTunnel tunnel))
        {
            return;
        }

        if (Device is { } device && device.TryWrite(inner))
        {
            _receiver.CountIn(tunnel, 1, inner.Length);
        }
        else
        {
            _receiver.DropIn(tunnel, IpsecDropReason.Device, from);
        }
    }

    private void Send(ReadOnlySpan<byte> inner, Outgoing to)
    {
        _sender.Begin();
        try
        {
            if (!_sender.TryRoute(inner, 1, out EspTunnel tunnel))
            {
                return;
            }

            if (tunnel.TryGetCurrent(out EspPair pair))
            {
                Send(inner, pair, to);
            }
            else
            {
                _sender.DropOut(tunnel, IpsecDropReason.NotSealed, 1);
            }
        }
        finally
        {
            _sender.End();
        }
    }

    private void Send(ReadOnlySpan<byte> inner, EspPair pair, Outgoing to)
    {
        PacketFit fit = _sender.Fit(inner, inner.Length, 1, pair);
        switch (fit.Action)
        {
            case PacketFitAction.Refuse when _sender.TryExplain(inner, fit.Mtu, to.Message, out int length):
                to.Device.TryWrite(to.Message.AsSpan(0, length));
                break;
            case PacketFitAction.Refuse:
                break;
            case PacketFitAction.Fragment when IPv4Fragments.TryCreate(inner, fit.Mtu, out IPv4Fragments fragments):
                while (fragments.TryNext(to.Fragment, out int length))
                {
                    Seal(to.Fragment.AsSpan(0, length), pair, to.Datagram);
                }

                break;
            case PacketFitAction.Fragment:
                _sender.DropOut(pair.Tunnel, IpsecDropReason.NotIp, 1);
                break;
            default:
                Seal(inner, pair, to.Datagram);
                break;
        }
    }

    private void Seal(ReadOnlySpan<byte> inner, EspPair pair, Span<byte> datagram)
    {
        EspTunnel tunnel = pair.Tunnel;
        if (!pair.Outbound.TrySeal(inner, datagram, out int length))
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

    // Where packets come from, and the memory to make others of them.
    private sealed record Outgoing(IPacketDevice Device, byte[] Datagram, byte[] Fragment, byte[] Message);
}
