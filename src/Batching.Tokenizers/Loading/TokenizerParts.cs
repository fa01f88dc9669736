namespace Batching.Tokenization;

/// <summary>The parts of a <c>tokenizer.json</c> by the names of their types.</summary>
/// <remarks>A part is a file of its own, which reads its JSON and makes what runs; here it has a line.</remarks>
internal static class TokenizerParts
{
    /// <summary><c>normalizer</c>: what is done to a text before it is split; null for nothing.</summary>
    public static PartMap<TextNormalizer?> Normalizers { get; } = new("normalizer", new(StringComparer.Ordinal)
    {
        ["BertNormalizer"] = BertNormalizer.Read,
        ["ByteLevel"] = ByteLevelNormalizer.Read,
        ["Lowercase"] = LowercaseNormalizer.Read,
        ["NFC"] = UnicodeFormNormalizer.Read,
        ["NFD"] = UnicodeFormNormalizer.Read,
        ["NFKC"] = UnicodeFormNormalizer.Read,
        ["NFKD"] = UnicodeFormNormalizer.Read,
        ["Nmt"] = NmtNormalizer.Read,
        ["Precompiled"] = CharsmapNormalizer.Read,
        ["Prepend"] = PrependNormalizer.Read,
        ["Replace"] = ReplaceNormalizer.Read,
        ["Sequence"] = json => NormalizerSequence.Read(json, static step => Normalizers!.Read(step)),
        ["Strip"] = StripNormalizer.Read,
        ["StripAccents"] = StripAccentsNormalizer.Read,
    });

    /// <summary><c>pre_tokenizer</c>: what splits a text into words; null where it is one word.</summary>
    public static PartMap<TextPreTokenizer?> PreTokenizers { get; } = new("pre-tokenizer", new(StringComparer.Ordinal)
    {
        ["BertPreTokenizer"] = BertPreTokenizer.Read,
        ["ByteLevel"] = ByteLevelPreTokenizer.Read,
        ["CharDelimiterSplit"] = CharDelimiterPreTokenizer.Read,
        ["Digits"] = DigitsPreTokenizer.Read,
        ["FixedLength"] = FixedLengthPreTokenizer.Read,
        ["Metaspace"] = MetaspacePreTokenizer.Read,
        ["Punctuation"] = PunctuationPreTokenizer.Read,
        ["Sequence"] = json => PreTokenizerSequence.Read(json, static step => PreTokenizers!.Read(step)),
        ["Split"] = SplitPreTokenizer.Read,
        ["UnicodeScripts"] = UnicodeScriptsPreTokenizer.Read,
        ["Whitespace"] = WhitespacePreTokenizer.Read,
        ["WhitespaceSplit"] = WhitespaceSplitPreTokenizer.Read,
    });

    /// <summary><c>model</c>: how a word becomes ids.</summary>
    public static PartMap<TokenModelSource> Models { get; } = new("model", new(StringComparer.Ordinal)
    {
        ["BPE"] = BytePairModel.Read,
        ["Unigram"] = UnigramModel.Read,
        ["WordLevel"] = WordLevelModel.Read,
        ["WordPiece"] = WordPieceModel.Read,
    });

    /// <summary><c>post_processor</c>: where the special tokens go.</summary>
    public static PartMap<Func<TokenSet, SpecialTokenNames, RowTemplate>> PostProcessors { get; } = new("post-processor", new(StringComparer.Ordinal)
    {
        ["BertProcessing"] = BertProcessing.Read,
        ["ByteLevel"] = ByteLevelProcessing.Read,
        ["RobertaProcessing"] = RobertaProcessing.Read,
        ["Sequence"] = json => ProcessorSequence.Read(json, static step => PostProcessors!.Read(step)),
        ["TemplateProcessing"] = TemplateProcessing.Read,
    });

    /// <summary><c>decoder</c>: how tokens become text again. What it makes decodes one text.</summary>
    public static PartMap<Func<TokenDecoder>> Decoders { get; } = new("decoder", new(StringComparer.Ordinal)
    {
        ["BPEDecoder"] = BytePairDecoder.Read,
        ["ByteFallback"] = ByteFallbackDecoder.Read,
        ["ByteLevel"] = ByteLevelDecoder.Read,
        ["Fuse"] = FuseDecoder.Read,
        ["Metaspace"] = MetaspaceDecoder.Read,
        ["Replace"] = ReplaceDecoder.Read,
        ["Sequence"] = json => DecoderSequence.Read(json, static step => Decoders!.Read(step)),
        ["Strip"] = StripDecoder.Read,
        ["WordPiece"] = WordPieceDecoder.Read,
    })
    {
        // Only decoding needs it: a classifier does without.
        ReadUnknown = UnknownDecoder.Read,
    };
}
