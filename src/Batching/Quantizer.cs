using Batching.Graphs;
using Batching.Graphs.Quantization;
using Batching.Inference;
using Batching.Folders;

namespace Batching;

/// <summary>Makes a static int8 model of an fp32 one, whose logits do not depend on the batch either.</summary>
/// <remarks>
/// <para>
/// The model runs on texts such as it will see, and the ranges of its activations are fixed by what occurs there; its weights
/// become integers of seven bits with a scale for each column, which overflow on no processor. Layers that would lose too much
/// stay in fp32. DistilBERT and BERT are understood, as Hugging Face's exporters write them.
/// </para>
/// <para>Thread-safe: any number of models may be quantized at once, each into a folder of its own.</para>
/// </remarks>
public static class Quantizer
{
    private const string Target = "onnx/model_int8.onnx";
    private const string TargetWeights = $"{Target}_data";
    private const string ActivationsFile = "activations/model.onnx";

    // All activations of a batch are in memory at a time.
    private const int TokensPerBatch = 256;

    // As many texts are planned together.
    private const int TextsPerPlan = 1024;

    // Configuration, tokenizer and vocabulary, whatever their names.
    private static readonly string[] CopiedEndings = [".json", ".txt", ".model"];

    /// <summary>Makes an int8 model, and compares it with the fp32 one.</summary>
    /// <param name="modelFolder">The folder of the fp32 model, as Hugging Face lays it out. Its <see cref="ModelPrecision.Float32"/> file is read.</param>
    /// <param name="texts">Texts such as the model will see, some hundreds of them: what its activations are measured on, and what it is judged on.</param>
    /// <param name="outputFolder">
    /// The folder of the int8 model: <c>onnx/model_int8.onnx</c> with copies of the configuration and the tokenizer's files. It is
    /// there whole or not at all.
    /// </param>
    /// <param name="options">Whether an older output may be replaced; null for the default.</param>
    /// <param name="progress">Is told at every step, and of the texts that were run; null for nobody. Called by the calling thread.</param>
    /// <param name="cancellationToken">Stops the work; nothing is left behind.</param>
    /// <returns>What became of the model, and how far the two agree.</returns>
    /// <exception cref="ArgumentException">A folder has no name, there are no texts, or the output folder is in use, or holds what is not to be lost, or cannot be written.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded, or its graph is not understood.</exception>
    /// <exception cref="ModelRunException">The model cannot be run on the texts.</exception>
    /// <exception cref="QuantizationException">No int8 model can be made of it that is good enough.</exception>
    /// <exception cref="IOException">The output cannot be written to its end.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static QuantizationResult Quantize(
        string modelFolder,
        IReadOnlyList<TextInput> texts,
        string outputFolder,
        QuantizerOptions? options = null,
        IProgress<QuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputFolder);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
        {
            throw new ArgumentException("There are no texts. Give some hundreds such as the model will see.", nameof(texts));
        }

        string[] copied = Directory.Exists(modelFolder)
            ? [.. Directory.EnumerateFiles(modelFolder).Where(path => CopiedEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))]
            : [];
        using var output = OutputFolder.Begin(
            outputFolder, modelFolder, options?.ReplaceOutput ?? false, [.. copied.Select(path => Path.GetFileName(path)), Target, TargetWeights]);

        // Loaded as every model first: what is wrong with the folder is said as everywhere else.
        Report(QuantizationStep.Loading, done: 0);
        using var fp32 = SequenceClassifier.Load(modelFolder, new SequenceClassifierOptions { Precision = ModelPrecision.Float32 });
        var folder = ModelFolder.At(modelFolder);
        var whole = WholeModel.Read(folder, OnnxFile.Select(folder, new OnnxFileChoice(ModelFile: null, ModelPrecision.Float32)));
        var plan = QuantizationPlan.Of(whole.Model);
        IReadOnlyDictionary<string, ActivationRange> ranges = MeasureActivations(
            whole, plan, output, texts, fp32.Tokenizer, done => Report(QuantizationStep.MeasuringActivations, done), cancellationToken);
        int layers = plan.Layers.Count(layer => ranges.ContainsKey(layer.Input));
        if (layers == 0)
        {
            throw new QuantizationException(
                $"No layer of '{whole.Model.File}' can be computed with integers without losing too much: all their inputs have channels that are many times as large as the others. Use the model as it is.");
        }

        Report(QuantizationStep.Writing, texts.Count);
        OnnxModel quantized = GraphRewriter.Rewrite(whole.Model, plan, ranges, cancellationToken);
        long bytes = OnnxFileWriter.Write(quantized, output.PathOf(Target), whole.HasExternalWeights);
        foreach (string path in copied)
        {
            File.Copy(path, output.PathOf(Path.GetFileName(path)));
        }

        Report(QuantizationStep.Comparing, texts.Count);
        using var int8 = SequenceClassifier.Load(output.Staging, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        Invariance before = InvarianceProbe.Measure(fp32.Model, cancellationToken);
        Invariance after = InvarianceProbe.Measure(int8.Model, cancellationToken);
        if (before.IsExact && !after.IsExact)
        {
            throw new QuantizationException(
                "The logits of the int8 model depend on the batch, and those of the fp32 model do not. Nothing was written; please report the model.");
        }

        var result = new QuantizationResult
        {
            Layers = layers,
            LayersLeft = plan.Layers.Count - layers,
            Embeddings = plan.Embeddings.Count,
            BytesBefore = whole.Bytes,
            BytesAfter = bytes,
            Agreement = LogitAgreement.Of(fp32.Classify(texts, cancellationToken), int8.Classify(texts, cancellationToken)),
            InvarianceBefore = before,
            InvarianceAfter = after,
        };
        output.Complete();
        return result;

        void Report(QuantizationStep step, int done) => progress?.Report(new QuantizationProgress(step, done, texts.Count));
    }

    private static IReadOnlyDictionary<string, ActivationRange> MeasureActivations(
        WholeModel whole,
        QuantizationPlan plan,
        OutputFolder output,
        IReadOnlyList<TextInput> texts,
        SequenceTokenizer tokenizer,
        Action<int> report,
        CancellationToken cancellationToken)
    {
        string file = output.PathOf(ActivationsFile);
        IReadOnlyDictionary<string, ActivationRange> ranges;
        using (var counter = new ActivationCounter(whole, plan.Layers.Select(layer => layer.Input), file))
        {
            var planner = new BatchPlanner(BatchCost.Of(ModelPrecision.Float32), TokensPerBatch);
            int done = 0;
            foreach (TextInput[] chunk in texts.Chunk(TextsPerPlan))
            {
                SequenceEncoding[] rows = [.. chunk.Select(text => tokenizer.Encode(text))];
                BatchPlan batches = planner.Plan([.. rows.Select(row => row.InputIds.Count)]);
                for (int index = 0; index < batches.Count; index++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    report(done);
                    SequenceEncoding[] selected = new SequenceEncoding[batches[index].Length];
                    for (int row = 0; row < selected.Length; row++)
                    {
                        selected[row] = rows[batches[index][row]];
                    }

                    using TokenBatch batch = TokenBatch.Pad(selected, tokenizer.PadTokenId, new PaddingOptions { Side = tokenizer.PaddingSide });
                    counter.Run(batch);
                    done += selected.Length;
                }
            }

            ranges = counter.Ranges();
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return ranges;
    }
}
