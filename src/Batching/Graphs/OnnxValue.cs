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
        foreach (ProtobufField field in Fields.Where(field => field.HasContent))
        {
            if (field.Number == NameField)
            {
                Name = field.Text();
            }
            else if (field.Number == TypeField)
            {
                HasFixedAxis = Within(field, TensorTypeField)
                    .SelectMany(type => Within(type, ShapeField))
                    .SelectMany(shape => Within(shape, DimensionField))
                    .SelectMany(dimension => ProtobufField.Of(dimension.Content))
                    .Any(size => size is { Number: SizeField, Type: WireType.Varint });
            }
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
    public bool HasFixedAxis { get; }

    private static IEnumerable<ProtobufField> Within(ProtobufField message, int number) =>
        ProtobufField.Of(message.Content).Where(field => field.Number == number && field.HasContent);
}
