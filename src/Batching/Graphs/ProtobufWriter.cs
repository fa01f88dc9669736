using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Batching.Graphs;

/// <summary>Writes the fields of a protobuf message. Not thread-safe.</summary>
internal sealed class ProtobufWriter
{
    private const int BitsOfType = 3;
    private const int LongestVarint = 10;

    private readonly ArrayBufferWriter<byte> written = new();

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => written.WrittenMemory;

    /// <summary>The number and the length that stand before a message, a text or bytes.</summary>
    public static ReadOnlyMemory<byte> Header(int field, long length) => new ProtobufWriter().AddHeader(field, length).Written;

    /// <summary>How many bytes <see cref="Header"/> has.</summary>
    public static int LengthOfHeader(int field, long length) => LengthOf(Tag(field, WireType.Bytes)) + LengthOf((ulong)length);

    public ProtobufWriter Add(int field, long value)
    {
        AddVarint(Tag(field, WireType.Varint));
        AddVarint((ulong)value);
        return this;
    }

    public ProtobufWriter Add(int field, float value)
    {
        AddVarint(Tag(field, WireType.Fixed32));
        BinaryPrimitives.WriteSingleLittleEndian(written.GetSpan(sizeof(float)), value);
        written.Advance(sizeof(float));
        return this;
    }

    public ProtobufWriter Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public ProtobufWriter Add(int field, ReadOnlySpan<byte> content)
    {
        AddHeader(field, content.Length);
        written.Write(content);
        return this;
    }

    /// <summary>Adds a field as it is in another message.</summary>
    public ProtobufWriter Add(ProtobufField field)
    {
        written.Write(field.Whole.Span);
        return this;
    }

    private static ulong Tag(int field, WireType type) => ((ulong)field << BitsOfType) | (ulong)type;

    private static int LengthOf(ulong value)
    {
        int length = 1;
        for (; value >= 0x80; value >>= 7)
        {
            length++;
        }

        return length;
    }

    private ProtobufWriter AddHeader(int field, long length)
    {
        AddVarint(Tag(field, WireType.Bytes));
        AddVarint((ulong)length);
        return this;
    }

    private void AddVarint(ulong value)
    {
        Span<byte> bytes = written.GetSpan(LongestVarint);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        written.Advance(length);
    }
}
