using System.CommandLine;
using Batching.Cli.Progress;

namespace Batching.Cli;

/// <summary>Which model a command uses: that of the package Batching.Sst2, one in a folder, or one of a hub.</summary>
/// <param name="Folder">The folder, as Hugging Face lays it out; <c>hub:</c> and a repository until it is fetched; null for the package's model.</param>
/// <param name="Precision">The precision asked for; null for the model's default.</param>
internal sealed record ModelChoice(string? Folder, ModelPrecision? Precision)
{
    /// <summary>What goes before the name of a repository.</summary>
    public const string HubPrefix = "hub:";

    private const string Int8 = "int8";
    private const string Fp32 = "fp32";

    public static Option<string?> FolderOption { get; } = new("--model")
    {
        Description = "The folder of a model, as Hugging Face lays it out, or hub:organization/name[@revision] to download it. Default: the model of the package Batching.Sst2, English sentiment.",
        HelpName = "DIR|hub:NAME",
    };

    public static Option<string?> PrecisionOption { get; } = NewPrecisionOption();

    /// <exception cref="CommandException">The package's model does not come in that precision.</exception>
    public static ModelChoice Of(ParseResult line)
    {
        string? folder = line.GetValue(FolderOption);
        if (folder is not null && string.IsNullOrWhiteSpace(folder))
        {
            throw CommandException.Usage("--model is empty. Give the folder of a model or hub:organization/name, or leave it out.");
        }

        ModelPrecision? precision = line.GetValue(PrecisionOption) switch
        {
            null => null,
            Int8 => ModelPrecision.Int8,
            _ => ModelPrecision.Float32,
        };
        return folder is null && precision == ModelPrecision.Float32
            ? throw CommandException.Usage(
                "The model that comes with this program is int8 only. For --precision fp32 give the folder of a model with --model; the default model's is models/distilbert-l6-h384-uncased-sst2 in the repository.")
            : new ModelChoice(folder, precision);
    }

    /// <summary>Downloads what has to be, into the cache of Hugging Face, and tells of it on stderr.</summary>
    /// <returns>The same model, in a folder.</returns>
    /// <exception cref="ModelLoadException">The model cannot be downloaded.</exception>
    /// <exception cref="CommandException">The name cannot be that of a repository.</exception>
    public async Task<ModelChoice> FetchAsync(CancellationToken cancellationToken)
    {
        if (Folder?.StartsWith(HubPrefix, StringComparison.Ordinal) != true)
        {
            return this;
        }

        string[] parts = Folder[HubPrefix.Length..].Split('@', 2);
        try
        {
            using var hub = new ModelHub();
            string folder = await hub.DownloadAsync(
                parts[0],
                parts.ElementAtOrDefault(1),
                new SequenceModelOptions { Precision = Precision },
                new DownloadLines(Console.Error, TimeProvider.System),
                cancellationToken);
            return this with { Folder = folder };
        }
        catch (ArgumentException exception)
        {
            throw CommandException.Usage($"--model {Folder}: {exception.Message}", exception);
        }
    }

    /// <param name="computesIdentity">Whether the classifier is asked for its <see cref="ModelIdentity"/>.</param>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    public SequenceClassifier LoadClassifier(bool computesIdentity = false)
    {
        var loading = new SequenceClassifierOptions { Precision = Precision, ComputeIdentity = computesIdentity };
        return Folder is null ? Sst2.Load(loading) : SequenceClassifier.Load(Folder, loading);
    }

    /// <summary>Loads the tokenizer alone, which takes a fraction of the time.</summary>
    /// <exception cref="ModelLoadException">The tokenizer cannot be loaded.</exception>
    public SequenceTokenizer LoadTokenizer() => Folder is null
        ? SequenceClassifier.LoadTokenizer(typeof(Sst2).Assembly.GetManifestResourceStream)
        : SequenceClassifier.LoadTokenizer(Folder);

    private static Option<string?> NewPrecisionOption()
    {
        var option = new Option<string?>("--precision")
        {
            Description = "int8 or fp32: which of the folder's .onnx files. Default: the folder's full precision; int8 for the package's model.",
            HelpName = $"{Int8}|{Fp32}",
        };
        option.AcceptOnlyFromAmong(Int8, Fp32);
        return option;
    }
}
