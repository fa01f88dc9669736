namespace Batching.Tokenization;

/// <summary>What a tokenizer needs of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
internal sealed class TokenizerConfig
{
    public const string FileName = TokenizerFiles.Configuration;
    public const string SpecialTokensFileName = "special_tokens_map.json";
    public const string AddedTokensFileName = "added_tokens.json";
    private const string ModelFileName = "config.json";

    // Hugging Face writes 1e30 for "no limit"; no encoder has this many positions.
    private const double NoLimit = 1e9;

    private const string Additional = "additional_special_tokens";

    private readonly JsonSection? config;
    private readonly JsonSection? specialTokens;
    private readonly PaddingSide? paddingSide;

    private TokenizerConfig(JsonSection? config, JsonSection? specialTokens, JsonSection? addedTokens, JsonSection? model)
    {
        this.config = config;
        AddedTokensDecoder = config?.Section("added_tokens_decoder");

        // Whoever writes the one does not read the others any more.
        this.specialTokens = AddedTokensDecoder is null ? specialTokens : null;
        AddedTokens = AddedTokensDecoder is null ? addedTokens : null;
        Class = TokenizerClass.Of(config, model);
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

    private TokenizerConfig(TokenizerConfig other, TokenizerClass tokenizerClass)
    {
        config = other.config;
        specialTokens = other.specialTokens;
        paddingSide = other.paddingSide;
        AddedTokensDecoder = other.AddedTokensDecoder;
        AddedTokens = other.AddedTokens;
        Normalizer = other.Normalizer;
        AddPrefixSpace = other.AddPrefixSpace;
        MaxLength = other.MaxLength;
        TruncationSide = other.TruncationSide;
        Class = tokenizerClass;
    }

    /// <summary>The class that the folder names.</summary>
    public TokenizerClass Class { get; }

    /// <summary>The same, of a class where the folder names none: the one whose files are usually without it.</summary>
    public TokenizerConfig Or(string className) => Class.Name is not null ? this : new TokenizerConfig(this, TokenizerClass.Named(className));

    /// <summary><c>added_tokens_decoder</c>; null where there is none.</summary>
    public JsonSection? AddedTokensDecoder { get; }

    /// <summary><c>added_tokens.json</c>; null where there is none, or where it does not count.</summary>
    public JsonSection? AddedTokens { get; }

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
        new(
            JsonSection.Read(folder, FileName),
            JsonSection.Read(folder, SpecialTokensFileName),
            JsonSection.Read(folder, AddedTokensFileName),
            JsonSection.Read(folder, ModelFileName));

    /// <summary><c>padding_side</c>; where the file does not say, that of <c>tokenizer.json</c>, or else that of the class.</summary>
    /// <param name="saved">What <c>tokenizer.json</c> says; null for nothing.</param>
    /// <param name="isByteLevel">Whether texts are spelled in bytes: then the tokenizer is none of those classes that pad on the left.</param>
    public PaddingSide PaddingSide(PaddingSide? saved, bool isByteLevel = false) => paddingSide
        ?? saved
        ?? (Class.PadsLeft && !isByteLevel ? Batching.PaddingSide.Left : Batching.PaddingSide.Right);

    /// <summary>What the files call the special tokens, or the defaults of the class or kind.</summary>
    public SpecialTokenNames Names(bool isWordPiece)
    {
        SpecialTokenNames defaults = SpecialTokenNames.DefaultsOf(Class.Name, isWordPiece);
        return new SpecialTokenNames(
            Token("unk_token", defaults.Unknown),
            Token("cls_token", defaults.Classifier),
            Token("sep_token", defaults.Separator),
            Token("pad_token", defaults.Pad),
            Token("mask_token", defaults.Mask));
    }

    /// <summary>Whether the files name a token, such as <c>pad_token</c>.</summary>
    public bool IsNamed(string token) => SpecialToken(token) is not null;

    /// <summary>A setting that is true or false.</summary>
    public bool Flag(string setting, bool otherwise) => config?.Boolean(setting) ?? otherwise;

    /// <summary>What the files, or else the class, call a special token.</summary>
    public string NameOf(string role) => SpecialToken(role)?.Content ?? Class.Tokens.Of(role) ?? "";

    /// <summary>The id of a special token.</summary>
    public int IdOf(TokenSet tokens, string role) => tokens.IdOf(NameOf(role), role);

    /// <summary>Whether <c>tokenizer_config.json</c> has a setting.</summary>
    public bool Says(string setting) => config?.Has(setting) == true;

    /// <summary>A special token that the files name, and its options where it is written as an object; null where they name none.</summary>
    public (string Content, JsonSection? Options)? SpecialToken(string role) =>
        NamedIn(specialTokens, role) ?? NamedIn(config, role);

    /// <summary><c>additional_special_tokens</c> and <c>extra_special_tokens</c>.</summary>
    public IReadOnlyList<(string Content, JsonSection? Options)> OtherSpecialTokens()
    {
        IEnumerable<(string, JsonSection?)> additional = specialTokens?.Has(Additional) == true ? specialTokens.Value.Tokens(Additional) : config?.Tokens(Additional) ?? [];
        return [.. additional, .. config?.Tokens("extra_special_tokens") ?? []];
    }

    private static (string Content, JsonSection? Options)? NamedIn(JsonSection? section, string role) =>
        section?.Token(role) is { } content ? (content, section.Value.SectionOrNothing(role)) : null;

    private string Token(string name, string otherwise) => SpecialToken(name)?.Content ?? otherwise;

    private static int? ReadMaxLength(JsonSection? config)
    {
        string name = config?.Has("model_max_length") == true ? "model_max_length" : "max_len";
        if (config?.Number(name) is not { } length || length >= NoLimit)
        {
            return null;
        }

        return length >= 1
            ? (int)length
            : throw config.Value.Refuse($"'{name}' is {length}; a length limit is at least 1. Correct the file.");
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
