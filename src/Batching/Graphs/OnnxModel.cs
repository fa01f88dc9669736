namespace Batching.Graphs;

/// <summary>An .onnx file. Weights stay where they are.</summary>
/// <remarks>Immutable, and to be used only as long as the memory that it was read from stays as it is.</remarks>
internal sealed class OnnxModel : OnnxMessage
{
    private const int GraphField = 7;
    private const int OperatorSetField = 8;
    private const int FunctionField = 25;
    private const int DomainOfSetField = 1;
    private const int VersionOfSetField = 2;

    private readonly byte[]? content;

    private OnnxModel(string file, IReadOnlyList<OnnxPiece> pieces, bool isWhole, byte[]? content = null)
        : base(OnnxMessageKind.Model, pieces)
    {
        this.content = content;
        File = file;
        IsWhole = isWhole;

        // A message that is written twice is one.
        IReadOnlyList<OnnxGraph> graphs = isWhole ? MessagesOf<OnnxGraph>(GraphField) : [];
        HasGraph = graphs.Count > 0;
        Graph = graphs is [var single] ? single : new OnnxGraph([.. graphs.SelectMany(graph => graph.Pieces)]);
        Functions = isWhole ? MessagesOf<OnnxFunction>(FunctionField) : [];
        OperatorSets = isWhole ? [.. Fields.Where(field => field.Number == OperatorSetField && field.HasContent).Select(OperatorSetOf)] : [];
    }

    /// <summary>What messages call the file.</summary>
    public string File { get; }

    /// <summary>Whether it could be read. What cannot is damaged or in a format of ONNX Runtime's own, which tells; nothing is found in it.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether there is a graph in it.</summary>
    public bool HasGraph { get; }

    /// <summary>The graph; an empty one where there is none.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>The functions that nodes may call.</summary>
    public IReadOnlyList<OnnxFunction> Functions { get; }

    /// <summary>The versions of the sets of operators, by their domains.</summary>
    public IReadOnlyList<(string Domain, long Version)> OperatorSets { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="content">The file's content, which is to stay as it is.</param>
    /// <param name="file">What messages call the file.</param>
    /// <exception cref="ModelLoadException">It has more nodes, constants and attributes than any classifier.</exception>
    public static OnnxModel Read(byte[] content, string file)
    {
        var reader = new OnnxReader();
        try
        {
            return new OnnxModel(file, reader.PiecesOf(OnnxMessageKind.Model, content), isWhole: true, content);
        }
        catch (InvalidDataException) when (!reader.IsBeyondLimit)
        {
            return new OnnxModel(file, [new OnnxPiece(content)], isWhole: false, content);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelLoadException(
                $"'{file}' has more than {OnnxReader.MostMessages} nodes, constants and attributes, which is no classifier. Use the model as it was published.", file, exception);
        }
    }

    /// <summary>The model with another graph.</summary>
    public OnnxModel With(OnnxGraph graph) => graph == Graph ? this : new(File, With(GraphField, [graph]), IsWhole);

    /// <summary>The model with one more set of operators.</summary>
    public OnnxModel WithOperatorSet(string domain, long version) => new(
        File,
        [
            .. Pieces,
            new OnnxPiece(new ProtobufWriter()
                .Add(OperatorSetField, new ProtobufWriter().Add(DomainOfSetField, domain).Add(VersionOfSetField, version).Written.Span)
                .Written),
        ],
        IsWhole);

    /// <summary>The model with other tensors: itself, where none changes.</summary>
    /// <param name="replace">Gives a tensor in another's place, or the same.</param>
    public OnnxModel WithTensors(Func<OnnxTensor, OnnxTensor> replace) => Replace(replace) is var changed && changed == this
        ? this
        : new OnnxModel(File, changed.Pieces, IsWhole);

    /// <summary>The file's content; of a model that is as it was read no copy.</summary>
    public override byte[] ToBytes() => content ?? base.ToBytes();

    private static (string Domain, long Version) OperatorSetOf(ProtobufField set)
    {
        string domain = "";
        long version = 0;
        foreach (ProtobufField field in ProtobufField.Of(set.Content))
        {
            if (field is { Number: DomainOfSetField, HasContent: true })
            {
                domain = field.Text();
            }
            else if (field.Number == VersionOfSetField)
            {
                version = (long)field.Value;
            }
        }

        return (domain, version);
    }
}
