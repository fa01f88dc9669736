namespace Batching.Tokenization;

/// <summary>The <c>model</c> of <c>tokenizer.json</c>: how a word becomes ids.</summary>
internal abstract record TokenModelDefinition
{
    private TokenModelDefinition()
    {
    }

    /// <summary><c>WordPiece</c>.</summary>
    /// <param name="UnknownTokenId">The id of a word that cannot be split.</param>
    /// <param name="ContinuingPrefix">Marks a piece that goes on with a word.</param>
    /// <param name="MaxInputCharsPerWord">A word of more scalars is unknown.</param>
    public sealed record WordPiece(int UnknownTokenId, string ContinuingPrefix = "##", int MaxInputCharsPerWord = 100) : TokenModelDefinition;

    /// <summary><c>BPE</c>.</summary>
    /// <param name="Merges">The merges in the order of their rank.</param>
    /// <param name="UnknownTokenId">The id of a symbol that is not in the vocabulary; null drops it.</param>
    /// <param name="FusesUnknown"><c>fuse_unk</c>: unknown symbols side by side are one.</param>
    /// <param name="IgnoresMerges"><c>ignore_merges</c>: a word that is in the vocabulary is not split.</param>
    public sealed record BytePairs(
        IReadOnlyList<TokenMerge> Merges,
        int? UnknownTokenId,
        bool FusesUnknown,
        bool IgnoresMerges) : TokenModelDefinition;

    /// <summary><c>Unigram</c>.</summary>
    /// <param name="Pieces">The pieces by id; a piece may come twice.</param>
    /// <param name="Scores">The score of each.</param>
    /// <param name="UnknownTokenId"><c>unk_id</c>: the piece of what is not in the vocabulary.</param>
    /// <param name="ByteFallback"><c>byte_fallback</c>: what is not in the vocabulary is spelled in bytes.</param>
    public sealed record Unigram(
        IReadOnlyList<string> Pieces,
        IReadOnlyList<double> Scores,
        int UnknownTokenId,
        bool ByteFallback) : TokenModelDefinition;
}
