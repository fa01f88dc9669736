using Google.Protobuf;

namespace Batching.Folders;

/// <summary>
/// Finds the tensors of an .onnx file whose numbers are in files beside it, wherever they are: weights, sparse ones, constants
/// of nodes, of functions and of graphs within graphs.
/// </summary>
internal static class ExternalTensors
{
    // Protobuf reads no more messages within each other either.
    private const int DeepestMessage = 100;

    private enum Message
    {
        Other,
        Model,
        Training,
        Graph,
        Function,
        Node,
        Attribute,
        SparseTensor,
        Tensor,
    }

    /// <summary>The tensors in the order of the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or no ONNX model.</exception>
    public static IReadOnlyList<ExternalTensor> Find(ReadOnlyMemory<byte> model)
    {
        List<ExternalTensor> found = [];
        Replace(model, (message, tensor) =>
        {
            found.Add(tensor);
            return [new OnnxPart(message)];
        });
        return found;
    }

    /// <summary>The file with other messages for these tensors: what is not replaced stays as it is, byte for byte.</summary>
    /// <param name="model">The file's content.</param>
    /// <param name="replace">Gives the parts of a tensor's new message.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no ONNX model.</exception>
    public static IReadOnlyList<OnnxPart> Replace(
        ReadOnlyMemory<byte> model, Func<ReadOnlyMemory<byte>, ExternalTensor, IReadOnlyList<OnnxPart>> replace) =>
        Replace(model, Message.Model, replace, depth: 0) ?? [new OnnxPart(model)];

    /// <summary>The number and the length that stand before a message, a text or bytes.</summary>
    public static byte[] Header(int field, long length)
    {
        var header = new byte[CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size((ulong)length)];
        using var output = new CodedOutputStream(header);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteUInt64((ulong)length);
        output.Flush();
        return header;
    }

    // Null where nothing is replaced, which is nearly everywhere.
    private static List<OnnxPart>? Replace(
        ReadOnlyMemory<byte> message, Message kind, Func<ReadOnlyMemory<byte>, ExternalTensor, IReadOnlyList<OnnxPart>> replace, int depth)
    {
        if (depth > DeepestMessage)
        {
            throw new InvalidDataException("The messages are nested too deep.");
        }

        if (kind == Message.Tensor)
        {
            return ExternalTensor.Read(message) is { } tensor ? [.. replace(message, tensor)] : null;
        }

        List<OnnxPart>? parts = null;
        int done = 0;
        int position = 0;
        foreach (ProtobufField field in ProtobufField.Of(message))
        {
            position += field.Whole.Length;
            if (KindOf(kind, field) is var inner && inner == Message.Other || Replace(field.Content, inner, replace, depth + 1) is not { } replaced)
            {
                continue;
            }

            parts ??= [];
            parts.Add(new OnnxPart(message[done..(position - field.Whole.Length)]));
            parts.Add(new OnnxPart(Header(field.Number, replaced.Sum(part => part.Length))));
            parts.AddRange(replaced);
            done = position;
        }

        parts?.Add(new OnnxPart(message[done..]));
        return parts;
    }

    // The fields of the format's messages that lead to tensors.
    private static Message KindOf(Message parent, ProtobufField field) => !field.HasContent ? Message.Other : (parent, field.Number) switch
    {
        (Message.Model, 7) or (Message.Training, 1 or 2) or (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Model, 20) => Message.Training,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) or (Message.Function, 7) => Message.Node,
        (Message.Node, 5) or (Message.Function, 11) => Message.Attribute,
        (Message.Graph, 15) or (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.Graph, 5) or (Message.Attribute, 5 or 10) or (Message.SparseTensor, 1 or 2) => Message.Tensor,
        _ => Message.Other,
    };
}
