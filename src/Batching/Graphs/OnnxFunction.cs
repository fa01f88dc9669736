namespace Batching.Graphs;

/// <summary>A function: nodes that stand for one operator.</summary>
internal sealed class OnnxFunction : OnnxMessage
{
    private const int NameField = 1;
    private const int NodeField = 7;
    private const int DomainField = 10;

    public OnnxFunction(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Function, pieces)
    {
        foreach (ProtobufField field in Fields.Where(field => field.HasContent))
        {
            if (field.Number == NameField)
            {
                Name = field.Text();
            }
            else if (field.Number == DomainField)
            {
                Domain = field.Text();
            }
        }

        Nodes = MessagesOf<OnnxNode>(NodeField);
    }

    /// <summary>The operator.</summary>
    public string Name { get; } = "";

    /// <summary>The operator's domain.</summary>
    public string Domain { get; } = "";

    public IReadOnlyList<OnnxNode> Nodes { get; }
}
