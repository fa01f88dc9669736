using System.Buffers.Binary;
using Batching.Folders;
using Google.Protobuf;

namespace Batching.Inference.Graphs;

/// <summary>A constant of an ONNX graph: what the message <c>TensorProto</c> says of it, without its data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimensions">Its dimensions; none for a scalar.</param>
/// <param name="Integer">Its value, where it is a single int64 that is not in a file of its own.</param>
internal sealed record OnnxTensor(string Name, IReadOnlyList<long> Dimensions, long? Integer)
{
    private const int DimensionsField = 1;
    private const int TypeField = 2;
    private const int IntegersField = 7;
    private const int NameField = 8;
    private const int RawField = 9;
    private const int LocationField = 14;
    private const int Int64 = 7;
    private const int External = 1;

    /// <summary>Whether it is one number, whatever its rank.</summary>
    public bool IsSingle => Dimensions.All(size => size == 1);

    /// <summary>Whether it spreads over the last axis only: all dimensions before it are 1.</summary>
    public bool IsAlongLastAxis => Dimensions.SkipLast(1).All(size => size == 1);

    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static OnnxTensor Read(ReadOnlyMemory<byte> message)
    {
        string name = "";
        List<long> dimensions = [];
        ulong type = 0;
        long? integer = null;
        bool isExternal = false;
        foreach (ProtobufField field in ProtobufField.Of(message))
        {
            switch (field.Number)
            {
                case DimensionsField:
                    dimensions.AddRange(field.Integers());
                    break;
                case TypeField:
                    type = field.Value;
                    break;
                case IntegersField:
                    integer = field.Integers() is [var single] ? single : null;
                    break;
                case NameField:
                    name = field.Text();
                    break;
                case RawField when field.Content.Length == sizeof(long):
                    integer = BinaryPrimitives.ReadInt64LittleEndian(field.Content.Span);
                    break;
                case LocationField:
                    isExternal = (int)field.Value == External;
                    break;
                default:
                    break;
            }
        }

        return new OnnxTensor(name, dimensions, !isExternal && type == Int64 && dimensions.All(size => size == 1) ? integer : null);
    }

    /// <summary>The message of a vector of int64.</summary>
    public static byte[] Write(string name, params ReadOnlySpan<long> values)
    {
        var raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        }

        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            output.WriteTag(DimensionsField, WireFormat.WireType.Varint);
            output.WriteInt64(values.Length);
            output.WriteTag(TypeField, WireFormat.WireType.Varint);
            output.WriteInt32(Int64);
            output.WriteTag(NameField, WireFormat.WireType.LengthDelimited);
            output.WriteString(name);
            output.WriteTag(RawField, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(raw));
        }

        return written.ToArray();
    }
}
