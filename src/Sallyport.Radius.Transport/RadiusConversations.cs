using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Transport;

/// <summary>
/// Which server a State is of. A State means something to the server that sent it and to no other (RFC 2865 §5.24), so a proxy with several
/// servers has to send the next round of a challenge, or of EAP, to that one. Bounded in time and number; safe for concurrent use.
/// </summary>
/// <param name="time">The clock; the system's where null.</param>
/// <param name="lifetime">How long the next round may take, which may include a person who reads and types; two minutes where null.</param>
/// <param name="capacity">How many States are remembered at most, 64 octets each and some; the oldest goes first.</param>
public sealed class RadiusConversations(TimeProvider? time = null, TimeSpan? lifetime = null, int capacity = RadiusConversations.UsualCapacity)
{
    /// <summary>How many States are remembered where nothing else is asked for.</summary>
    public const int UsualCapacity = 65536;

    private const int AddressSize = 20;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(2);
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, (RadiusUpstream Server, long Since)> _states = [];
    private readonly Queue<(UInt128 Key, long Since)> _order = new();

    /// <summary>How many States are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _states.Count;
            }
        }
    }

    /// <summary>Remembers the State of a challenge; of any other reply it remembers nothing.</summary>
    /// <param name="request">The device's request: two devices may be given the same State by two servers.</param>
    /// <param name="reply">The server's reply to it.</param>
    public void Remember(RadiusRequest request, RadiusReply reply)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Packet.Code != RadiusCode.AccessChallenge || !reply.Packet.TryGet(RadiusClientKeys.State, out ReadOnlySpan<byte> state))
        {
            return;
        }

        UInt128 key = KeyOf(request, state);
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            _states[key] = (reply.Server, now);
            _order.Enqueue((key, now));
            while (_order.TryPeek(out (UInt128 Key, long Since) oldest) && (_order.Count > capacity || _time.GetElapsedTime(oldest.Since, now) > _lifetime))
            {
                // A State that came twice stands in the queue twice; its last place is the one that counts.
                _order.Dequeue();
                if (_states.TryGetValue(oldest.Key, out (RadiusUpstream Server, long Since) known) && known.Since == oldest.Since)
                {
                    _states.Remove(oldest.Key);
                }
            }
        }
    }

    /// <summary>The server that the request's State is of; <see langword="null"/> where it has none, or one that is not known any more.</summary>
    public RadiusUpstream? Find(RadiusRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Packet.TryGet(RadiusClientKeys.State, out ReadOnlySpan<byte> state))
        {
            return null;
        }

        UInt128 key = KeyOf(request, state);
        lock (_gate)
        {
            return _states.TryGetValue(key, out (RadiusUpstream Server, long Since) known) && _time.GetElapsedTime(known.Since) <= _lifetime ? known.Server : null;
        }
    }

    // A digest, so that an entry is small whatever a server sends, and nobody can aim at one. A device's port may change; its address is who it is.
    private static UInt128 KeyOf(RadiusRequest request, ReadOnlySpan<byte> state)
    {
        Span<byte> octets = stackalloc byte[AddressSize + 253];
        request.Sender.WriteAddress(octets);
        BinaryPrimitives.WriteUInt32BigEndian(octets[16..], request.Sender.Scope);
        state.CopyTo(octets[AddressSize..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets[..(AddressSize + state.Length)], digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
