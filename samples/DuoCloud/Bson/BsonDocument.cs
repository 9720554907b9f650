using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sallyport.Samples.DuoCloud.Bson;

/// <summary>
/// The little of BSON (bsonspec.org, version 1.1) that old Duo clients read: documents of texts (0x02), documents (0x03) and 32-bit
/// numbers (0x10).
/// </summary>
public static class BsonDocument
{
    private const byte Text = 0x02;
    private const byte Document = 0x03;
    private const byte Int32 = 0x10;

    /// <summary>Encodes a JSON object.</summary>
    /// <exception cref="NotSupportedException">The object holds a value of another type.</exception>
    public static byte[] Encode(JsonObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        using MemoryStream stream = new();
        WriteDocument(stream, value);
        return stream.ToArray();
    }

    private static void WriteDocument(MemoryStream stream, JsonObject value)
    {
        long start = stream.Position;
        WriteInt32(stream, 0);
        foreach ((string name, JsonNode? member) in value)
        {
            switch (member)
            {
                case JsonObject inner:
                    WriteName(stream, Document, name);
                    WriteDocument(stream, inner);
                    break;
                case JsonValue number when number.GetValueKind() == JsonValueKind.Number && number.TryGetValue(out int integer):
                    WriteName(stream, Int32, name);
                    WriteInt32(stream, integer);
                    break;
                case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                    WriteName(stream, Text, name);
                    byte[] octets = Encoding.UTF8.GetBytes(text.GetValue<string>());
                    WriteInt32(stream, octets.Length + 1);
                    stream.Write(octets);
                    stream.WriteByte(0);
                    break;
                default:
                    throw new NotSupportedException($"'{name}' is neither text, number nor document");
            }
        }

        stream.WriteByte(0);
        long end = stream.Position;
        stream.Position = start;
        WriteInt32(stream, (int)(end - start));
        stream.Position = end;
    }

    private static void WriteName(MemoryStream stream, byte type, string name)
    {
        stream.WriteByte(type);
        stream.Write(Encoding.UTF8.GetBytes(name));
        stream.WriteByte(0);
    }

    private static void WriteInt32(MemoryStream stream, int value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(octets, value);
        stream.Write(octets);
    }
}
