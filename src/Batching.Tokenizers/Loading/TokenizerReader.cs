namespace Batching.Tokenization;

/// <summary>
/// Reads a tokenizer's definition from <c>tokenizer.json</c> or, where there is none, from <c>vocab.txt</c> (and <c>bpe.codes</c>), from
/// <c>vocab.json</c> and <c>merges.txt</c>, or from <c>sentencepiece.bpe.model</c>.
/// </summary>
internal static class TokenizerReader
{
    private const string FileName = TokenizerFiles.Tokenizer;

    // What stands beside a model whose tokenizer is of another kind.
    private static readonly string[] OtherFiles =
        [BytePairFiles.MergesFileName, BytePairFiles.VocabularyFileName];

    /// <exception cref="ModelLoadException">There is no tokenizer, its files are damaged, or it is of a kind not supported.</exception>
    public static TokenizerDefinition Read(ModelFolder folder)
    {
        TokenizerConfig config = TokenizerConfig.Read(folder);
        if (JsonSection.Read(folder, FileName) is { } json)
        {
            return ReadJson(json, folder.PathOf(FileName), config);
        }

        if (BertweetFiles.Read(folder, config) is { } bertweet)
        {
            return bertweet;
        }

        if (folder.Read(VocabularyText.FileName) is { } vocabulary)
        {
            return VocabularyText.Read(vocabulary, folder.PathOf(VocabularyText.FileName), config.Or("BertTokenizer"));
        }

        if (BytePairFiles.Read(folder, config.Or("RobertaTokenizer")) is { } bytePairs)
        {
            return bytePairs;
        }

        if (SentencePieceFiles.Read(folder, config) is { } pieces)
        {
            return pieces;
        }

        string only = OtherFiles.FirstOrDefault(folder.Contains) is { } other
            ? $", only '{other}', of a tokenizer of a kind that is not supported on its own"
            : "";
        throw new ModelLoadException(
            $"There is neither '{FileName}' nor '{VocabularyText.FileName}' in {folder.Name}{only}. Put the tokenizer's files beside the model: in Python, AutoTokenizer.from_pretrained(...).save_pretrained(folder) writes them.",
            folder.Directory);
    }

    private static TokenizerDefinition ReadJson(JsonSection json, string file, TokenizerConfig config)
    {
        TokenModelSource source = ReadModel(json);
        IReadOnlyList<AddedToken> addedTokens = AddedTokensJson.Read(json, source.Vocabulary);
        var tokens = new TokenSet(source.Vocabulary, addedTokens, file);
        TokenModel model = source.Create(tokens);
        SpecialTokenNames names = config.Names(model is WordPieceModel);
        int unknown = model.UnknownTokenId ?? tokens.Find(names.Unknown) ?? 0;
        TruncationSide? truncationSide = TruncationJson.ReadSide(json);
        IReadOnlyList<AddedToken> allTokens = FolderTokens.Complete(addedTokens, source.Vocabulary, config, keepsFlags: true);
        var rule = new FolderRule(config);
        TextNormalizer? normalizer = rule.ReadNormalizer(json.Section("normalizer"));
        TextPreTokenizer? preTokenizer = rule.ReadPreTokenizer(json.Section("pre_tokenizer"));
        model = rule.Apply(model);
        rule.NoteDisputed();
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = allTokens,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Model = model,
            CreateDecoder = json.Section("decoder") is { } decoder ? TokenizerParts.Decoders.Read(decoder) : static () => new SpacedDecoder(),
            UnknownTokenId = unknown,
            PadTokenId = PadOf(new TokenSet(source.Vocabulary, allTokens, file), names, config),
            Template = ReadTemplate(json)(tokens, names),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide ?? truncationSide,
            PaddingSide = config.PaddingSide(PaddingJson.ReadSide(json), isByteLevel: ByteLevelPreTokenizer.IsIn(preTokenizer)),
            Notes = rule.Notes,
        };
    }

    private static int PadOf(TokenSet tokens, SpecialTokenNames names, TokenizerConfig config) =>
        config.IsNamed("pad_token") ? tokens.IdOf(names.Pad, "pad") : tokens.Find(names.Pad) ?? 0;

    private static TokenModelSource ReadModel(JsonSection json)
    {
        JsonSection model = json.Section("model") ?? throw json.Refuse("there is no 'model'. Download the file again.");

        // Older files do not name the type, and Hugging Face takes them for what they look like.
        bool looksLikeWordPiece = !model.Has("merges") && model.Has("continuing_subword_prefix");
        return TokenizerParts.Models.Read(model, untyped: looksLikeWordPiece ? "WordPiece" : null);
    }

    private static Func<TokenSet, SpecialTokenNames, RowTemplate> ReadTemplate(JsonSection json) => json.Section("post_processor") is { } processor
        ? TokenizerParts.PostProcessors.Read(processor)
        : static (_, _) => RowTemplate.Bare;
}
