namespace Batching.Tokenization;

/// <summary>Reads a BERT tokenizer from <c>vocab.txt</c> alone, as Hugging Face's <c>BertTokenizer</c> does.</summary>
internal static class VocabularyText
{
    public const string FileName = "vocab.txt";

    // The classes of Hugging Face whose vocab.txt is BERT's.
    private static readonly string[] BertClasses = ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"];

    /// <exception cref="ModelLoadException">The file is damaged, or belongs to a class that is not supported.</exception>
    public static TokenizerDefinition Read(byte[] content, string file, TokenizerConfig config)
    {
        if (config.Family is not null && !BertClasses.Contains(config.Family))
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.TokenizerClass}'. With a {FileName} alone only BERT's own are supported ({string.Join(", ", BertClasses)}). Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        int id = 0;
        foreach (string line in TextLines.Read(content, file))
        {
            vocabulary[line] = id++;
        }

        SpecialTokenNames names = config.Names(isWordPiece: true);
        var tokens = new TokenSet(vocabulary, [], file);
        int unknown = tokens.IdOf(names.Unknown, "unknown");
        var template = RowTemplate.Bert(tokens.IdOf(names.Classifier, "classifier"), tokens.IdOf(names.Separator, "separator"));
        int pad = tokens.IdOf(names.Pad, "pad");
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = NamedTokens.Complete([], names, vocabulary, config, isWordPiece: true),
            Normalizer = new BertNormalizer(new ScalarNormalizer(config.Normalizer)),
            PreTokenizer = new BertPreTokenizer(),
            Model = new WordPieceModel(vocabulary, unknown),
            CreateDecoder = static () => new WordPieceDecoder("##", cleansUp: true),
            Template = template,
            UnknownTokenId = unknown,
            PadTokenId = pad,
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }
}
