namespace Batching.Tokenization;

/// <summary>What the files beside a <c>tokenizer.json</c> change of it: what both transformers 4 and 5 change, and nothing else.</summary>
/// <remarks>The rule is written down in docs/tokenizers.md. What is changed, and what versions disagree about, is noted.</remarks>
internal sealed class FolderRule(TokenizerConfig config)
{
    // What some version of transformers rebuilds a tokenizer by, and the others do not.
    private static readonly string[] DisputedSettings =
        ["add_bos_token", "add_eos_token", "add_prefix_space", "do_lower_case", "keep_accents", "remove_space", "split_by_punct", "strip_accents"];

    private readonly List<string> notes = [];

    /// <summary>What was changed, and what other versions would do.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>The normalizer of the file, with the settings of BERT's classes, or without the prefix that Llama's may leave out.</summary>
    public TextNormalizer? ReadNormalizer(JsonSection? json)
    {
        TextNormalizer? normalizer = json is { } section ? TokenizerParts.Normalizers.Read(section) : null;
        return config.Class.IsBert && TypeOf(json) == "BertNormalizer" && normalizer is BertNormalizer bert ? WithSettings(bert)
            : DropsPrefix ? WithoutPrefix(normalizer)
            : normalizer;
    }

    /// <summary>The pre-tokenizer of the file, with the setting of RoBERTa's classes, or without the prefix that Llama's may leave out.</summary>
    public TextPreTokenizer? ReadPreTokenizer(JsonSection? json)
    {
        TextPreTokenizer? preTokenizer = json is { } section ? TokenizerParts.PreTokenizers.Read(section) : null;
        if (config.Class.SetsPrefixSpace
            && TypeOf(json) == "ByteLevel"
            && preTokenizer is ByteLevelPreTokenizer byteLevel
            && byteLevel.AddsPrefixSpace != config.AddPrefixSpace)
        {
            Note("add_prefix_space", "add_prefix_space", byteLevel.AddsPrefixSpace, config.AddPrefixSpace);
            return new ByteLevelPreTokenizer(config.AddPrefixSpace, byteLevel.Splits);
        }

        if (DropsPrefix && preTokenizer is MetaspacePreTokenizer { PrependScheme: not PrependScheme.Never } metaspace)
        {
            NotePrefix();
            return new MetaspacePreTokenizer(metaspace.Replacement, PrependScheme.Never, metaspace.Splits);
        }

        return preTokenizer;
    }

    /// <summary>The model; where Llama's leaves the prefix out, what it does not know is dropped, as in transformers 5.</summary>
    public TokenModel Apply(TokenModel model) => DropsPrefix && model is BytePairModel bytePairs
        ? bytePairs.With(bytePairs.Options with { UnknownToken = null, UnknownTokenId = null })
        : model;

    // One in a sequence is not changed, even where it is the only step.
    private static string? TypeOf(JsonSection? json) => json?.String("type");

    private bool DropsPrefix => config.Class.MayDropPrefix && config.Says("add_prefix_space") && !config.AddPrefixSpace;

    private BertNormalizer WithSettings(BertNormalizer normalizer)
    {
        NormalizerOptions saved = normalizer.Scalars.Options;
        NormalizerOptions options = saved with
        {
            Lowercase = config.Normalizer.Lowercase,
            StripAccents = config.Normalizer.StripAccents,
            HandleChineseChars = config.Class.SetsChineseChars ? config.Normalizer.HandleChineseChars : saved.HandleChineseChars,
        };
        Note("do_lower_case", "lowercase", saved.Lowercase, options.Lowercase);
        Note("strip_accents", "strip_accents", saved.StripAccents, options.StripAccents);
        Note("tokenize_chinese_chars", "handle_chinese_chars", saved.HandleChineseChars, options.HandleChineseChars);
        return options == saved ? normalizer : new BertNormalizer(new ScalarNormalizer(options));
    }

    private TextNormalizer? WithoutPrefix(TextNormalizer? normalizer)
    {
        switch (normalizer)
        {
            case PrependNormalizer:
                NotePrefix();
                return null;
            case NormalizerSequence sequence when sequence.Steps.Any(step => step is PrependNormalizer):
                NotePrefix();
                return NormalizerSequence.Of([.. sequence.Steps.Where(step => step is not PrependNormalizer)]);
            default:
                return normalizer;
        }
    }

    private void NotePrefix() => notes.Add(
        $"'add_prefix_space' of {TokenizerConfig.FileName} is false: nothing is put before a text, where {TokenizerFiles.Tokenizer} puts a sign. transformers 5 does the same, and 4 where there is a tokenizer.model; the tokenizers library alone does not.");

    /// <summary>Notes the settings that are there, and that versions of transformers disagree about.</summary>
    public void NoteDisputed()
    {
        if (config.Class.Name is null || config.Class.IsBert || config.Class.SetsPrefixSpace || notes.Count > 0)
        {
            return;
        }

        foreach (string setting in DisputedSettings.Where(config.Says))
        {
            notes.Add(
                $"'{setting}' of {TokenizerConfig.FileName} changes nothing with the class {config.Class.Name}: {TokenizerFiles.Tokenizer} counts, where versions of transformers disagree.");
        }
    }

    private void Note<T>(string setting, string name, T saved, T used)
    {
        if (!Equals(saved, used))
        {
            string where = config.Says(setting) ? $"'{setting}' of {TokenizerConfig.FileName}" : $"the default of '{setting}'";
            notes.Add(
                $"{where} with the class {config.Class.Name} counts: '{name}' is {Shown(used)}, where {TokenizerFiles.Tokenizer} says {Shown(saved)}. transformers 4 and 5 do the same; the tokenizers library alone does not.");
        }
    }

    private static string Shown<T>(T value) => value switch
    {
        null => "null",
        true => "true",
        _ => "false",
    };
}
