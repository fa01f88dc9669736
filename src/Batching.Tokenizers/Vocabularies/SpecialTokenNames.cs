namespace Batching.Tokenization;

/// <summary>What a tokenizer calls its special tokens.</summary>
internal sealed record SpecialTokenNames(string Unknown, string Classifier, string Separator, string Pad, string Mask)
{
    /// <summary>Those of BERT and DistilBERT.</summary>
    public static SpecialTokenNames Bert { get; } = new("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]");

    /// <summary>Those of RoBERTa and XLM-RoBERTa.</summary>
    public static SpecialTokenNames Roberta { get; } = new("<unk>", "<s>", "</s>", "<pad>", "<mask>");

    // The classes whose defaults are not what their kind of model suggests.
    private static readonly Dictionary<string, SpecialTokenNames> ByClass = new(StringComparer.Ordinal)
    {
        ["AlbertTokenizer"] = new("<unk>", "[CLS]", "[SEP]", "<pad>", "[MASK]"),
        ["DebertaTokenizer"] = Bert,
        ["DebertaV2Tokenizer"] = Bert,
        ["MPNetTokenizer"] = Roberta with { Unknown = "[UNK]" },
        ["XLNetTokenizer"] = new("<unk>", "<cls>", "<sep>", "<pad>", "<mask>"),
    };

    /// <summary>The defaults of a class of Hugging Face, or of those with the same kind of model.</summary>
    /// <param name="tokenizerFamily">The class without <c>Fast</c>; null where none is named.</param>
    /// <param name="isWordPiece">Whether the model is WordPiece.</param>
    public static SpecialTokenNames DefaultsOf(string? tokenizerFamily, bool isWordPiece) =>
        tokenizerFamily is not null && ByClass.TryGetValue(tokenizerFamily, out SpecialTokenNames? names)
            ? names
            : isWordPiece ? Bert : Roberta;
}
