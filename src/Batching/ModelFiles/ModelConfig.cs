using System.Globalization;
using System.Text.Json;

namespace Batching.ModelFiles;

/// <summary>What a classifier needs of <c>config.json</c>, as Hugging Face's <c>PretrainedConfig</c> reads it.</summary>
/// <param name="ModelType"><c>model_type</c>, such as <c>distilbert</c>.</param>
/// <param name="Labels">The labels by index, from <c>id2label</c>; null where it is missing.</param>
/// <param name="ProblemType"><c>problem_type</c>.</param>
/// <param name="MaxPositions"><c>max_position_embeddings</c>: the longest row that the model has positions for.</param>
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

    /// <summary>Reads the file; where there is none, nothing is known.</summary>
    /// <exception cref="ModelLoadException">The file is damaged.</exception>
    public static ModelConfig Read(ModelFolder folder)
    {
        if (JsonSection.Read(folder, FileName) is not { } json)
        {
            return new ModelConfig(null, null, null, null, null, null);
        }

        return new ModelConfig(
            json.String("model_type"),
            ReadLabels(json),
            json.String("problem_type"),
            json.Int32("max_position_embeddings"),
            json.Int32("vocab_size"),
            json.Int32("type_vocab_size"));
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

            labels[index] = id2Label.StringOf(name, value);
        }

        return labels!;
    }
}
