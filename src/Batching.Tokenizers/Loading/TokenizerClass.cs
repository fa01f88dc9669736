namespace Batching.Tokenization;

/// <summary>One of Hugging Face's tokenizer classes: which of its settings change a <c>tokenizer.json</c>, and what it calls its special tokens.</summary>
/// <remarks>
/// A class that is not known here, and none at all, change nothing and name nothing: so does
/// <c>PreTrainedTokenizerFast</c>.
/// </remarks>
internal sealed record TokenizerClass
{
    private static readonly SpecialTokenDefaults BertTokens = new()
    {
        Unknown = "[UNK]",
        Separator = "[SEP]",
        Pad = "[PAD]",
        Classifier = "[CLS]",
        Mask = "[MASK]",
    };

    private static readonly SpecialTokenDefaults RobertaTokens = new()
    {
        Begin = "<s>",
        End = "</s>",
        Unknown = "<unk>",
        Separator = "</s>",
        Pad = "<pad>",
        Classifier = "<s>",
        Mask = "<mask>",
        MaskStripsLeft = true,
    };

    private static readonly SpecialTokenDefaults SentencePieceTokens = new() { Begin = "<s>", End = "</s>", Unknown = "<unk>" };

    private static readonly SpecialTokenDefaults Gpt2Tokens = new() { Begin = "<|endoftext|>", End = "<|endoftext|>", Unknown = "<|endoftext|>" };

    private static readonly TokenizerClass Bert = new() { IsBert = true, SetsChineseChars = true, Tokens = BertTokens };
    private static readonly TokenizerClass Roberta = new() { SetsPrefixSpace = true, Tokens = RobertaTokens };

    private static readonly Dictionary<string, TokenizerClass> ByName = new(StringComparer.Ordinal)
    {
        ["AlbertTokenizer"] = new() { Tokens = BertTokens with { Begin = "[CLS]", End = "[SEP]", Unknown = "<unk>", Pad = "<pad>", MaskStripsLeft = true } },
        ["BartTokenizer"] = Roberta,
        ["BertTokenizer"] = Bert,
        ["BertweetTokenizer"] = new() { Tokens = RobertaTokens with { MaskStripsLeft = false } },
        ["CamembertTokenizer"] = new() { Tokens = RobertaTokens with { Others = ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"] } },
        ["CodeGenTokenizer"] = new() { SetsPrefixSpace = true, Tokens = Gpt2Tokens },
        ["DPRContextEncoderTokenizer"] = Bert,
        ["DPRQuestionEncoderTokenizer"] = Bert,
        ["DPRReaderTokenizer"] = Bert,
        ["DebertaTokenizer"] = new() { Tokens = BertTokens },
        ["DebertaV2Tokenizer"] = new() { Tokens = BertTokens with { Begin = "[CLS]", End = "[SEP]" } },
        ["DistilBertTokenizer"] = Bert,
        ["ElectraTokenizer"] = Bert,
        ["GPT2Tokenizer"] = new() { SetsPrefixSpace = true, Tokens = Gpt2Tokens },
        ["GemmaTokenizer"] = new() { PadsLeft = true, Tokens = new() { Begin = "<bos>", End = "<eos>", Unknown = "<unk>", Pad = "<pad>" } },
        ["LEDTokenizer"] = Roberta,
        ["LayoutLMTokenizer"] = Bert,
        ["LlamaTokenizer"] = new() { PadsLeft = true, MayDropPrefix = true, Tokens = SentencePieceTokens },
        ["LongformerTokenizer"] = Roberta,
        ["LxmertTokenizer"] = Bert,
        ["MPNetTokenizer"] = new() { IsBert = true, Tokens = RobertaTokens with { Unknown = "[UNK]" } },
        ["MobileBertTokenizer"] = Bert,
        ["MvpTokenizer"] = Roberta,
        ["Qwen2Tokenizer"] = new() { SetsPrefixSpace = true, Tokens = new() { End = "<|endoftext|>", Unknown = "<|endoftext|>", Pad = "<|endoftext|>" } },
        ["RobertaTokenizer"] = Roberta,
        ["SqueezeBertTokenizer"] = Bert,
        ["XLMRobertaTokenizer"] = new() { Tokens = RobertaTokens },
        ["XLNetTokenizer"] = new()
        {
            PadsLeft = true,
            Tokens = RobertaTokens with { Separator = "<sep>", Classifier = "<cls>", Others = ["<eop>", "<eod>"] },
        },
    };

    private static readonly Dictionary<string, string> ByModelType = new(StringComparer.Ordinal)
    {
        ["albert"] = "AlbertTokenizer",
        ["bart"] = "BartTokenizer",
        ["bert"] = "BertTokenizer",
        ["camembert"] = "CamembertTokenizer",
        ["codegen"] = "CodeGenTokenizer",
        ["convbert"] = "BertTokenizer",
        ["data2vec-text"] = "RobertaTokenizer",
        ["deberta"] = "DebertaTokenizer",
        ["deberta-v2"] = "DebertaV2Tokenizer",
        ["distilbert"] = "DistilBertTokenizer",
        ["dpr"] = "DPRQuestionEncoderTokenizer",
        ["electra"] = "ElectraTokenizer",
        ["ernie"] = "BertTokenizer",
        ["gemma"] = "GemmaTokenizer",
        ["gemma2"] = "GemmaTokenizer",
        ["gemma3_text"] = "GemmaTokenizer",
        ["gpt2"] = "GPT2Tokenizer",
        ["ibert"] = "RobertaTokenizer",
        ["layoutlm"] = "LayoutLMTokenizer",
        ["led"] = "LEDTokenizer",
        ["llama"] = "LlamaTokenizer",
        ["longformer"] = "LongformerTokenizer",
        ["lxmert"] = "LxmertTokenizer",
        ["megatron-bert"] = "BertTokenizer",
        ["mistral"] = "LlamaTokenizer",
        ["mobilebert"] = "MobileBertTokenizer",
        ["mpnet"] = "MPNetTokenizer",
        ["mvp"] = "MvpTokenizer",
        ["qwen2"] = "Qwen2Tokenizer",
        ["roberta"] = "RobertaTokenizer",
        ["squeezebert"] = "SqueezeBertTokenizer",
        ["xlm-roberta"] = "XLMRobertaTokenizer",
        ["xlnet"] = "XLNetTokenizer",
    };

    private static readonly TokenizerClass Unknown = new();

    /// <summary>Its name without <c>Fast</c>, such as <c>BertTokenizer</c>; null where none is named.</summary>
    public string? Name { get; private init; }

    /// <summary>Whether <c>do_lower_case</c> and <c>strip_accents</c> take the place of what a <c>BertNormalizer</c> says.</summary>
    public bool IsBert { get; private init; }

    /// <summary>Whether <c>tokenize_chinese_chars</c> does too.</summary>
    public bool SetsChineseChars { get; private init; }

    /// <summary>Whether <c>add_prefix_space</c> takes the place of what a <c>ByteLevel</c> that stands alone says.</summary>
    public bool SetsPrefixSpace { get; private init; }

    /// <summary>Whether <c>add_prefix_space</c>, where it is false, leaves the sign before a text out.</summary>
    public bool MayDropPrefix { get; private init; }

    /// <summary>Whether rows are filled up on the left where nothing else is said.</summary>
    public bool PadsLeft { get; private init; }

    /// <summary>What it calls its special tokens where the files do not say.</summary>
    public SpecialTokenDefaults Tokens { get; private init; } = new();

    /// <summary>The class that a folder names: in <c>tokenizer_config.json</c>, or else in <c>config.json</c>, or else by its type of model.</summary>
    /// <param name="config"><c>tokenizer_config.json</c>; null where there is none.</param>
    /// <param name="model"><c>config.json</c>; null where there is none.</param>
    public static TokenizerClass Of(JsonSection? config, JsonSection? model)
    {
        string? name = config?.String("tokenizer_class") ?? model?.String("tokenizer_class");
        name = name?.EndsWith("Fast", StringComparison.Ordinal) == true ? name[..^4] : name;
        name ??= model?.String("model_type") is { } type ? ByModelType.GetValueOrDefault(type) : null;
        return name is null ? Unknown : Named(name);
    }

    /// <summary>The class of a name without <c>Fast</c>.</summary>
    public static TokenizerClass Named(string name) => ByName.GetValueOrDefault(name, Unknown) with { Name = name };
}
