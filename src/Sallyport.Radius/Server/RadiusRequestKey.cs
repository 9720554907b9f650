using System.Buffers.Binary;
using Sallyport.Radius.Wire;

namespace Sallyport.Radius.Server;

/// <summary>What makes two requests the same (RFC 5080 §2.2.2): source address and port, code, identifier and Request Authenticator.</summary>
public readonly struct RadiusRequestKey : IEquatable<RadiusRequestKey>
{
    private readonly RadiusRemote _remote;
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _codeAndIdentifier;

    /// <summary>The key of a request.</summary>
    /// <param name="remote">Who sent it.</param>
    /// <param name="packet">The request.</param>
    /// <param name="token">Whether only the Token counts, as in RADIUS/1.1 (RFC 9765 §4.1), where the rest of its place means nothing.</param>
    public RadiusRequestKey(in RadiusRemote remote, RadiusPacket packet, bool token = false)
    {
        ReadOnlySpan<byte> octets = packet.Span;
        _remote = remote;
        _codeAndIdentifier = token ? octets[0] : BinaryPrimitives.ReadUInt16BigEndian(octets);
        _high = token ? BinaryPrimitives.ReadUInt32BigEndian(octets.Slice(4)) : BinaryPrimitives.ReadUInt64BigEndian(octets.Slice(4));
        _low = token ? 0 : BinaryPrimitives.ReadUInt64BigEndian(octets.Slice(12));
    }

    /// <inheritdoc/>
    public bool Equals(RadiusRequestKey other) =>
        _high == other._high && _low == other._low && _codeAndIdentifier == other._codeAndIdentifier && _remote.Equals(other._remote);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RadiusRequestKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash(0);

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(RadiusRequestKey left, RadiusRequestKey right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(RadiusRequestKey left, RadiusRequestKey right) => !left.Equals(right);

    /// <summary>A hash that depends on a seed in every step, so that whoever does not know the seed cannot aim at one bucket.</summary>
    internal uint Hash(ulong seed)
    {
        ulong hash = Mix(seed ^ 0x9E37_79B9_7F4A_7C15, _high);
        hash = Mix(hash, _low);
        hash = Mix(hash, _remote.Low);
        hash = Mix(hash, _remote.High ^ ((ulong)_codeAndIdentifier << 48) ^ ((ulong)_remote.Port << 32) ^ _remote.Scope);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0xC2B2_AE3D_27D4_EB4F;
        return (hash ^ (hash >> 29)) * 0x9E37_79B9_7F4A_7C15;
    }
}
