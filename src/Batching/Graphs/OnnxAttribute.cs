using System.Buffers.Binary;

namespace Batching.Graphs;

/// <summary>An attribute of a node.</summary>
internal sealed class OnnxAttribute : OnnxMessage
{
    private const int NameField = 1;
    private const int NumberField = 2;
    private const int IntegerField = 3;
    private const int TensorField = 5;
    private const int IntegersField = 8;
    private const int TypeField = 20;
    private const int IntegerType = 2;

    // The axes of a tensor, and the like; longer lists are nobody's to read here.
    private const int MostIntegers = 64;

    private readonly List<long> integers = [];

    public OnnxAttribute(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Attribute, pieces)
    {
        foreach (ProtobufField field in Fields)
        {
            switch (field.Number)
            {
                case NameField when field.HasContent:
                    Name = field.Text();
                    break;
                case NumberField when field.Type == WireType.Fixed32:
                    Number = BinaryPrimitives.ReadSingleLittleEndian(field.Content.Span);
                    break;
                case IntegerField when field.Type == WireType.Varint:
                    Integer = (long)field.Value;
                    break;
                case IntegersField when field.Type is WireType.Varint or WireType.Bytes && integers.Count < MostIntegers:
                    integers.AddRange(field.Integers().Take(MostIntegers));
                    break;
                default:
                    break;
            }
        }

        Tensor = MessagesOf<OnnxTensor>(TensorField) is [.., var last] ? last : null;
        Graphs = [.. Messages.OfType<OnnxGraph>()];
    }

    /// <summary>An attribute that is an integer.</summary>
    public static OnnxAttribute Make(string name, long value) =>
        new([new OnnxPiece(new ProtobufWriter().Add(NameField, name).Add(IntegerField, value).Add(TypeField, IntegerType).Written)]);

    public string Name { get; } = "";

    /// <summary>Its number; 0 where it is none.</summary>
    public float Number { get; }

    /// <summary>Its integer; 0 where it is none.</summary>
    public long Integer { get; }

    /// <summary>Its first integers; none where it is no list of them.</summary>
    public IReadOnlyList<long> Integers => integers;

    /// <summary>Its tensor, or null.</summary>
    public OnnxTensor? Tensor { get; }

    /// <summary>Its graphs, as the branches of an If.</summary>
    public IReadOnlyList<OnnxGraph> Graphs { get; }
}
