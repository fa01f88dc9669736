using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Batching.Batches;
using Batching.ModelFiles;

namespace Batching;

/// <summary>Classifies texts: tokenizes them, pads them into batches, runs the model, and gives one result for each.</summary>
/// <remarks>
/// <para>
/// Thread-safe. Disposed of while calls are under way, it lets them finish and frees the model last; new calls throw
/// <see cref="ObjectDisposedException"/>.
/// </para>
/// <para>
/// A text's logits depend on the text alone, bit for bit, whatever else a call classifies and in whatever order, with
/// every model for which <see cref="InvarianceProbe"/> finds that on this machine.
/// </para>
/// </remarks>
public sealed class SequenceClassifier : ISequenceClassifier, IDisposable
{
    // Small batches win on a CPU: padding costs what it would cost in work, and every core finds a batch to run.
    internal const int TokensPerBatch = 512;

    // How often a long list of texts looks whether it was cancelled while it is tokenized.
    private const int TextsPerCheck = 256;

    private readonly SharedLifetime lifetime;
    private readonly SequenceClassifierOptions options;
    private readonly ScoreFunction scoreFunction;

    private SequenceClassifier(
        SequenceTokenizer tokenizer, SequenceModel model, IReadOnlyList<string> labels, ScoreFunction scoreFunction, SequenceClassifierOptions options)
    {
        Tokenizer = tokenizer;
        Model = model;
        Labels = labels;
        this.scoreFunction = scoreFunction;
        this.options = options;
        lifetime = new SharedLifetime(typeof(SequenceClassifier), model.Dispose);
    }

    /// <summary>Makes ids of texts. Its limit is the classifier's.</summary>
    public SequenceTokenizer Tokenizer { get; }

    /// <summary>Makes logits of ids. It belongs to the classifier, which disposes of it.</summary>
    public SequenceModel Model { get; }

    /// <summary>The labels by index, from <c>id2label</c>; <c>LABEL_0</c> and so on where it is missing, as in Hugging Face.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Loads a classifier from a folder as Hugging Face lays it out.</summary>
    /// <param name="folder">
    /// Holds the .onnx file, <c>config.json</c>, and the tokenizer's files: <c>tokenizer.json</c> or <c>vocab.txt</c>, and
    /// <c>tokenizer_config.json</c>.
    /// </param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceClassifier Load(string folder, SequenceClassifierOptions? options = null) =>
        Load(ModelFolder.At(folder), options ?? new SequenceClassifierOptions());

    /// <summary>Loads a classifier from streams, such as a program's own resources or an archive.</summary>
    /// <param name="openFile">
    /// Opens a file by its name in the folder, such as <c>config.json</c> or <c>onnx/model.onnx</c>, or returns null where
    /// there is none: a new stream at every call, which is read and disposed of. Weights outside the .onnx file are not
    /// found this way.
    /// </param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceClassifier Load(Func<string, Stream?> openFile, SequenceClassifierOptions? options = null) =>
        Load(ModelFolder.From(openFile), options ?? new SequenceClassifierOptions());

    /// <summary>Loads a classifier from a folder without holding up the caller.</summary>
    /// <param name="folder">As for <see cref="Load(string, SequenceClassifierOptions?)"/>.</param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <param name="cancellationToken">Gives up before the load has begun.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<SequenceClassifier> LoadAsync(
        string folder, SequenceClassifierOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(folder, options), cancellationToken);

    /// <summary>Classifies a text, or a pair of texts.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="cancellationToken">Stops the work, also the run in flight.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Classification Classify(TextInput input, CancellationToken cancellationToken = default)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        cancellationToken.ThrowIfCancellationRequested();
        using var rows = new TokenRows();
        Tokenizer.Encode(input, rows);
        return ClassifyRows(rows, cancellationToken)[0];
    }

    /// <summary>Classifies texts.</summary>
    /// <param name="texts">The texts, any number, enumerated once. They may be empty.</param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>A result for each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">A text is null.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [OverloadResolutionPriority(1)]
    public IReadOnlyList<Classification> Classify(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return ClassifyAll(TextInput.FromStrings(texts), cancellationToken);
    }

    /// <summary>Classifies texts or pairs of texts.</summary>
    /// <param name="inputs">The texts, any number.</param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>A result for each input, in the order of the inputs.</returns>
    /// <exception cref="ArgumentException">An input has no text.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return ClassifyAll(inputs, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Classify(input, cancellationToken), cancellationToken));

    /// <summary>Frees the model, once no call needs it any more.</summary>
    public void Dispose() => lifetime.Dispose();

    private static SequenceClassifier Load(ModelFolder folder, SequenceClassifierOptions options)
    {
        if (options.Parallelism < 1)
        {
            throw new ArgumentException($"{nameof(options.Parallelism)} is {options.Parallelism}; it has to be at least 1.", nameof(options));
        }

        if (options.Padding is null)
        {
            throw new ArgumentException($"{nameof(options.Padding)} is null. Use {nameof(PaddingOptions)}.{nameof(PaddingOptions.Default)}.", nameof(options));
        }

        ModelConfig config = ModelConfig.Read(folder);
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(folder, config, options.MaxLength);
        SequenceModel model = SequenceModel.Load(folder, config, options);
        try
        {
            CheckVocabulary(tokenizer, model, options);
            return new SequenceClassifier(
                tokenizer, model, LabelsOf(folder, config, model), Scores.FunctionOf(config.ProblemType, model.LabelCount), options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void CheckVocabulary(SequenceTokenizer tokenizer, SequenceModel model, SequenceClassifierOptions options)
    {
        if (tokenizer.IdLimit > model.VocabularySize)
        {
            throw new ModelLoadException(
                $"The vocabulary in '{tokenizer.File}' has ids up to {tokenizer.IdLimit - 1}, but the model in '{model.File}' has embeddings for {model.VocabularySize} ids only. Use the tokenizer and the model of one checkpoint.",
                tokenizer.File);
        }

        if (tokenizer.IdLimit < model.VocabularySize && !options.AllowUnusedEmbeddings)
        {
            throw new ModelLoadException(
                $"The vocabulary in '{tokenizer.File}' has ids up to {tokenizer.IdLimit - 1}, but the model in '{model.File}' has embeddings for {model.VocabularySize} ids. Use the tokenizer and the model of one checkpoint; if its embeddings were padded on purpose, set {nameof(SequenceClassifierOptions.AllowUnusedEmbeddings)}.",
                tokenizer.File);
        }
    }

    private static IReadOnlyList<string> LabelsOf(ModelFolder folder, ModelConfig config, SequenceModel model)
    {
        if (config.Labels is { } labels && labels.Count != model.LabelCount)
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' names {labels.Count} labels ({string.Join(", ", labels.Take(5))}{(labels.Count > 5 ? ", ..." : "")}), but the model in '{model.File}' gives {model.LabelCount} logits. Use the {ModelConfig.FileName} and the .onnx file of one model.",
                file);
        }

        return config.Labels ?? [.. Enumerable.Range(0, model.LabelCount).Select(index => $"LABEL_{index}")];
    }

    private Classification[] ClassifyAll(IEnumerable<TextInput> inputs, CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        using var rows = new TokenRows();
        foreach (TextInput input in inputs)
        {
            if (rows.Count % TextsPerCheck == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Tokenizer.Encode(input, rows);
        }

        return ClassifyRows(rows, cancellationToken);
    }

    private Classification[] ClassifyRows(TokenRows rows, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int width = Labels.Count;
        var logits = new float[checked(rows.Count * width)];
        var lengths = new int[rows.Count];
        for (int row = 0; row < lengths.Length; row++)
        {
            lengths[row] = rows.LengthOf(row);
        }

        RunAll(rows, BatchPlanner.Plan(lengths, TokensPerBatch), logits, cancellationToken);

        var scores = new float[logits.Length];
        var results = new Classification[rows.Count];
        for (int row = 0; row < results.Length; row++)
        {
            results[row] = ResultOf(rows, row, logits.AsMemory(row * width, width), scores.AsMemory(row * width, width));
        }

        return results;
    }

    private Classification ResultOf(TokenRows rows, int row, Memory<float> logits, Memory<float> scores)
    {
        Scores.Apply(scoreFunction, logits.Span, scores.Span);
        int best = 0;
        for (int label = 0; label < logits.Length; label++)
        {
            float logit = logits.Span[label];
            if (!float.IsFinite(logit))
            {
                throw new ModelRunException(
                    $"The model in '{Model.File}' gave the logit {logit} for the label {Labels[label]} of text {row}, which is not a finite number. Its weights are damaged, or overflow at this precision.");
            }

            best = logit > logits.Span[best] ? label : best;
        }

        return new Classification
        {
            Label = Labels[best],
            LabelIndex = best,
            Score = scores.Span[best],
            Logits = logits,
            Scores = scores,
            TokenCount = rows.LengthOf(row),
            IsTruncated = rows.IsTruncated(row),
        };
    }

    // Runs every batch of the plan, several side by side, and stops them all where one fails.
    private void RunAll(TokenRows rows, BatchPlan plan, float[] logits, CancellationToken cancellationToken)
    {
        int workers = Math.Min(options.Parallelism, plan.Count);
        if (workers <= 1)
        {
            for (int batch = 0; batch < plan.Count; batch++)
            {
                RunBatch(rows, plan[batch], logits, cancellationToken);
            }

            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        int next = -1;

        // The caller works as well, so that the call goes on where the thread pool has no thread to spare.
        Task[] others = [.. Enumerable.Range(1, workers - 1).Select(_ => Task.Run(Work, CancellationToken.None))];
        Work();
        Task.WaitAll(others, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        failure?.Throw();

        void Work()
        {
            try
            {
                int batch;
                while (!stop.IsCancellationRequested && (batch = Interlocked.Increment(ref next)) < plan.Count)
                {
                    RunBatch(rows, plan[batch], logits, stop.Token);
                }
            }
            catch (Exception exception)
            {
                // The first failure is the call's; those that follow are its consequences.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                stop.Cancel();
            }
        }
    }

    private void RunBatch(TokenRows rows, ReadOnlySpan<int> selected, float[] logits, CancellationToken cancellationToken)
    {
        int width = Labels.Count;
        using TokenBatch batch = TokenBatch.Pad(rows, selected, Tokenizer.PadTokenId, options.Padding);
        float[] batchLogits = ArrayPool<float>.Shared.Rent(selected.Length * width);
        try
        {
            Model.Run(batch, batchLogits.AsMemory(0, selected.Length * width), cancellationToken);
            for (int i = 0; i < selected.Length; i++)
            {
                batchLogits.AsSpan(i * width, width).CopyTo(logits.AsSpan(selected[i] * width));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(batchLogits);
        }
    }
}
