using System.Buffers.Binary;
using System.Net.Security;

namespace Sallyport.Radius.Transport.Links;

/// <summary>
/// TLS of which each record holds one packet: FreeRADIUS ends a connection on which a record holds two. What gathered leaves with one system
/// call all the same.
/// </summary>
/// <param name="stream">The connection, which it owns.</param>
internal sealed class PacketTlsStream(Stream stream) : SslStream(new RecordGatherer(stream))
{
    private const int LengthOffset = 2;

    /// <summary>Writes packets that stand one behind the other.</summary>
    public async ValueTask WritePacketsAsync(ReadOnlyMemory<byte> packets, CancellationToken cancellationToken)
    {
        RecordGatherer records = (RecordGatherer)InnerStream;
        records.Begin();
        while (!packets.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(packets.Span[LengthOffset..]);
            await WriteAsync(packets[..length], cancellationToken).ConfigureAwait(false);
            packets = packets[length..];
        }

        await records.EndAsync(cancellationToken).ConfigureAwait(false);
    }
}
