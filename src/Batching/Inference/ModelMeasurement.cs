using Batching.Batches;
using Batching.Graphs;
using Batching.Folders;

namespace Batching.Inference;

/// <summary>Finds out by running a graph what its files do not say, and refuses those that contradict it.</summary>
internal sealed class ModelMeasurement : IDisposable
{
    private readonly GraphSession graph;
    private readonly ModelFolder folder;
    private readonly ModelConfig config;
    private readonly ModelSetting setting;
    private readonly StoppableRuns run = new(CancellationToken.None);

    private ModelMeasurement(GraphSession graph, ModelFolder folder, ModelConfig config, ModelSetting setting)
    {
        this.graph = graph;
        this.folder = folder;
        this.config = config;
        this.setting = setting;
    }

    /// <param name="graph">The session.</param>
    /// <param name="folder">The model's files.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="options">How the model is loaded.</param>
    /// <param name="setting">What the classifier that it is for has settled.</param>
    /// <exception cref="ModelLoadException">The graph is no classifier of sequences, or not the one that the other files are of.</exception>
    public static ModelFacts Measure(GraphSession graph, ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting setting)
    {
        using var measurement = new ModelMeasurement(graph, folder, config, setting);
        ModelFacts facts = measurement.WithVocabulary(measurement.Begin());
        return setting.SameAs is { } other
            ? facts with { MaxLength = other.MaxLength, Parts = other.Session.Facts.Parts }
            : measurement.WithInvariance(measurement.WithPositions(facts), options);
    }

    public void Dispose() => run.Dispose();

    // How wide the logits are, with what the graph's signature and config.json say.
    private ModelFacts Begin()
    {
        GraphSignature signature = graph.Signature;

        // Models without token types say 0; what a graph does not take need not be checked either.
        bool takesTypes = signature.InputNames.Contains(GraphInputs.TokenTypeIds, StringComparer.Ordinal);
        var shape = new BatchShape(signature.Rows, signature.Columns, config.AttentionWindow ?? 1);
        var assumed = new ModelFacts(
            LabelCount: 0,
            VocabularySize: null,
            takesTypes && config.TypeVocabularySize > 0 ? config.TypeVocabularySize : null,
            signature.Columns < config.MaxPositions ? signature.Columns : config.MaxPositions ?? signature.Columns,
            new BatchParts(shape, config.EndTokenId, config.PadTokenId ?? 0));
        var session = new ModelSession(graph, assumed);
        (int Rows, int Columns) first = (shape.RowsOf(1), shape.ColumnsOf(1));
        (int Rows, int Columns) second = (shape.RowsOf(2), shape.ColumnsOf(Math.Min(3, assumed.MaxLength ?? 3)));
        int labels = MeasureLabelCount(session, first.Rows, first.Columns, labels: null);
        if (second != first)
        {
            MeasureLabelCount(session, second.Rows, second.Columns, labels);
        }

        return assumed with { LabelCount = labels };
    }

    // How many ids have embeddings.
    private ModelFacts WithVocabulary(ModelFacts facts)
    {
        var session = new ModelSession(graph, facts);

        // An execution provider that does not check ids, as on a GPU, cannot be asked.
        if (Accepts(session, int.MaxValue))
        {
            return facts with { VocabularySize = config.VocabularySize };
        }

        if (config.VocabularySize is { } size && size > 0 && Accepts(session, size - 1) && !Accepts(session, size))
        {
            return facts with { VocabularySize = size };
        }

        int measured = MeasureVocabularySize(session);
        if (config.VocabularySize is null)
        {
            return facts with { VocabularySize = measured };
        }

        string file = folder.PathOf(ModelConfig.FileName);
        throw new ModelLoadException(
            $"'{file}' says that vocab_size is {config.VocabularySize}, but '{graph.File}' has embeddings for {measured} ids. Use the {ModelConfig.FileName} and the .onnx file of one model.",
            file);
    }

    // The smallest id that is not accepted; 0 is, int.MaxValue is not.
    private int MeasureVocabularySize(ModelSession session)
    {
        int accepted = 0;
        int refused = int.MaxValue;
        while (refused - accepted > 1)
        {
            int middle = accepted + ((refused - accepted) / 2);
            (accepted, refused) = Accepts(session, middle) ? (middle, refused) : (accepted, middle);
        }

        return refused;
    }

    // How many positions the graph has, where a table in it may have too few for the longest row.
    private ModelFacts WithPositions(ModelFacts facts)
    {
        var session = new ModelSession(graph, facts);
        if (session.Shape.Columns is not null
            || PositionTables.Suspect(graph.Tables, config, facts.VocabularySize) is not { } suspicion
            || TakesLength(session, suspicion.LengthToTry))
        {
            return facts;
        }

        // What is refused is refused at the first nodes of the graph; what is taken takes its time.
        int taken = 1;
        int refused = suspicion.LengthToTry;
        foreach (int guess in suspicion.Guesses.Where(guess => taken < guess && guess < refused))
        {
            if (!TakesLength(session, guess))
            {
                refused = guess;
            }
            else
            {
                taken = guess;
                refused = guess + 1 < refused && !TakesLength(session, guess + 1) ? guess + 1 : refused;
            }
        }

        while (refused - taken > 1)
        {
            int middle = taken + ((refused - taken) / 2);
            (taken, refused) = TakesLength(session, middle) ? (middle, refused) : (taken, middle);
        }

        if (facts.MaxLength is { } claimed && !(setting.MaxLength <= taken))
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' says that a row has positions for {claimed} tokens, but '{graph.File}' has them for {taken} only. Use the {ModelConfig.FileName} and the .onnx file of one model, or set {nameof(SequenceClassifierOptions.MaxLength)} to at most {taken}.",
                file);
        }

        return facts with { MaxLength = taken };
    }

    // Whether logits depend on the batch. Where they do only if a row is alone, none is to be from then on; where padding is
    // what they depend on, no row is to be padded.
    private ModelFacts WithInvariance(ModelFacts facts, SequenceModelOptions options)
    {
        bool probes = options.ProbeInvariance || options.RequireExact;
        PaddingSide side = setting.PaddingSide();

        // On the left, only what was measured is trusted.
        BatchShape shape = facts.Parts.Shape;
        bool equalLengths = side == PaddingSide.Left && !probes && shape.Columns is null;
        facts = facts with
        {
            Parts = facts.Parts with { Side = side, Shape = shape with { LeastRows = setting.LeastRows ?? 1, EqualLengths = equalLengths } },
        };
        var session = new ModelSession(graph, facts);
        if (side == PaddingSide.Left && shape.Columns is { } length && InvarianceProbe.ReadsPadding(session))
        {
            throw new ModelLoadException(
                $"The tokenizer of '{graph.File}' pads on the left, the graph has a fixed length of {length}, and its logits depend on what is in the padding, so that no text that is shorter gets what it gets alone. Export it again with an axis of any size, or correct 'padding_side' in {TokenizerFiles.Configuration}.",
                graph.File);
        }

        if (!probes)
        {
            return facts;
        }

        (BatchShape measured, Invariance found) = InvarianceProbe.MeasureAtLoad(session, mayReshape: true, mayGiveCompany: setting.LeastRows is null);
        return !options.RequireExact || found.IsExact
            ? session.With(measured).Facts with { Invariance = found }
            : throw new ModelLoadException(
                $"'{graph.File}' was loaded with {nameof(SequenceModelOptions.RequireExact)}, and what a text gets depends on the batch it is in. {found} Use a model in fp32 or with static int8 quantization, let a classifier run texts one by one ({nameof(SequenceClassifierOptions)}.{nameof(SequenceClassifierOptions.OneByOne)}), or leave the option out.",
                graph.File);
    }

    // A row of padding would have no positions in a model that counts them from the ids.
    private bool TakesLength(ModelSession session, int length)
    {
        int[] ids = new int[length];
        Array.Fill(ids, session.Facts.Parts.PadTokenId == 0 && session.Facts.VocabularySize is not 1 ? 1 : 0);
        return Takes(session, session.WithEndToken(ids));
    }

    private bool Accepts(ModelSession session, int id) => Takes(session, session.Facts.Parts.EndTokenId is { } end ? [id, end] : [id]);

    private bool Takes(ModelSession session, int[] row)
    {
        using var batch = TokenBatch.Pad([row], padTokenId: 0);
        try
        {
            session.Run(batch, new float[session.Facts.LabelCount], run);
            return true;
        }
        catch (ModelRunException)
        {
            return false;
        }
    }

    // Rows and columns of several sizes tell an axis of labels from one of rows or of tokens.
    private int MeasureLabelCount(ModelSession session, int rows, int columns, int? labels)
    {
        using var batch = TokenBatch.Pad([.. Enumerable.Repeat(session.WithEndToken(new int[columns]), rows)], padTokenId: 0);
        IReadOnlyList<long> shape = graph.ShapeOfLogits(batch, run);
        return shape is [var first, > 0 and <= int.MaxValue and var last] && first == rows && (labels is null || last == labels)
            ? (int)last
            : throw new ModelLoadException(
                $"'{graph.File}' is no sequence classifier that can be used: for a batch of shape [{rows}, {columns}] it gives '{graph.Signature.OutputName}' of shape [{string.Join(", ", shape)}]; [{rows}, {(labels is null ? "labels" : $"{labels}")}] was expected. {GraphSignature.Advice}",
                graph.File);
    }
}
