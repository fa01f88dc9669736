namespace Batching.Tokenization;

/// <summary>Reads a tokenizer from a SentencePiece file alone, as the class that the folder names does in Hugging Face.</summary>
/// <remarks>The file does not tell its class, on which ids, special tokens and what is done to texts depend.</remarks>
internal static class SentencePieceFiles
{
    private const int UnigramType = 1;
    private const int BytePairType = 2;

    private static readonly string[] ModelTypes = ["unigram", "BPE", "word", "character"];

    private static readonly Dictionary<string, SentencePieceConversion> Conversions = new(StringComparer.Ordinal)
    {
        ["AlbertTokenizer"] = new AlbertConversion(),
        ["CamembertTokenizer"] = new CamembertConversion(),
        ["DebertaV2Tokenizer"] = new DebertaConversion(),
        ["GemmaTokenizer"] = new GemmaConversion(),
        ["LlamaTokenizer"] = new LlamaConversion(),
        ["XLMRobertaTokenizer"] = new XlmRobertaConversion(),
        ["XLNetTokenizer"] = new XLNetConversion(),
    };

    /// <returns>The tokenizer, or null where there is no such file.</returns>
    /// <exception cref="ModelLoadException">The file is damaged, of a kind not supported, or belongs to another class.</exception>
    public static TokenizerDefinition? Read(ModelFolder folder, TokenizerConfig config)
    {
        if (Array.Find(TokenizerFiles.SentencePieceNames, folder.Contains) is not { } first)
        {
            return null;
        }

        SentencePieceConversion conversion = Conversions.GetValueOrDefault(config.Class.Name ?? "") is { } known && folder.Contains(known.FileName)
            ? known
            : throw WrongClass(folder.PathOf(first), first, config);
        string file = folder.PathOf(conversion.FileName);
        SentencePieceModel content = SentencePieceModel.Read(folder.Read(conversion.FileName)!, file);
        if (content.Pieces.Count == 0)
        {
            throw new ModelLoadException($"'{file}' is damaged: it is empty, or holds no pieces. Download the file again.", file);
        }

        CheckScores(content, file);
        IReadOnlyList<ScoredPiece> pieces = conversion.Vocabulary(content, config);
        int unknown = conversion.UnknownTokenId(content);
        if (unknown < 0 || unknown >= pieces.Count)
        {
            throw new ModelLoadException($"'{file}' is damaged: the unknown piece is {unknown}, of {pieces.Count} pieces. Download the file again.", file);
        }

        TokenModel model = content.ModelType switch
        {
            UnigramType => new UnigramModel(
                [.. pieces.Select(piece => piece.Text)], [.. pieces.Select(piece => piece.Score)], unknown, conversion.FallsBackToBytes),
            BytePairType => BytePairs(content, conversion, pieces),
            var other => throw new ModelLoadException(
                $"'{file}' cannot be used alone: the model is of type {(other >= 1 && other <= ModelTypes.Length ? ModelTypes[other - 1] : $"{other}")}, which is not supported; unigram and BPE are. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file),
        };
        IReadOnlyList<AddedToken> added = FolderTokens.Complete(AddedTokens(content, conversion, model.Vocabulary), model.Vocabulary, config);
        var tokens = new TokenSet(model.Vocabulary, added, file);
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = added,
            Normalizer = conversion.Normalizer(content, config, file),
            PreTokenizer = conversion.PreTokenizer(config),
            Model = model,
            CreateDecoder = conversion.Decoder(config),
            Template = conversion.Template(tokens, config),
            UnknownTokenId = unknown,
            PadTokenId = tokens.Find(config.Names(isWordPiece: false).Pad) ?? 0,
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }

    private static ModelLoadException WrongClass(string file, string name, TokenizerConfig config)
    {
        string[] classes = [.. Conversions.Where(entry => entry.Value.FileName == name).Select(entry => entry.Key).Order(StringComparer.Ordinal)];
        return new ModelLoadException(
            $"The folder of '{file}' names the tokenizer class '{config.Class.Name ?? "none"}'. With a {name} alone {string.Join(" and ", classes)} are supported. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
            file);
    }

    private static void CheckScores(SentencePieceModel model, string file)
    {
        foreach (SentencePiece piece in model.Pieces)
        {
            if (!float.IsFinite(piece.Score))
            {
                throw new ModelLoadException(
                    $"'{file}' is damaged: the piece '{piece.Text}' has the score {piece.Score}, which is not a finite number. Download the file again.", file);
            }
        }
    }

    private static BytePairModel BytePairs(SentencePieceModel content, SentencePieceConversion conversion, IReadOnlyList<ScoredPiece> pieces)
    {
        Dictionary<string, int> vocabulary = IdsOf(pieces.Select(piece => piece.Text));
        Dictionary<string, int> fileIds = IdsOf(content.Pieces.Select(piece => piece.Text));
        if (conversion is GemmaConversion && fileIds.TryGetValue("<0x09>", out int tab))
        {
            fileIds["\t"] = tab;
        }

        var options = new BytePairOptions
        {
            UnknownToken = content.UnknownPiece,
            UnknownTokenId = vocabulary.TryGetValue(content.UnknownPiece, out int unknown) ? unknown : null,
            FusesUnknown = true,
            FallsBackToBytes = conversion.FallsBackToBytes,
        };
        return new BytePairModel(vocabulary, SentencePieceMerges.Of(fileIds, pieces, vocabulary), options);
    }

    private static Dictionary<string, int> IdsOf(IEnumerable<string> texts)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        int id = 0;
        foreach (string text in texts)
        {
            ids[text] = id++;
        }

        return ids;
    }

    // Control pieces are special tokens, and those that a user defined are added ones.
    private static List<AddedToken> AddedTokens(SentencePieceModel model, SentencePieceConversion conversion, IReadOnlyDictionary<string, int> vocabulary) =>
    [
        .. model.Pieces
            .Where(piece => piece.Type is SentencePieceType.Control or SentencePieceType.UserDefined && piece.Text.Length > 0)
            .Select(piece => (piece.Text, IsSpecial: piece.Type == SentencePieceType.Control))
            .Concat(conversion.OwnSpecialTokens.Select(text => (Text: text, IsSpecial: true)))
            .DistinctBy(piece => piece.Text, StringComparer.Ordinal)
            .Where(piece => vocabulary.ContainsKey(piece.Text))
            .Select(piece => new AddedToken(piece.Text, vocabulary[piece.Text], piece.IsSpecial)),
    ];
}
