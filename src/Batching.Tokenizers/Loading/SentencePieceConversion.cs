namespace Batching.Tokenization;

/// <summary>How a class of Hugging Face makes its tokenizer of a SentencePiece file: its <c>SpmConverter</c>, and what is done in all of them.</summary>
internal abstract class SentencePieceConversion
{
    protected const string Sign = "\u2581";

    /// <summary>The name of the file.</summary>
    public abstract string FileName { get; }

    /// <summary>Whether what is not in the vocabulary is spelled in bytes. Elsewhere the file's own word on it counts for nothing.</summary>
    public virtual bool FallsBackToBytes => false;

    /// <summary>The pieces by id.</summary>
    public abstract IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config);

    /// <summary>The id of what is not in the vocabulary.</summary>
    public virtual int UnknownTokenId(SentencePieceModel model) => model.UnknownTokenId;

    public virtual TextNormalizer? Normalizer(SentencePieceModel model, TokenizerConfig config, string file) =>
        NormalizerSequence.Of([.. Charsmap(model, file), new StripNormalizer(stripsLeft: false, stripsRight: true), new SpaceRunNormalizer(2, Sign)]);

    public virtual TextPreTokenizer? PreTokenizer(TokenizerConfig config) => new MetaspacePreTokenizer(Sign[0], PrependScheme.Always, splits: true);

    /// <summary>Where the special tokens go.</summary>
    public abstract RowTemplate Template(TokenSet tokens, TokenizerConfig config);

    public virtual Func<TokenDecoder> Decoder(TokenizerConfig config) => static () => new MetaspaceDecoder(Sign, dropsFirst: true);

    /// <summary>The pieces that are not the file's, found in texts.</summary>
    public virtual IReadOnlyList<string> OwnSpecialTokens => [];

    /// <summary>The map of the file, if it has one, as the first step of a normalizer.</summary>
    protected static IEnumerable<TextNormalizer> Charsmap(SentencePieceModel model, string file) => model.Charsmap.Length == 0
        ? []
        : [new CharsmapNormalizer(Tokenization.Charsmap.Read(model.Charsmap, what => new ModelLoadException($"In '{file}': {what}", file)))];

    protected static IEnumerable<ScoredPiece> PiecesOf(SentencePieceModel model) => model.Pieces.Select(piece => new ScoredPiece(piece.Text, piece.Score));
}
