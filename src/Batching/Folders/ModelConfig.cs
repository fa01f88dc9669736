using System.Globalization;
using System.Text.Json;
using Batching.Tokenization;

namespace Batching.Folders;

/// <summary>What a classifier needs of <c>config.json</c>, as Hugging Face's <c>PretrainedConfig</c> reads it.</summary>
/// <param name="ModelType"><c>model_type</c>, such as <c>distilbert</c>.</param>
/// <param name="Labels">The labels by index, from <c>id2label</c>; null where it is missing.</param>
/// <param name="ProblemType"><c>problem_type</c>: one of <see cref="ProblemTypes"/>, or null.</param>
/// <param name="MaxPositions">The longest row that the model has positions for: <c>max_position_embeddings</c>, less those that no token gets.</param>
/// <param name="VocabularySize"><c>vocab_size</c>.</param>
/// <param name="TypeVocabularySize"><c>type_vocab_size</c>: how many token types there are.</param>
internal sealed record ModelConfig(
    string? ModelType,
    IReadOnlyList<string>? Labels,
    string? ProblemType,
    int? MaxPositions,
    int? VocabularySize,
    int? TypeVocabularySize)
{
    public const string FileName = "config.json";
    public const string Regression = "regression";
    public const string SingleLabel = "single_label_classification";
    public const string MultiLabel = "multi_label_classification";

    // The models whose first token is at position pad_token_id + 1, as RoBERTa's is.
    private static readonly string[] PositionsAfterPad =
    [
        "camembert", "data2vec-text", "esm", "ibert", "lilt", "longformer", "luke", "markuplm", "mpnet", "roberta", "roberta-prelayernorm",
        "xlm-roberta", "xlm-roberta-xl", "xmod",
    ];

    private static readonly string[] ProblemTypes = [SingleLabel, MultiLabel, Regression];

    /// <summary>How many rows a table of positions has for <see cref="MaxPositions"/>, at least: those that no token gets counted.</summary>
    public int? PositionRows { get; private init; }

    /// <summary>The position of a row's first token: behind that of the pad token for RoBERTa's kin, otherwise 0.</summary>
    public int FirstPosition { get; private init; }

    /// <summary><c>pad_token_id</c>, where it is an id.</summary>
    public int? PadTokenId { get; private init; }

    /// <summary>
    /// <c>eos_token_id</c> of a model with a decoder: its head reads the state of a row's last such token, as those of
    /// Hugging Face's <c>LEDForSequenceClassification</c> and <c>BartForSequenceClassification</c> do.
    /// </summary>
    public int? EndTokenId { get; private init; }

    /// <summary>The widest <c>attention_window</c>, of which a row's length has to be a multiple: Longformer's and LED's.</summary>
    public int? AttentionWindow { get; private init; }

    /// <summary>Reads the file; where there is none, nothing is known.</summary>
    /// <exception cref="ModelLoadException">The file is damaged.</exception>
    public static ModelConfig Read(ModelFolder folder)
    {
        if (JsonSection.Read(folder, FileName) is not { } json)
        {
            return new ModelConfig(null, null, null, null, null, null);
        }

        string? modelType = json.String("model_type");
        int? positions = ReadPositions(json);
        return new ModelConfig(
            modelType,
            ReadLabels(json),
            ReadProblemType(json),
            ReadMaxPositions(json, modelType, positions),
            json.Int32("vocab_size"),
            json.Int32("type_vocab_size"))
        {
            PositionRows = positions,
            FirstPosition = PositionsAfterPad.Contains(modelType) ? Math.Max(0, json.Int32("pad_token_id", least: int.MinValue) ?? 1) + 1 : 0,
            PadTokenId = json.Int32("pad_token_id", least: int.MinValue) is { } pad and >= 0 ? pad : null,
            EndTokenId = json.Boolean("is_encoder_decoder") == true && json.Int32s("eos_token_id") is [var end, ..] ? end : null,
            AttentionWindow = json.Int32s("attention_window", least: 1) is { Count: > 0 } windows ? windows.Max() : null,
        };
    }

    // LED counts the positions of each half. A classifier gives its decoder the whole row as well.
    private static int? ReadPositionsOfBothHalves(JsonSection json) =>
        json.Int32("max_encoder_position_embeddings", least: 1) is not { } encoder ? null
        : Math.Min(encoder, json.Int32("max_decoder_position_embeddings", least: 1) ?? encoder);

    private static int? ReadPositions(JsonSection json) =>
        ReadPositionsOfBothHalves(json) ?? json.Int32("max_position_embeddings", least: 1);

    private static int? ReadMaxPositions(JsonSection json, string? modelType, int? positions)
    {
        if (positions is null || !PositionsAfterPad.Contains(modelType))
        {
            return positions;
        }

        long unused = (json.Int32("pad_token_id") ?? 1) + 1L;
        return positions > unused
            ? (int)(positions.Value - unused)
            : throw json.Refuse(
                $"'max_position_embeddings' is {positions}, but a model of the type '{modelType}' starts at position {unused}, so that no token fits. Correct it or 'pad_token_id'.");
    }

    private static string? ReadProblemType(JsonSection json)
    {
        string? type = json.String("problem_type");
        return type is null || ProblemTypes.Contains(type)
            ? type
            : throw json.Refuse($"the problem_type is '{type}'; {string.Join(", ", ProblemTypes)} are supported. Correct it, or remove it for a single label of several.");
    }

    private static string[]? ReadLabels(JsonSection json)
    {
        if (json.Section("id2label") is not { } id2Label)
        {
            return null;
        }

        (string Name, JsonElement Value)[] entries = [.. id2Label.Properties()];
        var labels = new string?[entries.Length];
        foreach ((string name, JsonElement value) in entries)
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                || index >= labels.Length
                || labels[index] is not null)
            {
                throw id2Label.Refuse(
                    $"found the key '{name}' among {labels.Length} labels, expected the keys 0 to {labels.Length - 1}, each once. Correct the file.");
            }

            labels[index] = id2Label.NameOf(name, value);
        }

        return labels!;
    }
}
