namespace Batching.Graphs;

/// <summary>A node of a graph: an operator, its attributes, and the names of the tensors that it takes and gives.</summary>
internal sealed class OnnxNode : OnnxMessage
{
    /// <summary>What the domain of ONNX's own operators is called, where it is not left empty.</summary>
    public const string OwnDomain = "ai.onnx";

    private const int InputField = 1;
    private const int OutputField = 2;
    private const int NameField = 3;
    private const int TypeField = 4;
    private const int AttributeField = 5;
    private const int DomainField = 7;

    private readonly List<string> inputs = [];
    private readonly List<string> outputs = [];

    public OnnxNode(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Node, pieces)
    {
        foreach (ProtobufField field in Fields.Where(field => field.HasContent))
        {
            switch (field.Number)
            {
                case InputField:
                    inputs.Add(field.Text());
                    break;
                case OutputField:
                    outputs.Add(field.Text());
                    break;
                case NameField:
                    Name = field.Text();
                    break;
                case TypeField:
                    Type = field.Text();
                    break;
                case DomainField:
                    Domain = field.Text();
                    break;
                default:
                    break;
            }
        }

        Attributes = MessagesOf<OnnxAttribute>(AttributeField);
    }

    /// <summary>A node that is in no file.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="domain">The operator's domain; empty for ONNX's own.</param>
    /// <param name="name">The node's name; empty for none.</param>
    /// <param name="inputs">The names of its inputs; empty for one left out.</param>
    /// <param name="output">The name of its output.</param>
    /// <param name="attributes">Its attributes.</param>
    public static OnnxNode Make(string type, string domain, string name, IEnumerable<string> inputs, string output, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var writer = new ProtobufWriter();
        foreach (string input in inputs)
        {
            writer.Add(InputField, input);
        }

        writer.Add(OutputField, output);
        if (name.Length > 0)
        {
            writer.Add(NameField, name);
        }

        writer.Add(TypeField, type);
        if (domain.Length > 0)
        {
            writer.Add(DomainField, domain);
        }

        List<OnnxPiece> pieces = [new(writer.Written)];
        foreach (OnnxAttribute attribute in attributes)
        {
            pieces.Add(new OnnxPiece(AttributeField, attribute));
        }

        return new OnnxNode(pieces);
    }

    /// <summary>Its name; empty where it has none.</summary>
    public string Name { get; } = "";

    /// <summary>The operator, without its domain.</summary>
    public string Type { get; } = "";

    /// <summary>The operator's domain, as the file has it.</summary>
    public string Domain { get; } = "";

    /// <summary>Whether the operator is one of ONNX's own.</summary>
    public bool IsStandard => Domain is "" or OwnDomain;

    /// <summary>The operator, with its domain before it where that is not ONNX's own: <c>com.microsoft.Gelu</c>.</summary>
    public string Operator => IsStandard ? Type : $"{Domain}.{Type}";

    /// <summary>The names of its inputs; empty for one left out.</summary>
    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>The names of its outputs.</summary>
    public IReadOnlyList<string> Outputs => outputs;

    public IReadOnlyList<OnnxAttribute> Attributes { get; }

    /// <summary>Of a node that is a constant, its tensor.</summary>
    public OnnxTensor? Constant => Attributes.Select(attribute => attribute.Tensor).LastOrDefault(tensor => tensor is not null);

    /// <summary>Whether it holds graphs of its own, which may use any tensor.</summary>
    public bool HasGraph => Attributes.Any(attribute => attribute.Graphs.Count > 0);

    /// <summary>What messages call it: its operator and its name, or where it has none the first of its outputs.</summary>
    public string Title => $"{Type} '{(Name.Length > 0 ? Name : Outputs is [var first, ..] ? first : "")}'";

    /// <summary>The attribute of a name, or null.</summary>
    public OnnxAttribute? Find(string attribute) =>
        Attributes.FirstOrDefault(candidate => string.Equals(candidate.Name, attribute, StringComparison.Ordinal));

    /// <summary>An attribute that is an integer.</summary>
    /// <param name="attribute">Its name.</param>
    /// <param name="standard">What it is where it is not given.</param>
    public long IntegerOf(string attribute, long standard) => Find(attribute)?.Integer ?? standard;

    /// <summary>An attribute that is a floating-point number.</summary>
    /// <param name="attribute">Its name.</param>
    /// <param name="standard">What it is where it is not given.</param>
    public float NumberOf(string attribute, float standard) => Find(attribute)?.Number ?? standard;

    /// <summary>The node with other inputs.</summary>
    /// <param name="rename">Gives the new name of an input.</param>
    public OnnxNode WithInputs(Func<string, string> rename)
    {
        var writer = new ProtobufWriter();
        foreach (string input in inputs)
        {
            writer.Add(InputField, rename(input));
        }

        foreach (ProtobufField field in Fields.Where(field => field is not { Number: InputField, HasContent: true }))
        {
            writer.Add(field);
        }

        return new OnnxNode([new OnnxPiece(writer.Written), .. Pieces.Where(piece => piece.Number != 0)]);
    }
}
