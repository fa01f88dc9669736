namespace Batching.Tokenization;

/// <summary>
/// Reads a tokenizer's definition from <c>tokenizer.json</c> or, where there is none, from <c>vocab.txt</c>, from
/// <c>vocab.json</c> and <c>merges.txt</c>, or from <c>sentencepiece.bpe.model</c>.
/// </summary>
internal static class TokenizerReader
{
    private const string FileName = TokenizerFiles.Tokenizer;

    /// <summary>What to do where a tokenizer is of another kind.</summary>
    public const string SupportedModels = "Use a model with a tokenizer like that of BERT or DistilBERT, of RoBERTa or XLM-RoBERTa.";

    // What stands beside a model whose tokenizer is of another kind.
    private static readonly string[] OtherFiles =
        [BytePairFiles.MergesFileName, BytePairFiles.VocabularyFileName, "spiece.model", "spm.model"];

    /// <exception cref="ModelLoadException">There is no tokenizer, its files are damaged, or it is of a kind not supported.</exception>
    public static TokenizerDefinition Read(ModelFolder folder)
    {
        TokenizerConfig config = TokenizerConfig.Read(folder);
        if (JsonSection.Read(folder, FileName) is { } json)
        {
            return ReadJson(json, folder.PathOf(FileName), config);
        }

        if (folder.Read(VocabularyText.FileName) is { } vocabulary)
        {
            return VocabularyText.Read(vocabulary, folder.PathOf(VocabularyText.FileName), config);
        }

        if (BytePairFiles.Read(folder, config) is { } bytePairs)
        {
            return bytePairs;
        }

        if (SentencePieceFiles.Read(folder, config) is { } unigram)
        {
            return unigram;
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
        (IReadOnlyDictionary<string, int> vocabulary, Func<TokenSet, TokenModelDefinition> readModel) = TokenModelJson.Read(json);
        IReadOnlyList<AddedToken> addedTokens = AddedTokensJson.Read(json, vocabulary);
        var tokens = new TokenSet(vocabulary, addedTokens, file);
        TokenModelDefinition model = readModel(tokens);
        bool isWordPiece = model is TokenModelDefinition.WordPiece;
        SpecialTokenNames names = config.Names(isWordPiece);
        int unknown = model switch
        {
            TokenModelDefinition.WordPiece wordPiece => wordPiece.UnknownTokenId,
            TokenModelDefinition.BytePairs { UnknownTokenId: { } id } => id,
            TokenModelDefinition.Unigram unigram => unigram.UnknownTokenId,
            _ => tokens.IdOf(names.Unknown, "unknown"),
        };
        TruncationSide? side = TruncationJson.ReadSide(json);
        return new TokenizerDefinition
        {
            File = file,
            Vocabulary = vocabulary,
            AddedTokens = NamedTokens.Complete(addedTokens, names, vocabulary, config, isWordPiece),
            Normalizer = NormalizerJson.Read(json),
            PreTokenizer = PreTokenizerJson.Read(json, model),
            Model = model,
            Decoder = DecoderJson.Read(json),
            UnknownTokenId = unknown,
            PadTokenId = tokens.IdOf(names.Pad, "pad"),
            Template = PostProcessorJson.Read(json, tokens, names),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide ?? side,
        };
    }
}
