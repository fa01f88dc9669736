namespace Batching.Graphs;

/// <summary>
/// A message of an .onnx file, in pieces: what is not read stays as the file has it, byte for byte, and is never copied before
/// it is written.
/// </summary>
/// <remarks>Immutable. Numbers of fields are those of the ONNX format's messages.</remarks>
internal class OnnxMessage
{
    /// <param name="kind">What message it is.</param>
    /// <param name="pieces">Its pieces in their order.</param>
    protected OnnxMessage(OnnxMessageKind kind, IReadOnlyList<OnnxPiece> pieces)
    {
        Kind = kind;
        Pieces = pieces;
        Length = pieces.Sum(piece => piece.Length);
    }

    public OnnxMessageKind Kind { get; }

    public IReadOnlyList<OnnxPiece> Pieces { get; }

    /// <summary>How many bytes it has in the file.</summary>
    public long Length { get; }

    /// <summary>The tensors in it, wherever they are, in the order of the file.</summary>
    public IEnumerable<OnnxTensor> Tensors => this is OnnxTensor tensor ? [tensor] : Messages.SelectMany(message => message.Tensors);

    /// <summary>The messages that it holds.</summary>
    public IEnumerable<OnnxMessage> Messages => Pieces.Select(piece => piece.Message).OfType<OnnxMessage>();

    /// <summary>The fields that stay as they are.</summary>
    protected IEnumerable<ProtobufField> Fields => Pieces.Where(piece => piece.Number == 0).SelectMany(piece => ProtobufField.Of(piece.Part.Bytes));

    /// <param name="kind">What message it is.</param>
    /// <param name="pieces">Its pieces in their order.</param>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static OnnxMessage Of(OnnxMessageKind kind, IReadOnlyList<OnnxPiece> pieces) => kind switch
    {
        OnnxMessageKind.Graph => new OnnxGraph(pieces),
        OnnxMessageKind.Function => new OnnxFunction(pieces),
        OnnxMessageKind.Node => new OnnxNode(pieces),
        OnnxMessageKind.Attribute => new OnnxAttribute(pieces),
        OnnxMessageKind.Tensor => new OnnxTensor(pieces),
        OnnxMessageKind.Value => new OnnxValue(pieces),
        _ => new OnnxMessage(kind, pieces),
    };

    /// <summary>The message with other tensors: itself, where none changes.</summary>
    /// <param name="replace">Gives a tensor in another's place, or the same.</param>
    public OnnxMessage Replace(Func<OnnxTensor, OnnxTensor> replace)
    {
        if (this is OnnxTensor tensor)
        {
            return replace(tensor);
        }

        OnnxPiece[]? changed = null;
        for (int i = 0; i < Pieces.Count; i++)
        {
            OnnxMessage? other = Pieces[i].Message?.Replace(replace);
            if (other != Pieces[i].Message)
            {
                changed ??= [.. Pieces];
                changed[i] = new OnnxPiece(Pieces[i].Number, other!);
            }
        }

        return changed is null ? this : Of(Kind, changed);
    }

    /// <summary>The parts of the file that it is written as.</summary>
    public IReadOnlyList<OnnxPart> Parts()
    {
        List<OnnxPart> parts = [];
        AddTo(parts);
        return parts;
    }

    /// <summary>The whole message, whose bytes are all at hand.</summary>
    public virtual byte[] ToBytes()
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)Length));
        int position = 0;
        foreach (OnnxPart part in Parts())
        {
            part.Bytes.CopyTo(bytes.AsMemory(position));
            position += part.Bytes.Length;
        }

        return bytes;
    }

    /// <summary>The pieces with other messages in the place of one field's.</summary>
    protected IReadOnlyList<OnnxPiece> With(int field, IEnumerable<OnnxMessage> messages) =>
        [.. Pieces.Where(piece => piece.Number != field), .. messages.Select(message => new OnnxPiece(field, message))];

    /// <summary>The messages of one field.</summary>
    protected IReadOnlyList<T> MessagesOf<T>(int field)
        where T : OnnxMessage => [.. Pieces.Where(piece => piece.Number == field).Select(piece => piece.Message).OfType<T>()];

    private void AddTo(List<OnnxPart> parts)
    {
        foreach (OnnxPiece piece in Pieces)
        {
            if (piece.Number > 0)
            {
                parts.Add(new OnnxPart(ProtobufWriter.Header(piece.Number, piece.ContentLength)));
            }

            if (piece.Message is null)
            {
                parts.Add(piece.Part);
            }
            else
            {
                piece.Message.AddTo(parts);
            }
        }
    }
}
