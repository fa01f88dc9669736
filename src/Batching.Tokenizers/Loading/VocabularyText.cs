namespace Batching.Tokenization;

/// <summary>Reads a BERT tokenizer from <c>vocab.txt</c> alone, as Hugging Face's <c>BertTokenizer</c> does.</summary>
internal static class VocabularyText
{
    public const string FileName = "vocab.txt";

    /// <exception cref="ModelLoadException">The file is damaged, or belongs to a class that is not supported.</exception>
    public static TokenizerDefinition Read(byte[] content, string file, TokenizerConfig config)
    {
        if (!config.Class.IsBert)
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.Class.Name}'. With a {FileName} alone only BERT's own and MPNetTokenizer are supported. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        int id = 0;
        foreach (string line in FileLines.Read(content, file))
        {
            vocabulary[line] = id++;
        }

        SpecialTokenNames names = config.Names(isWordPiece: true);
        IReadOnlyList<AddedToken> added = FolderTokens.Complete([], vocabulary, config);
        TokenSet tokens = FolderTokens.Listed(vocabulary, config, file);
        int unknown = tokens.IdOf(names.Unknown, "unknown");
        int classifier = tokens.IdOf(names.Classifier, "classifier");
        int separator = tokens.IdOf(names.Separator, "separator");
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = added,
            Normalizer = new BertNormalizer(new ScalarNormalizer(config.Normalizer)),
            PreTokenizer = new BertPreTokenizer(),
            Model = new WordPieceModel(vocabulary, unknown),
            CreateDecoder = static () => new WordPieceDecoder("##", cleansUp: true),
            Template = config.Class.Name == "MPNetTokenizer" ? RowTemplate.MPNet(classifier, separator) : RowTemplate.Bert(classifier, separator),
            UnknownTokenId = unknown,
            PadTokenId = tokens.IdOf(names.Pad, "pad"),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }
}
