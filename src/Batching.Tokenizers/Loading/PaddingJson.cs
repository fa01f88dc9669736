namespace Batching.Tokenization;

/// <summary>Reads the <c>padding</c> of <c>tokenizer.json</c>.</summary>
internal static class PaddingJson
{
    /// <summary>Its side, or null where there is none. The lengths and the token beside it are not used.</summary>
    /// <exception cref="ModelLoadException">There is no such side.</exception>
    public static PaddingSide? ReadSide(JsonSection json) => json.Section("padding") is not { } padding
        ? null
        : padding.String("direction") switch
        {
            null => null,
            "Right" => PaddingSide.Right,
            "Left" => PaddingSide.Left,
            var other => throw padding.Refuse($"the direction is '{other}', expected 'Right' or 'Left'. Download the file again or correct it."),
        };
}
