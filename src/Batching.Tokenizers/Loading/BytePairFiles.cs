namespace Batching.Tokenization;

/// <summary>
/// Reads a byte-level tokenizer from <c>vocab.json</c> and <c>merges.txt</c>, as Hugging Face's <c>RobertaTokenizer</c> does.
/// </summary>
internal static class BytePairFiles
{
    public const string VocabularyFileName = "vocab.json";
    public const string MergesFileName = "merges.txt";

    // The classes of Hugging Face whose files these are, and whose rows are RoBERTa's.
    private static readonly string[] RobertaClasses = ["RobertaTokenizer", "LongformerTokenizer", "LEDTokenizer", "BartTokenizer"];

    /// <returns>The tokenizer, or null where the files are not both there.</returns>
    /// <exception cref="ModelLoadException">The files are damaged, or belong to a class that is not supported.</exception>
    public static TokenizerDefinition? Read(ModelFolder folder, TokenizerConfig config)
    {
        if (!folder.Contains(VocabularyFileName) || folder.Read(MergesFileName) is not { } mergesText)
        {
            return null;
        }

        string file = folder.PathOf(VocabularyFileName);
        string mergesFile = folder.PathOf(MergesFileName);
        if (config.Family is not null && !RobertaClasses.Contains(config.Family))
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.TokenizerClass}'. With a {VocabularyFileName} and a {MergesFileName} alone only RoBERTa's own are supported ({string.Join(", ", RobertaClasses)}). Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
        }

        Dictionary<string, int> vocabulary = VocabularyJson.Read(JsonSection.Read(folder, VocabularyFileName)!.Value);
        SpecialTokenNames names = config.Names(isWordPiece: false);
        var tokens = new TokenSet(vocabulary, [], file);
        int unknown = tokens.IdOf(names.Unknown, "unknown");
        var template = RowTemplate.Roberta(tokens.IdOf(names.Classifier, "classifier"), tokens.IdOf(names.Separator, "separator")) with
        {
            Trimming = new OffsetTrimming(config.AddPrefixSpace),
        };
        int pad = tokens.IdOf(names.Pad, "pad");
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = NamedTokens.Complete([], names, vocabulary, config, isWordPiece: false),
            PreTokenizer = new ByteLevelPreTokenizer(config.AddPrefixSpace, splits: true),
            Model = new BytePairModel(vocabulary, ReadMerges(mergesText, mergesFile, vocabulary)),
            CreateDecoder = static () => new ByteLevelDecoder(),
            Template = template,
            UnknownTokenId = unknown,
            PadTokenId = pad,
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }

    private static List<TokenMerge> ReadMerges(byte[] content, string file, Dictionary<string, int> vocabulary)
    {
        var merges = new List<TokenMerge>();
        int number = 0;
        foreach (string line in TextLines.Read(content, file))
        {
            number++;
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            (string left, string right) = TokenMerge.Parse(line) ?? throw new ModelLoadException(
                $"'{file}' is damaged: line {number} does not hold two tokens with a space between. Download the file again.", file);
            merges.Add(TokenMerge.Of(left, right, vocabulary)
                ?? throw new ModelLoadException($"In '{file}', {TokenMerge.Unknown(left, right, $"line {number}")}", file));
        }

        return merges;
    }
}
