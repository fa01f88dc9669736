namespace Batching.Tokenization;

/// <summary>Reads the <c>truncation</c> of <c>tokenizer.json</c>.</summary>
internal static class TruncationJson
{
    /// <summary>Its side, or null where there is none. The limit, strategy and stride beside it are not used, as in Hugging Face transformers.</summary>
    /// <exception cref="ModelLoadException">There is no such side.</exception>
    public static TruncationSide? ReadSide(JsonSection json) => json.Section("truncation") is not { } truncation
        ? null
        : truncation.String("direction") switch
        {
            null => null,
            "Right" => TruncationSide.Right,
            "Left" => TruncationSide.Left,
            var other => throw truncation.Refuse($"the direction is '{other}', expected 'Right' or 'Left'. Download the file again or correct it."),
        };
}
