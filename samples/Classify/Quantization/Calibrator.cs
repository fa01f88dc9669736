using Batching;
using Classify.Quantization.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Classify.Quantization;

/// <summary>Runs the fp32 model on sentences and counts the activations that are to be quantized.</summary>
internal sealed class Calibrator : IDisposable
{
    // All activations of a batch are in memory at a time.
    private const int TokensPerBatch = 256;

    // As many texts are planned together.
    private const int TextsPerPlan = 1024;

    // Of the power of an activation. A few inputs lose far more than the others, because a few of their channels are tens of
    // times as large as the rest; most of the difference between the two models comes from these.
    private const double LargestLoss = 0.005;

    private readonly OnnxModel model;
    private readonly string[] activations;
    private readonly ActivationHistogram[] histograms;
    private readonly InferenceSession session;
    private readonly RunOptions options = new();

    /// <param name="model">The model.</param>
    /// <param name="activations">The tensors to be counted.</param>
    /// <param name="file">Where the model is written with these tensors as outputs, for ONNX Runtime to read.</param>
    /// <exception cref="ModelLoadException">ONNX Runtime cannot read it.</exception>
    public Calibrator(OnnxModel model, IEnumerable<string> activations, string file)
    {
        this.model = model;
        this.activations = [.. activations.Distinct(StringComparer.Ordinal)];
        histograms = [.. this.activations.Select(_ => new ActivationHistogram())];
        WithOutputs().Write(file);
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
            throw GraphCheck.Refuse(model, $"its activations cannot be had: {exception.Message.TrimEnd('.', ' ', '\n')}. Export the model again");
        }
    }

    /// <summary>Counts the activations of texts.</summary>
    /// <exception cref="ModelRunException">The model cannot be run, or its activations are not as they have to be.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(IReadOnlyList<TextInput> texts, SequenceTokenizer tokenizer, CancellationToken cancellationToken)
    {
        var planner = new BatchPlanner(BatchCost.Of(ModelPrecision.Float32), TokensPerBatch);
        foreach (TextInput[] chunk in texts.Chunk(TextsPerPlan))
        {
            SequenceEncoding[] rows = [.. chunk.Select(text => tokenizer.Encode(text))];
            BatchPlan plan = planner.Plan([.. rows.Select(row => row.InputIds.Count)]);
            for (int index = 0; index < plan.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SequenceEncoding[] selected = new SequenceEncoding[plan[index].Length];
                for (int row = 0; row < selected.Length; row++)
                {
                    selected[row] = rows[plan[index][row]];
                }

                using TokenBatch batch = TokenBatch.Pad(selected, tokenizer.PadTokenId, new PaddingOptions { Side = tokenizer.PaddingSide });
                Run(batch);
            }
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

    private OnnxModel WithOutputs()
    {
        OnnxModel copy = model.Copy();
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } };
        copy.Graph.Output.Add(activations
            .Where(name => copy.Graph.Output.All(output => output.Name != name))
            .Select(name => new ValueInfoProto { Name = name, Type = type }));
        return copy;
    }

    private void Run(TokenBatch batch)
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
            throw new ModelRunException($"ONNX Runtime could not run '{model.Path}': {exception.Message}", exception);
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }
    }

    private OrtValue InputOf(string name, TokenBatch batch)
    {
        var values = new long[batch.Rows * batch.Columns];
        (name switch
        {
            "input_ids" => batch.InputIds,
            "attention_mask" => batch.AttentionMask,
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
                throw new ModelRunException($"'{activations[index]}' of '{model.Path}' is not finite for a sentence of the calibration. Export the model again.");
            }
        }
    }
}
