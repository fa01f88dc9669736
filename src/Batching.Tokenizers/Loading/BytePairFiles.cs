namespace Batching.Tokenization;

/// <summary>
/// Reads a byte-level tokenizer from <c>vocab.json</c> and <c>merges.txt</c>, as Hugging Face's <c>RobertaTokenizer</c> does.
/// </summary>
internal static class BytePairFiles
{
    public const string VocabularyFileName = "vocab.json";
    public const string MergesFileName = "merges.txt";

    private static readonly string[] RobertaClasses = ["RobertaTokenizer", "LongformerTokenizer", "LEDTokenizer", "BartTokenizer", "MvpTokenizer"];
    private static readonly string[] Gpt2Classes = ["GPT2Tokenizer", "CodeGenTokenizer"];

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
        bool isGpt2 = Gpt2Classes.Contains(config.Class.Name);
        if (!isGpt2 && !RobertaClasses.Contains(config.Class.Name))
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.Class.Name}'. With a {VocabularyFileName} and a {MergesFileName} alone {string.Join(", ", [.. RobertaClasses, .. Gpt2Classes])} are supported. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
        }

        Dictionary<string, int> vocabulary = VocabularyJson.Read(JsonSection.Read(folder, VocabularyFileName)!.Value);
        SpecialTokenNames names = config.Names(isWordPiece: false);
        IReadOnlyList<AddedToken> added = FolderTokens.Complete([], vocabulary, config);
        TokenSet tokens = isGpt2 ? new TokenSet(vocabulary, added, file) : FolderTokens.Listed(vocabulary, config, file);
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = added,
            PreTokenizer = new ByteLevelPreTokenizer(config.AddPrefixSpace, splits: true),
            Model = new BytePairModel(vocabulary, ReadMerges(mergesText, mergesFile, vocabulary)),
            CreateDecoder = static () => new ByteLevelDecoder(),
            Template = isGpt2 ? Gpt2Template(tokens, config) : RobertaTemplate(tokens, names, config),
            UnknownTokenId = isGpt2 ? tokens.Find(names.Unknown) ?? 0 : tokens.IdOf(names.Unknown, "unknown"),
            PadTokenId = isGpt2 ? tokens.Find(config.NameOf("pad_token")) ?? 0 : tokens.IdOf(names.Pad, "pad"),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }

    private static RowTemplate RobertaTemplate(TokenSet tokens, SpecialTokenNames names, TokenizerConfig config) =>
        RowTemplate.Roberta(tokens.IdOf(names.Classifier, "classifier"), tokens.IdOf(names.Separator, "separator")) with
        {
            Trimming = new OffsetTrimming(config.AddPrefixSpace),
        };

    private static RowTemplate Gpt2Template(TokenSet tokens, TokenizerConfig config) => config.Flag("add_bos_token", otherwise: false)
        ? RowTemplate.BeginAndEnd(config.IdOf(tokens, "bos_token"), end: null)
        : RowTemplate.Bare;

    // Hugging Face takes the first line for the version, whatever it says, and what follows the last line feed for nothing.
    private static List<TokenMerge> ReadMerges(byte[] content, string file, Dictionary<string, int> vocabulary)
    {
        var merges = new List<TokenMerge>();
        int number = 0;
        foreach (string line in FileLines.Read(content, file))
        {
            number++;
            if (line.Length == 0 || number == 1)
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
