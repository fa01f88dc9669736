using Batching;

namespace Classify.Quantization;

/// <summary>Makes an int8 model of an fp32 one: reads the graph, plans, calibrates, rewrites, and measures what came out.</summary>
internal static class Quantizer
{
    private const string Target = "onnx/model_int8.onnx";
    private const string TargetWeights = $"{Target}_data";
    private const string CalibrationFile = "calibration/model.onnx";

    // Where Hugging Face's exporters put the full precision, in the order in which the library looks for it.
    private static readonly string[] Sources = ["onnx/model.onnx", "model.onnx"];

    // Configuration, tokenizer and vocabulary, whatever their names.
    private static readonly string[] CopiedEndings = [".json", ".txt", ".model"];

    /// <exception cref="CommandException">The output cannot be written.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded, or its graph is not understood.</exception>
    /// <exception cref="ModelRunException">The model cannot be run.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is left behind.</exception>
    public static QuantizationResult Run(QuantizeOptions options, CancellationToken cancellationToken)
    {
        string[] copied = Directory.Exists(options.Model)
            ? [.. Directory.EnumerateFiles(options.Model).Where(path => CopiedEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))]
            : [];
        using var folder = OutputFolder.Begin(
            options.Output, options.Model, options.Replaces, [.. copied.Select(path => Path.GetFileName(path)), Target, TargetWeights]);

        // Loaded by the library first: what is wrong with the folder is said as everywhere else.
        using var fp32 = SequenceClassifier.Load(options.Model, new SequenceClassifierOptions { Precision = ModelPrecision.Float32 });
        OnnxModel model = OnnxModel.Read(Sources.Select(source => Path.Combine(options.Model, source)).First(File.Exists));
        var plan = QuantizationPlan.Of(model);
        IReadOnlyDictionary<string, ActivationRange> ranges = Calibrate(model, plan, folder, options.Sentences, fp32.Tokenizer, cancellationToken);
        int layers = plan.Layers.Count(layer => ranges.ContainsKey(layer.Input));
        if (layers == 0)
        {
            throw CommandException.Failed(
                $"No layer of '{model.Path}' can be computed with integers without losing too much: all their inputs have channels that are many times as large as the others. Use the model as it is.");
        }

        long bytes = GraphRewriter.Rewrite(model, plan, ranges, cancellationToken).Write(folder.PathOf(Target));
        foreach (string path in copied)
        {
            File.Copy(path, folder.PathOf(Path.GetFileName(path)));
        }

        QuantizationResult result = Measure(options.Sentences, fp32, folder.Staging, cancellationToken);
        folder.Complete();
        return result with
        {
            Layers = layers,
            LayersLeft = plan.Layers.Count - layers,
            Embeddings = plan.Embeddings.Count,
            BytesBefore = model.Bytes,
            BytesAfter = bytes,
        };
    }

    private static IReadOnlyDictionary<string, ActivationRange> Calibrate(
        OnnxModel model,
        QuantizationPlan plan,
        OutputFolder folder,
        IReadOnlyList<TextInput> sentences,
        SequenceTokenizer tokenizer,
        CancellationToken cancellationToken)
    {
        string file = folder.PathOf(CalibrationFile);
        IReadOnlyDictionary<string, ActivationRange> ranges;
        using (var calibrator = new Calibrator(model, plan.Layers.Select(layer => layer.Input), file))
        {
            calibrator.Run(sentences, tokenizer, cancellationToken);
            ranges = calibrator.Ranges();
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return ranges;
    }

    private static QuantizationResult Measure(
        IReadOnlyList<TextInput> sentences, SequenceClassifier fp32, string folder, CancellationToken cancellationToken)
    {
        using var int8 = SequenceClassifier.Load(folder, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        Invariance before = InvarianceProbe.Measure(fp32.Model, cancellationToken);
        Invariance after = InvarianceProbe.Measure(int8.Model, cancellationToken);
        if (before.IsExact && !after.IsExact)
        {
            throw CommandException.Failed(
                "The logits of the int8 model depend on the batch, and those of the fp32 model do not. Nothing was written; please report the model.");
        }

        var agreement = Agreement.Of(fp32.Classify(sentences, cancellationToken), int8.Classify(sentences, cancellationToken));
        return new QuantizationResult
        {
            Agreement = agreement,
            Speeds = SpeedRace.Run(fp32, int8, sentences, cancellationToken),
            IsExactBefore = before.IsExact,
            IsExactAfter = after.IsExact,
        };
    }
}
