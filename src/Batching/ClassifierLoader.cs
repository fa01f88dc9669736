using Batching.Folders;
using Batching.Inference;
using Batching.Pipeline;

namespace Batching;

/// <summary>Files and options to a classifier: loads its parts, and refuses what does not fit together.</summary>
internal static class ClassifierLoader
{
    /// <summary>Loads a classifier.</summary>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceClassifier Load(ModelFolder folder, SequenceClassifierOptions options)
    {
        if (options.Parallelism < 1)
        {
            throw new ArgumentException($"{nameof(options.Parallelism)} is {options.Parallelism}; it has to be at least 1.", nameof(options));
        }

        if (options.Padding is null)
        {
            throw new ArgumentException($"{nameof(options.Padding)} is null. Use {nameof(PaddingOptions)}.{nameof(PaddingOptions.Default)}.", nameof(options));
        }

        if (options.Padding.Side is { } side && !Enum.IsDefined(side))
        {
            throw new ArgumentException(
                $"{nameof(options.Padding)}.{nameof(PaddingOptions.Side)} is {side}, which is none of {string.Join(", ", Enum.GetNames<PaddingSide>())}.", nameof(options));
        }

        if (options.ScoreFunction is { } function && !Enum.IsDefined(function))
        {
            throw new ArgumentException($"{nameof(options.ScoreFunction)} is {function}, which is none of {string.Join(", ", Enum.GetNames<ScoreFunction>())}.", nameof(options));
        }

        ModelConfig config = ModelConfig.Read(folder);
        SequenceModelOptions modelOptions = options with { RequireExact = options.RequireExact && !options.OneByOne };
        SequenceModelOptions allCores = modelOptions with { ThreadsPerRun = Environment.ProcessorCount, AllowSpinning = true };

        Lazy<SequenceTokenizer> tokenizerLoad = LoadTokenizer(folder, config, options);
        var setting = new ModelSetting
        {
            MaxLength = options.MaxLength,
            PaddingSide = () => options.Padding.Side ?? tokenizerLoad.Value.PaddingSide,
            LeastRows = options.OneByOne ? 1 : null,
        };
        SequenceModel model = LoadModel(
            folder, config, options.OptimizeFor == OptimizationGoal.Latency ? allCores : modelOptions, setting, tokenizerLoad);
        try
        {
            SequenceTokenizer tokenizer = Limited(tokenizerLoad.Value, model, options);
            CheckVocabulary(tokenizer, model, options);
            CheckWindows(tokenizer, options);
            AllCoresModel? forLoneTexts = options.OptimizeFor == OptimizationGoal.Automatic && Environment.ProcessorCount > options.ThreadsPerRun
                ? new AllCoresModel(() => LoadAgain(folder, config, allCores with { ProbeInvariance = false, RequireExact = false }, setting with { SameAs = model }), model)
                : null;
            IReadOnlyList<string> labels = LabelsOf(folder, config, model);
            ScoreFunction scoreFunction = options.ScoreFunction ?? ScoreFunctionExtensions.FunctionOf(config.ProblemType, model.LabelCount);
            var rows = new RowClassifier(
                typeof(SequenceClassifier),
                tokenizer,
                model,
                forLoneTexts,
                new ResultMaker(labels, scoreFunction, options.WindowPooling, model.File),
                new RowClassifierOptions
                {
                    Parallelism = options.Parallelism,
                    Padding = options.Padding,
                    Stride = options.LongText == LongText.Windows ? options.Stride : null,
                    Precision = options.Precision ?? ModelPrecision.Float32,
                    OneByOne = options.OneByOne,
                });
            return new SequenceClassifier(
                rows, labels, options.LongText, folder.Loaded, SettingsOf(rows, scoreFunction, options), options.ComputeIdentity);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads the tokenizer alone, with the limit of the model.</summary>
    public static SequenceTokenizer LoadTokenizer(ModelFolder folder) =>
        ModelTokenizer.Load(folder, ModelConfig.Read(folder), maxLength: null, side: null);

    // It takes about as long as the model does, and is loaded beside it; where the pool has no thread for that, by who needs it.
    private static Lazy<SequenceTokenizer> LoadTokenizer(ModelFolder folder, ModelConfig config, SequenceClassifierOptions options)
    {
        var load = new Lazy<SequenceTokenizer>(() => ModelTokenizer.Load(folder, config, options.MaxLength, options.TruncationSide));
        if (folder.Directory is null)
        {
            // Streams may be of one archive, which cannot be read twice at a time.
            _ = load.Value;
            return load;
        }

        _ = Task.Run(() =>
        {
            try
            {
                _ = load.Value;
            }
            catch (Exception)
            {
                // Who needs it is told.
            }
        });
        return load;
    }

    // What is wrong with the tokenizer is told first, whichever failed first.
    private static SequenceModel LoadModel(
        ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting setting, Lazy<SequenceTokenizer> tokenizerLoad)
    {
        try
        {
            return SequenceModel.Load(folder, config, options, setting);
        }
        catch
        {
            _ = tokenizerLoad.Value;
            throw;
        }
    }

    // Some time after the first load: what lies there by now may be another model.
    private static SequenceModel LoadAgain(ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting setting)
    {
        SequenceModel second = SequenceModel.Load(folder, config, options, setting);
        if (folder.Loaded.ReadStamp() == folder.Loaded.Stamp())
        {
            return second;
        }

        second.Dispose();
        throw new ModelLoadException($"The files in {folder.Name} have changed since the model was loaded from them.", folder.Directory);
    }

    // A graph may take less than the files beside it say, which shows only when it is loaded.
    private static SequenceTokenizer Limited(SequenceTokenizer tokenizer, SequenceModel model, SequenceClassifierOptions options)
    {
        if (model.MaxLength is not { } longest || tokenizer.MaxLength <= longest)
        {
            return tokenizer;
        }

        bool isFixed = longest == model.Shape.Columns;
        if (tokenizer.CountSpecialTokens() is var least && longest < least)
        {
            string has = isFixed ? $"a fixed length of {longest}" : $"positions for {longest} tokens";
            throw new ModelLoadException(
                $"The graph in '{model.File}' has {has}, which leaves no room for the {least} special tokens of a row. Export it with {(isFixed ? "a longer one, or with an axis of any size" : "more")}.",
                model.File);
        }

        if (options.MaxLength > longest)
        {
            throw new ArgumentException(
                $"{nameof(options.MaxLength)} is {options.MaxLength}; it has to be at least {least}, the number of special tokens, and at most {longest}, {(isFixed ? "the fixed length" : "the number of positions")} of the graph in '{model.File}'.",
                nameof(options));
        }

        return tokenizer.WithMaxLength(longest);
    }

    private static void CheckWindows(SequenceTokenizer tokenizer, SequenceClassifierOptions options)
    {
        if (!Enum.IsDefined(options.LongText) || !Enum.IsDefined(options.WindowPooling))
        {
            throw new ArgumentException(
                $"{nameof(options.LongText)} is {options.LongText} and {nameof(options.WindowPooling)} is {options.WindowPooling}; one of them does not exist.", nameof(options));
        }

        if (options.LongText == LongText.Truncate)
        {
            return;
        }

        if (tokenizer.MaxLength is not { } limit)
        {
            throw new ArgumentException(
                $"{nameof(LongText)}.{nameof(LongText.Windows)} needs a limit, and neither the model nor its tokenizer has one. Set {nameof(options.MaxLength)}.", nameof(options));
        }

        int width = limit - tokenizer.CountSpecialTokens();
        if (options.Stride < 0 || options.Stride >= width)
        {
            throw new ArgumentException(
                width < 1
                    ? $"{nameof(options.MaxLength)} is {limit}, and a window of so many tokens holds special tokens only. Raise it."
                    : $"{nameof(options.Stride)} is {options.Stride}; it has to be from 0 to {width - 1}: a window of {limit} tokens holds {width} of the text and has to advance.",
                nameof(options));
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

    // As they came out, so that a default and the same value set by hand are one.
    private static Dictionary<string, string> SettingsOf(RowClassifier rows, ScoreFunction scoreFunction, SequenceClassifierOptions options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["graph"] = rows.Model.IsRewritten ? "rewritten" : "as it is",
            ["rows of a batch"] = $"at least {rows.Model.Shape.LeastRows}",
            [nameof(options.MaxLength)] = $"{rows.Tokenizer.MaxLength}",
            [nameof(options.TruncationSide)] = $"{rows.Tokenizer.TruncationSide}",
            [nameof(options.LongText)] = $"{options.LongText}",
            [nameof(options.ScoreFunction)] = $"{scoreFunction}",
            [nameof(options.OneByOne)] = $"{options.OneByOne}",
            [nameof(options.ThreadsPerRun)] = $"{(options.OptimizeFor == OptimizationGoal.Latency ? Environment.ProcessorCount : options.ThreadsPerRun)}",
            [nameof(options.ConfigureSession)] = options.ConfigureSession is null ? "not set" : "set",
        };
        if (options.LongText == LongText.Windows)
        {
            values[nameof(options.Stride)] = $"{options.Stride}";
            values[nameof(options.WindowPooling)] = $"{options.WindowPooling}";
        }

        // One by one as well, where the length it is padded to may change a row.
        if (!rows.Model.IsInvarianceKnown || !rows.Model.Invariance.IsExact)
        {
            values[nameof(options.Padding)] = $"{rows.Padding}";
        }

        return values;
    }
}
