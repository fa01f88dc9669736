namespace Batching.Tokenization;

/// <summary>A WordPiece vocabulary as tables that split words. Immutable and thread-safe.</summary>
internal sealed class WordPieceVocabulary
{
    private readonly int[] lengths;
    private readonly int prefixLength;

    /// <param name="ids">Every token with its id; ids may have gaps.</param>
    /// <param name="unknownTokenId">The id of a word that cannot be split.</param>
    /// <param name="continuingPrefix">Marks a piece that goes on with a word, such as <c>##</c>.</param>
    /// <param name="maxInputCharsPerWord">A word of more scalars is unknown.</param>
    public WordPieceVocabulary(
        IReadOnlyDictionary<string, int> ids, int unknownTokenId, string continuingPrefix, int maxInputCharsPerWord)
    {
        UnknownTokenId = unknownTokenId;
        MaxInputCharsPerWord = maxInputCharsPerWord;
        prefixLength = continuingPrefix.Length;
        lengths = new int[ids.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach ((string token, int id) in ids)
        {
            lengths[id] = token.Length;
        }

        Initial = new PieceTable([.. ids.Where(token => token.Key.Length > 0)]);
        Continuing = new PieceTable([.. ids
            .Where(token => token.Key.Length > prefixLength && token.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(token => KeyValuePair.Create(token.Key[prefixLength..], token.Value))]);
    }

    public int UnknownTokenId { get; }

    public int MaxInputCharsPerWord { get; }

    /// <summary>The pieces that may begin a word.</summary>
    public PieceTable Initial { get; }

    /// <summary>The pieces that may go on with a word, without their prefix.</summary>
    public PieceTable Continuing { get; }

    /// <summary>How many characters of a word a piece stands for.</summary>
    public int LengthOf(int id, bool isContinuing) => isContinuing ? lengths[id] - prefixLength : lengths[id];
}
