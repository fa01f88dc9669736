namespace Batching.Tokenization;

/// <summary>What a tokenizer needs of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
internal sealed class TokenizerConfig
{
    public const string FileName = TokenizerFiles.Configuration;
    public const string SpecialTokensFileName = "special_tokens_map.json";

    // Hugging Face writes 1e30 for "no limit"; no encoder has this many positions.
    private const double NoLimit = 1e9;

    // The classes of Hugging Face that pad on the left where nothing else is said.
    private static readonly string[] PaddedOnTheLeft = ["GemmaTokenizer", "LlamaTokenizer", "XLNetTokenizer"];

    private readonly JsonSection? config;
    private readonly JsonSection? specialTokens;
    private readonly PaddingSide? paddingSide;

    private TokenizerConfig(JsonSection? config, JsonSection? specialTokens)
    {
        this.config = config;
        this.specialTokens = specialTokens;
        TokenizerClass = config?.String("tokenizer_class");
        Normalizer = new NormalizerOptions(
            CleanText: true,
            HandleChineseChars: config?.Boolean("tokenize_chinese_chars") ?? true,
            StripAccents: config?.Boolean("strip_accents"),
            Lowercase: config?.Boolean("do_lower_case") ?? true);
        AddPrefixSpace = config?.Boolean("add_prefix_space") ?? false;
        MaxLength = ReadMaxLength(config);
        TruncationSide = ReadTruncationSide(config);
        paddingSide = ReadPaddingSide(config);

        // What is wrong with a name is said whatever the tokenizer turns out to be.
        Names(isWordPiece: true);
    }

    /// <summary><c>tokenizer_class</c>, such as <c>BertTokenizerFast</c>.</summary>
    public string? TokenizerClass { get; }

    /// <summary>The class without <c>Fast</c>: both have the same vocabulary and defaults.</summary>
    public string? Family => TokenizerClass?.EndsWith("Fast", StringComparison.Ordinal) == true ? TokenizerClass[..^4] : TokenizerClass;

    /// <summary>The options of a BERT tokenizer that has no <c>tokenizer.json</c>.</summary>
    public NormalizerOptions Normalizer { get; }

    /// <summary><c>add_prefix_space</c>, for a byte-level tokenizer that has no <c>tokenizer.json</c>.</summary>
    public bool AddPrefixSpace { get; }

    public int? MaxLength { get; }

    /// <summary><c>truncation_side</c>; null where the file does not say.</summary>
    public TruncationSide? TruncationSide { get; }

    /// <summary>Reads both files; what they do not say is as Hugging Face's tokenizer classes have it.</summary>
    /// <exception cref="ModelLoadException">A file is damaged.</exception>
    public static TokenizerConfig Read(ModelFolder folder) =>
        new(JsonSection.Read(folder, FileName), JsonSection.Read(folder, SpecialTokensFileName));

    /// <summary><c>padding_side</c>; where the file does not say, that of <c>tokenizer.json</c>, or else that of the class.</summary>
    /// <param name="saved">What <c>tokenizer.json</c> says; null for nothing.</param>
    public PaddingSide PaddingSide(PaddingSide? saved) => paddingSide
        ?? saved
        ?? (PaddedOnTheLeft.Contains(Family) ? Batching.PaddingSide.Left : Batching.PaddingSide.Right);

    /// <summary>What the files call the special tokens, or the defaults of the class or kind.</summary>
    public SpecialTokenNames Names(bool isWordPiece)
    {
        SpecialTokenNames defaults = SpecialTokenNames.DefaultsOf(Family, isWordPiece);
        return new SpecialTokenNames(
            Token("unk_token", defaults.Unknown),
            Token("cls_token", defaults.Classifier),
            Token("sep_token", defaults.Separator),
            Token("pad_token", defaults.Pad),
            Token("mask_token", defaults.Mask));
    }

    /// <summary>An option of a special token that is written as an object, such as <c>lstrip</c> of <c>mask_token</c>; null where it is not.</summary>
    public bool? TokenOption(string token, string option) =>
        (config?.SectionOrNothing(token) ?? specialTokens?.SectionOrNothing(token))?.Boolean(option);

    /// <summary>Whether neither file is there, so that there is <c>tokenizer.json</c> alone.</summary>
    public bool IsMissing => config is null && specialTokens is null;

    /// <summary>Whether the files name a token, such as <c>pad_token</c>.</summary>
    public bool IsNamed(string token) => config?.Token(token) is not null || specialTokens?.Token(token) is not null;

    private string Token(string name, string otherwise) => config?.Token(name) ?? specialTokens?.Token(name) ?? otherwise;

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

    private static PaddingSide? ReadPaddingSide(JsonSection? config) => config?.String("padding_side") switch
    {
        null => null,
        "right" => Batching.PaddingSide.Right,
        "left" => Batching.PaddingSide.Left,
        var other => throw config!.Value.Refuse($"'padding_side' is '{other}', expected 'right' or 'left'. Correct the file."),
    };

    private static TruncationSide? ReadTruncationSide(JsonSection? config) => config?.String("truncation_side") switch
    {
        null => null,
        "right" => Batching.TruncationSide.Right,
        "left" => Batching.TruncationSide.Left,
        var other => throw config!.Value.Refuse($"'truncation_side' is '{other}', expected 'right' or 'left'. Correct the file."),
    };
}
