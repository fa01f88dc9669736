namespace Batching.ModelFiles;

/// <summary>What a tokenizer needs of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
internal sealed record TokenizerConfig
{
    public const string FileName = "tokenizer_config.json";
    public const string SpecialTokensFileName = "special_tokens_map.json";

    // Hugging Face writes 1e30 for "no limit"; no encoder has this many positions.
    private const double NoLimit = 1e9;

    public string? TokenizerClass { get; private init; }

    public string UnknownToken { get; private init; } = "[UNK]";

    public string ClassifierToken { get; private init; } = "[CLS]";

    public string SeparatorToken { get; private init; } = "[SEP]";

    public string PadToken { get; private init; } = "[PAD]";

    public string MaskToken { get; private init; } = "[MASK]";

    public NormalizerOptions Normalizer { get; private init; } = new();

    public int? MaxLength { get; private init; }

    /// <summary>Reads both files; what they do not say is as Hugging Face's <c>BertTokenizer</c> has it.</summary>
    /// <exception cref="ModelLoadException">A file is damaged.</exception>
    public static TokenizerConfig Read(ModelFolder folder)
    {
        JsonSection? config = JsonSection.Read(folder, FileName);
        JsonSection? specialTokens = JsonSection.Read(folder, SpecialTokensFileName);
        return new TokenizerConfig
        {
            TokenizerClass = config?.String("tokenizer_class"),
            UnknownToken = Token("unk_token", "[UNK]"),
            ClassifierToken = Token("cls_token", "[CLS]"),
            SeparatorToken = Token("sep_token", "[SEP]"),
            PadToken = Token("pad_token", "[PAD]"),
            MaskToken = Token("mask_token", "[MASK]"),
            Normalizer = new NormalizerOptions(
                CleanText: true,
                HandleChineseChars: config?.Boolean("tokenize_chinese_chars") ?? true,
                StripAccents: config?.Boolean("strip_accents"),
                Lowercase: config?.Boolean("do_lower_case") ?? true),
            MaxLength = ReadMaxLength(config),
        };

        string Token(string name, string otherwise) =>
            config?.Token(name) ?? specialTokens?.Token(name) ?? otherwise;
    }

    private static int? ReadMaxLength(JsonSection? config)
    {
        if (config?.Number("model_max_length") is not { } length || length >= NoLimit)
        {
            return null;
        }

        return length >= 1
            ? (int)length
            : throw config.Value.Refuse($"'model_max_length' is {length}; a length limit is at least 1. Correct the file.");
    }
}
