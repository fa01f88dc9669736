namespace Batching.Tokenization;

/// <summary>
/// Reads a unigram tokenizer from <c>sentencepiece.bpe.model</c> alone, as Hugging Face's <c>XLMRobertaTokenizerFast</c> and
/// <c>CamembertTokenizerFast</c> do.
/// </summary>
/// <remarks>
/// Both put tokens of fairseq's before the pieces of the file, so that ids are not the file's, and <c>&lt;mask></c> behind them.
/// </remarks>
internal static class SentencePieceFiles
{
    public const string FileName = "sentencepiece.bpe.model";

    private const int UnigramType = 1;
    private const int UnknownTokenId = 3;
    private const string Replacement = "\u2581";
    private const string Camembert = "CamembertTokenizer";
    private const string XlmRoberta = "XLMRobertaTokenizer";

    // Such that the file's own unknown piece is never taken.
    private const double NotUsedScore = -100;

    private static readonly string[] FirstPieces = ["<unk>", "<s>", "</s>"];
    private static readonly string[] NotUsed = ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"];
    private static readonly string[] ModelTypes = ["unigram", "BPE", "word", "character"];

    /// <returns>The tokenizer, or null where there is no such file.</returns>
    /// <exception cref="ModelLoadException">The file is damaged, of a kind not supported, or belongs to another class.</exception>
    public static TokenizerDefinition? Read(ModelFolder folder, TokenizerConfig config)
    {
        if (folder.Read(FileName) is not { } bytes)
        {
            return null;
        }

        string file = folder.PathOf(FileName);
        string family = FamilyOf(folder, config, file);
        SentencePieceModel content = SentencePieceModel.Read(bytes, file);
        Check(content, file);
        (List<string> pieces, List<double> scores) = Vocabulary(content, family);
        var model = new UnigramModel(pieces, scores, UnknownTokenId, byteFallback: false);
        SpecialTokenNames names = config.Names(isWordPiece: false);
        var tokens = new TokenSet(model.Vocabulary, [], file);
        return new TokenizerDefinition
        {
            File = file,
            AddedTokens = NamedTokens.Complete(AddedTokens(content, family, tokens), names, model.Vocabulary, config, isWordPiece: false),
            Normalizer = Normalizer(content, file),
            PreTokenizer = new MetaspacePreTokenizer(Replacement[0], PrependScheme.Always, splits: true),
            Model = model,
            CreateDecoder = static () => new MetaspaceDecoder(Replacement, dropsFirst: true),
            Template = RowTemplate.Roberta(tokens.IdOf(FirstPieces[1], "classifier"), tokens.IdOf(FirstPieces[2], "separator")),
            UnknownTokenId = UnknownTokenId,
            PadTokenId = tokens.IdOf(names.Pad, "pad"),
            MaxLength = config.MaxLength,
            TruncationSide = config.TruncationSide,
            PaddingSide = config.PaddingSide(saved: null),
        };
    }

    // The file does not tell which class it belongs to.
    private static string FamilyOf(ModelFolder folder, TokenizerConfig config, string file)
    {
        string? family = config.Family ?? JsonSection.Read(folder, "config.json")?.String("model_type") switch
        {
            "xlm-roberta" => XlmRoberta,
            "camembert" => Camembert,
            _ => null,
        };
        return family is XlmRoberta or Camembert
            ? family
            : throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{config.TokenizerClass ?? "none"}'. With a {FileName} alone {XlmRoberta} and {Camembert} are supported. Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.",
                file);
    }

    private static void Check(SentencePieceModel model, string file)
    {
        if (model.ModelType != UnigramType)
        {
            string type = model.ModelType >= 1 && model.ModelType <= ModelTypes.Length ? ModelTypes[model.ModelType - 1] : $"{model.ModelType}";
            throw Refuse($"the model is of type {type}, which is not supported; unigram is.");
        }

        if (model.ByteFallback)
        {
            throw Refuse("it spells what it does not know in bytes, which Hugging Face does not do with such a file.");
        }

        if (!model.AddsDummyPrefix || !model.EscapesWhitespaces || model.TreatsWhitespaceAsSuffix)
        {
            throw Refuse("it does not put the sign for a space before each word, which Hugging Face does with such a file.");
        }

        if (!model.Pieces.Take(FirstPieces.Length).Select(piece => piece.Text).SequenceEqual(FirstPieces, StringComparer.Ordinal))
        {
            throw Refuse($"its pieces do not begin with {string.Join(", ", FirstPieces)}.");
        }

        foreach (SentencePiece piece in model.Pieces)
        {
            if (!float.IsFinite(piece.Score))
            {
                throw new ModelLoadException(
                    $"'{file}' is damaged: the piece '{piece.Text}' has the score {piece.Score}, which is not a finite number. Download the file again.", file);
            }
        }

        ModelLoadException Refuse(string what) => new(
            $"'{file}' cannot be used alone: {what} Save the tokenizer again so that it has a {TokenizerFiles.Tokenizer}.", file);
    }

    private static (List<string> Pieces, List<double> Scores) Vocabulary(SentencePieceModel model, string family)
    {
        List<string> pieces;
        List<double> scores;
        int skipped;
        if (family == Camembert)
        {
            pieces = [NotUsed[0], "<pad>", NotUsed[1], "<unk>", NotUsed[2]];
            scores = [0, 0, 0, 0, NotUsedScore];
            skipped = 1;
        }
        else
        {
            pieces = ["<s>", "<pad>", "</s>", "<unk>"];
            scores = [0, 0, 0, 0];
            skipped = FirstPieces.Length;
        }

        foreach (SentencePiece piece in model.Pieces.Skip(skipped))
        {
            pieces.Add(piece.Text);
            scores.Add(piece.Score);
        }

        pieces.Add("<mask>");
        scores.Add(0);
        return (pieces, scores);
    }

    // Beside those that the configuration names.
    private static List<AddedToken> AddedTokens(SentencePieceModel model, string family, TokenSet tokens)
    {
        List<AddedToken> added = [.. model.Pieces
            .Where(piece => piece.Type is SentencePieceType.Control or SentencePieceType.UserDefined && piece.Text.Length > 0)
            .Select(piece => new AddedToken(piece.Text, tokens.IdOf(piece.Text, "added"), IsSpecial: piece.Type == SentencePieceType.Control))
            .DistinctBy(token => token.Content, StringComparer.Ordinal)];
        if (family == Camembert)
        {
            added.AddRange(NotUsed.Select(name => new AddedToken(name, tokens.IdOf(name, "special"), IsSpecial: true)));
        }

        return added;
    }

    private static TextNormalizer? Normalizer(SentencePieceModel model, string file)
    {
        List<TextNormalizer> steps = [new StripNormalizer(stripsLeft: false, stripsRight: true), new SpaceRunNormalizer(2, Replacement)];
        if (model.Charsmap.Length > 0)
        {
            steps.Insert(0, new CharsmapNormalizer(
                Charsmap.Read(model.Charsmap, what => new ModelLoadException($"In '{file}': {what}", file))));
        }

        return NormalizerSequence.Of(steps);
    }
}
