namespace Batching.ModelFiles;

/// <summary>A WordPiece tokenizer as its files define it, checked: every token it names is in the vocabulary.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>What messages call the file that it came from.</summary>
    public required string File { get; init; }

    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required string UnknownToken { get; init; }

    public required string PadToken { get; init; }

    public required NormalizerOptions Normalizer { get; init; }

    /// <summary>Marks a piece that goes on with a word.</summary>
    public string ContinuingPrefix { get; init; } = "##";

    public int MaxInputCharsPerWord { get; init; } = 100;

    /// <summary>The row of one text.</summary>
    public required IReadOnlyList<TemplatePiece> Single { get; init; }

    /// <summary>The row of a text and its pair.</summary>
    public required IReadOnlyList<TemplatePiece> Pair { get; init; }

    /// <summary>Whether decoded text loses the spaces before punctuation.</summary>
    public bool CleansUpDecodedText { get; init; } = true;

    /// <summary><c>model_max_length</c>, or null where it is missing or so large that it means none.</summary>
    public int? MaxLength { get; init; }
}
