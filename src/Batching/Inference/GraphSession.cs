using Batching.Graphs;
using Batching.Folders;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>A session of a classifier's graph: batches in, logits out, as the graph takes them and unchecked.</summary>
/// <remarks>Thread-safe. Owns what the session has in use.</remarks>
internal sealed class GraphSession : IDisposable
{
    // A file as large is worth a look before it takes as much memory.
    private const long LookedOverBytes = 1L << 28;

    private readonly InferenceSession session;
    private readonly GraphContent content;
    private readonly string[] outputNames;

    private GraphSession(
        InferenceSession session, GraphContent content, GraphSignature signature, string file, OnnxModel model, OperatorCounts operators, bool isRewritten)
    {
        this.session = session;
        this.content = content;
        Signature = signature;
        outputNames = [signature.OutputName];
        File = file;
        Operators = operators.Names;
        Tables = LookupTables.Of(model.Graph);
        IsRewritten = isRewritten;
    }

    /// <summary>What the graph takes and gives.</summary>
    public GraphSignature Signature { get; }

    /// <summary>What messages call the .onnx file.</summary>
    public string File { get; }

    /// <summary>The operators of the file's graph by name.</summary>
    public IReadOnlySet<string> Operators { get; }

    /// <summary>The dimensions of the constants that the graph looks numbers up in.</summary>
    public IReadOnlyList<IReadOnlyList<long>> Tables { get; }

    /// <summary>Whether the graph that runs is not the file's but one made of it, which may round otherwise.</summary>
    public bool IsRewritten { get; }

    /// <param name="folder">The model's files.</param>
    /// <param name="options">Which of them, and how.</param>
    /// <exception cref="ModelLoadException">A file is missing or damaged, or the graph is no classifier of sequences.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static GraphSession Open(ModelFolder folder, SequenceModelOptions options)
    {
        string name = OnnxFile.Select(folder, options.Choice);
        string file = folder.PathOf(name);
        if (!folder.Read(name, static stream => !stream.CanSeek || stream.Length < LookedOverBytes || OnnxOutline.IsPlausible(stream), otherwise: true))
        {
            throw new ModelLoadException($"'{file}' is damaged: it is not made of the fields of a model. Download it again, or export it again.", file);
        }

        byte[] bytes = folder.Read(name, Array.MaxLength) ?? throw new ModelLoadException(
            $"'{file}' could be opened once, and then there was none. Leave a model's files as they are while it loads; open a new stream at every call.", file);
        var model = OnnxModel.Read(bytes, file);
        var operators = OperatorCounts.Of(model);
        (InferenceSession session, GraphContent content, bool isRewritten) = SessionFactory.Create(folder, name, model, options);
        try
        {
            return new GraphSession(session, content, GraphSignature.Read(session, file), file, model, operators, isRewritten);
        }
        catch
        {
            session.Dispose();
            content.Dispose();
            throw;
        }
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="batch">The batch, of a shape that the graph takes.</param>
    /// <param name="logits">Where the logits go, <c>[rows, labels]</c>.</param>
    /// <param name="labels">The number of labels.</param>
    /// <param name="run">The run.</param>
    /// <exception cref="ModelRunException">ONNX Runtime could not run it.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(TokenBatch batch, Memory<float> logits, int labels, StoppableRuns run)
    {
        try
        {
            using var feed = new BatchFeed(Signature, batch);
            using var target = new LogitsTarget(Signature, logits, batch.Rows, labels);
            session.Run(run.Options, Signature.InputNames, feed.Values, outputNames, [target.Value]);
            target.Complete();
        }
        catch (OnnxRuntimeException exception) when (run.Token.IsCancellationRequested)
        {
            throw new OperationCanceledException("The run was cancelled.", exception, run.Token);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelRunException(
                $"ONNX Runtime could not run '{File}' on a batch of shape [{batch.Rows}, {batch.Columns}]: {SessionFactory.MessageOf(exception)}", exception);
        }
    }

    /// <summary>Runs the graph to see of which shape its logits are.</summary>
    /// <exception cref="ModelLoadException">ONNX Runtime could not run it.</exception>
    public IReadOnlyList<long> ShapeOfLogits(TokenBatch batch, StoppableRuns run)
    {
        using var feed = new BatchFeed(Signature, batch);
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run.Options, Signature.InputNames, feed.Values, outputNames);
            return outputs[0].GetTensorTypeAndShape().Shape;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(
                $"'{File}' cannot be run on a batch of shape [{batch.Rows}, {batch.Columns}]: {SessionFactory.MessageOf(exception)} Export the model again, with dynamic batch and sequence axes.",
                File,
                exception);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        content.Dispose();
    }
}
