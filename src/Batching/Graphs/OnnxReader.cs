namespace Batching.Graphs;

/// <summary>Takes the messages of an .onnx file apart, once and down to its tensors, whose numbers are passed over.</summary>
/// <remarks>What it makes of a file is in proportion to the file's messages, and these are counted.</remarks>
internal sealed class OnnxReader
{
    /// <summary>The most messages that are read: thirty times those of a large encoder.</summary>
    public const int MostMessages = 300_000;

    // Protobuf reads no more messages within each other either.
    private const int DeepestMessage = 100;

    private int messages;

    /// <summary>Whether there were more than are read.</summary>
    public bool IsBeyondLimit => messages > MostMessages;

    /// <exception cref="InvalidDataException">The message is damaged, or nested too deep, or holds too many.</exception>
    public OnnxMessage Read(OnnxMessageKind kind, ReadOnlyMemory<byte> content) => OnnxMessage.Of(kind, PiecesOf(kind, content, depth: 0));

    /// <exception cref="InvalidDataException">The message is damaged, or nested too deep, or holds too many.</exception>
    public IReadOnlyList<OnnxPiece> PiecesOf(OnnxMessageKind kind, ReadOnlyMemory<byte> content) => PiecesOf(kind, content, depth: 0);

    // The fields of the format's messages that lead on.
    private static OnnxMessageKind? KindOf(OnnxMessageKind parent, ProtobufField field) => !field.HasContent ? null : (parent, field.Number) switch
    {
        (OnnxMessageKind.Model, 7) or (OnnxMessageKind.Training, 1 or 2) or (OnnxMessageKind.Attribute, 6 or 11) => OnnxMessageKind.Graph,
        (OnnxMessageKind.Model, 20) => OnnxMessageKind.Training,
        (OnnxMessageKind.Model, 25) => OnnxMessageKind.Function,
        (OnnxMessageKind.Graph, 1) or (OnnxMessageKind.Function, 7) => OnnxMessageKind.Node,
        (OnnxMessageKind.Node, 5) or (OnnxMessageKind.Function, 11) => OnnxMessageKind.Attribute,
        (OnnxMessageKind.Graph, 15) or (OnnxMessageKind.Attribute, 22 or 23) => OnnxMessageKind.SparseTensor,
        (OnnxMessageKind.Graph, 5) or (OnnxMessageKind.Attribute, 5 or 10) or (OnnxMessageKind.SparseTensor, 1 or 2) => OnnxMessageKind.Tensor,
        (OnnxMessageKind.Graph, 11 or 12 or 13) => OnnxMessageKind.Value,
        _ => null,
    };

    private List<OnnxPiece> PiecesOf(OnnxMessageKind kind, ReadOnlyMemory<byte> content, int depth)
    {
        if (++messages > MostMessages || depth > DeepestMessage)
        {
            throw new InvalidDataException("The messages are too many, or nested too deep.");
        }

        List<OnnxPiece> pieces = [];
        int done = 0;
        if (kind is not (OnnxMessageKind.Tensor or OnnxMessageKind.Value))
        {
            int position = 0;
            foreach (ProtobufField field in ProtobufField.Of(content))
            {
                int start = position;
                position += field.Whole.Length;
                if (KindOf(kind, field) is { } inner)
                {
                    AddRun(start);
                    pieces.Add(new OnnxPiece(field.Number, OnnxMessage.Of(inner, PiecesOf(inner, field.Content, depth + 1))));
                    done = position;
                }
            }
        }

        AddRun(content.Length);
        return pieces;

        void AddRun(int end)
        {
            if (end > done)
            {
                pieces.Add(new OnnxPiece(content[done..end]));
            }
        }
    }
}
