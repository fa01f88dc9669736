namespace Batching.Tokenization;

/// <summary>Reads a tokenizer from <c>vocab.txt</c> and <c>bpe.codes</c>, as Hugging Face's <c>BertweetTokenizer</c> does.</summary>
internal static class BertweetFiles
{
    public const string CodesFileName = "bpe.codes";
    private const string ClassName = "BertweetTokenizer";
    private const string Continued = "@@";
    private const string EndOfWord = "</w>";

    // As Python has it: its white space holds four control characters more.
    private const string Words = @"[^\s\x1c-\x1f]+\n?";

    private static readonly string[] FirstTokens = ["<s>", "<pad>", "</s>", "<unk>"];

    /// <returns>The tokenizer, or null where the files are not both there.</returns>
    /// <exception cref="ModelLoadException">The files are damaged, or belong to a class that is not supported.</exception>
    public static TokenizerDefinition? Read(ModelFolder folder, TokenizerConfig config)
    {
        if (!folder.Contains(VocabularyText.FileName) || folder.Read(CodesFileName) is not { } codes)
        {
            return null;
        }

        string file = folder.PathOf(VocabularyText.FileName);
        config = config.Or(ClassName);
        if (config.Class.Name != ClassName)
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.Class.Name}'. With a {VocabularyText.FileName} and a {CodesFileName} alone {ClassName} is supported. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
        }

        if (config.Flag("normalization", otherwise: false))
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' sets 'normalization', which rewrites links, names and emoji of tweets and is not supported. Set it to false, and rewrite texts before.",
                file);
        }

        Dictionary<string, int> vocabulary = ReadVocabulary(folder.Read(VocabularyText.FileName)!, file);
        IReadOnlyList<AddedToken> added = FolderTokens.Complete([], vocabulary, config);
        var tokens = new TokenSet(vocabulary, added, file);
        int unknown = tokens.IdOf(FirstTokens[3], "unknown");
        var options = new BytePairOptions
        {
            UnknownToken = FirstTokens[3],
            UnknownTokenId = unknown,
            EndOfWordSuffix = EndOfWord,
            HiddenFrom = vocabulary.Values.Max() + 1,
        };
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = added,
            PreTokenizer = new SplitPreTokenizer(RegularExpression.Parse(Words, static what => new ModelLoadException(what)), DelimiterBehavior.Removed, isInverted: true),
            Model = new BytePairModel(vocabulary, ReadMerges(codes, folder.PathOf(CodesFileName), vocabulary), options),
            CreateDecoder = static () => new DecoderSequence([new BytePairDecoder(EndOfWord)]),
            Template = RowTemplate.Roberta(config.IdOf(tokens, "cls_token"), config.IdOf(tokens, "sep_token")),
            UnknownTokenId = unknown,
            PadTokenId = config.IdOf(tokens, "pad_token"),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }

    // A piece that goes on is marked there, and one that ends its word here.
    private static Dictionary<string, int> ReadVocabulary(byte[] content, string file)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string token in FirstTokens)
        {
            vocabulary[token] = vocabulary.Count;
        }

        int id = vocabulary.Count;
        foreach (string line in FileLines.Read(content, file))
        {
            int space = line.LastIndexOf(' ');
            string piece = (space < 0 ? line : line[..space]).Trim();
            vocabulary[piece.EndsWith(Continued, StringComparison.Ordinal) ? piece[..^Continued.Length] : piece + EndOfWord] = id++;
        }

        return vocabulary;
    }

    // What pieces are merged to on the way need not be in the vocabulary.
    private static List<TokenMerge> ReadMerges(byte[] content, string file, Dictionary<string, int> vocabulary)
    {
        var symbols = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        int hidden = vocabulary.Values.Max() + 1;
        var merges = new List<TokenMerge>();
        foreach (string line in FileLines.Read(content, file))
        {
            string[] parts = line.Split(' ');
            if (parts.Length != 3 || parts[0].Length == 0 || parts[1].Length == 0)
            {
                throw new ModelLoadException($"'{file}' is damaged: line {merges.Count + 1} does not hold two tokens and a number. Download the file again.", file);
            }

            merges.Add(new TokenMerge(IdOf(parts[0]), IdOf(parts[1]), IdOf(parts[0] + parts[1])));
        }

        return merges;

        int IdOf(string symbol)
        {
            if (!symbols.TryGetValue(symbol, out int id))
            {
                symbols[symbol] = id = hidden++;
            }

            return id;
        }
    }
}
