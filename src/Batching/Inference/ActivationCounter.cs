using Batching.Graphs;
using Batching.Graphs.Quantization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Batching.Inference;

/// <summary>Runs an fp32 model on batches and counts the activations that are to be quantized.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ActivationCounter : IDisposable
{
    // Of the power of an activation. A few inputs lose far more than the others, because a few of their channels are tens of
    // times as large as the rest; most of the difference between the two models comes from these.
    private const double LargestLoss = 0.005;

    private readonly OnnxModel model;
    private readonly string[] activations;
    private readonly ActivationHistogram[] histograms;
    private readonly InferenceSession session;
    private readonly RunOptions options = new();

    /// <param name="whole">The model.</param>
    /// <param name="activations">The tensors to be counted.</param>
    /// <param name="file">Where the model is written with these tensors as outputs, for ONNX Runtime to read.</param>
    /// <exception cref="ModelLoadException">ONNX Runtime cannot read it.</exception>
    public ActivationCounter(WholeModel whole, IEnumerable<string> activations, string file)
    {
        model = whole.Model;
        this.activations = [.. activations.Distinct(StringComparer.Ordinal)];
        histograms = [.. this.activations.Select(_ => new ActivationHistogram())];
        OnnxFileWriter.Write(WithOutputs(), file, whole.HasExternalWeights);
        using var sessionOptions = new SessionOptions
        {
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            session = new InferenceSession(file, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw GraphCheck.Refuse(model, $"its activations cannot be had: {SessionFactory.MessageOf(exception)} Export the model again");
        }
    }

    /// <summary>How each of the tensors is quantized best; those that would lose too much are left out.</summary>
    public IReadOnlyDictionary<string, ActivationRange> Ranges() => activations
        .Zip(histograms, (name, histogram) => (Name: name, Best: histogram.Best()))
        .Where(input => input.Best.Loss <= LargestLoss)
        .ToDictionary(input => input.Name, input => input.Best.Range, StringComparer.Ordinal);

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }

    /// <summary>Counts the activations of a batch.</summary>
    /// <exception cref="ModelLoadException">Its activations are not as they have to be.</exception>
    /// <exception cref="ModelRunException">The model cannot be run, or an activation is not finite.</exception>
    public void Run(TokenBatch batch)
    {
        var mask = new long[batch.Rows * batch.Columns];
        batch.AttentionMask.FlattenTo(mask);
        var inputs = new List<OrtValue>();
        try
        {
            inputs.AddRange(session.InputNames.Select(name => InputOf(name, batch)));
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, inputs, activations);
            for (int index = 0; index < activations.Length; index++)
            {
                Add(index, outputs[index], batch, mask);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelRunException($"ONNX Runtime could not run '{model.File}': {SessionFactory.MessageOf(exception)}", exception);
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }
    }

    private OnnxModel WithOutputs()
    {
        HashSet<string> known = [.. model.Graph.Outputs.Select(output => output.Name)];
        return model.With(model.Graph.WithOutputs(
            [.. model.Graph.Outputs, .. activations.Where(name => !known.Contains(name)).Select(name => OnnxValue.Make(name, ElementType.Float))]));
    }

    private OrtValue InputOf(string name, TokenBatch batch)
    {
        var values = new long[batch.Rows * batch.Columns];
        (name switch
        {
            GraphInputs.InputIds => batch.InputIds,
            GraphInputs.AttentionMask => batch.AttentionMask,
            _ => batch.TokenTypeIds,
        }).FlattenTo(values);
        long[] shape = [batch.Rows, batch.Columns];
        return session.InputMetadata[name].ElementDataType == TensorElementType.Int32
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (int)value), shape)
            : OrtValue.CreateTensorValueFromMemory(values, shape);
    }

    // What stands on padding has no influence on any logits, and is to have none on the ranges.
    private void Add(int index, OrtValue output, TokenBatch batch, ReadOnlySpan<long> mask)
    {
        long[] shape = output.GetTensorTypeAndShape().Shape;
        ReadOnlySpan<float> values = output.GetTensorDataAsSpan<float>();
        bool isText = shape.Length == 2 && shape[0] == batch.Rows;
        bool isToken = (shape.Length == 3 && shape[0] == batch.Rows && shape[1] == batch.Columns)
            || (shape.Length == 2 && shape[0] == mask.Length);
        if (!isText && !isToken)
        {
            throw GraphCheck.Refuse(
                model, $"'{activations[index]}' is of shape [{string.Join(", ", shape)}] for a batch of [{batch.Rows}, {batch.Columns}], so that tokens cannot be told from padding");
        }

        int rows = isText ? batch.Rows : mask.Length;
        int width = (int)shape[^1];
        for (int row = 0; row < rows; row++)
        {
            if ((isText || mask[row] != 0) && !histograms[index].TryAdd(values.Slice(row * width, width)))
            {
                throw new ModelRunException($"'{activations[index]}' of '{model.File}' is not finite for one of the sentences. Export the model again.");
            }
        }
    }
}
