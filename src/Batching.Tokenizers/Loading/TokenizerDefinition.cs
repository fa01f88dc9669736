namespace Batching.Tokenization;

/// <summary>A tokenizer as its files define it, checked: every token it names is in the vocabulary.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>What messages call the file that it came from.</summary>
    public required string File { get; init; }

    /// <summary>The tokens beside the model's; they may be among those as well.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>What is done to a text before it is split; null for nothing.</summary>
    public TextNormalizer? Normalizer { get; init; }

    /// <summary>What splits a text into words; null where it is one word.</summary>
    public TextPreTokenizer? PreTokenizer { get; init; }

    /// <summary>How a word becomes ids.</summary>
    public required TokenModel Model { get; init; }

    /// <summary>Makes what decodes one text.</summary>
    public required Func<TokenDecoder> CreateDecoder { get; init; }

    public required RowTemplate Template { get; init; }

    public required int UnknownTokenId { get; init; }

    public required int PadTokenId { get; init; }

    /// <summary><c>model_max_length</c>, or null where it is missing or so large that it means none.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The end at which texts are cut where nothing else is asked for, or null where the files do not say.</summary>
    public TruncationSide? TruncationSide { get; init; }

    /// <summary>The end at which rows are filled up where nothing else is asked for.</summary>
    public required PaddingSide PaddingSide { get; init; }

    /// <summary>What the files beside the tokenizer's own changed, and what versions of transformers disagree about.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
