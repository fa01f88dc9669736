namespace Batching.Graphs;

/// <summary>An input or an output of a graph, or what is known of a tensor between.</summary>
internal sealed class OnnxValue : OnnxMessage
{
    private const int NameField = 1;
    private const int TypeField = 2;
    private const int TensorTypeField = 1;
    private const int ElementField = 1;
    private const int ShapeField = 2;
    private const int DimensionField = 1;
    private const int SizeField = 1;

    public OnnxValue(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Value, pieces)
    {
        foreach (ProtobufField field in Fields.Where(field => field is { Number: NameField, HasContent: true }))
        {
            Name = field.Text();
        }
    }

    /// <summary>A tensor of whatever shape.</summary>
    public static OnnxValue Make(string name, ElementType type)
    {
        ReadOnlyMemory<byte> tensor = new ProtobufWriter().Add(ElementField, (long)type).Written;
        ReadOnlyMemory<byte> whole = new ProtobufWriter().Add(TensorTypeField, tensor.Span).Written;
        return new OnnxValue([new OnnxPiece(new ProtobufWriter().Add(NameField, name).Add(TypeField, whole.Span).Written)]);
    }

    public string Name { get; } = "";

    /// <summary>Whether an axis of the tensor has a size that is known.</summary>
    /// <exception cref="InvalidDataException">Its type is damaged.</exception>
    public bool HasFixedAxis() => Fields.Where(field => field is { Number: TypeField, HasContent: true })
        .SelectMany(field => Within(field, TensorTypeField))
        .SelectMany(field => Within(field, ShapeField))
        .SelectMany(field => Within(field, DimensionField))
        .SelectMany(field => ProtobufField.Of(field.Content))
        .Any(field => field is { Number: SizeField, Type: WireType.Varint });

    private static IEnumerable<ProtobufField> Within(ProtobufField message, int number) =>
        ProtobufField.Of(message.Content).Where(field => field.Number == number && field.HasContent);
}
