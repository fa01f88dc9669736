using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Batching.Tokenization;

/// <summary>A WordPiece vocabulary: tokens by id, ids by token, and the tables that split words. Immutable.</summary>
internal sealed class WordPieceVocabulary
{
    private readonly FrozenDictionary<string, int> ids;
    private readonly string?[] tokens;

    /// <param name="ids">Every token with its id; ids may have gaps, as added tokens do.</param>
    /// <param name="unknownToken">The token of a word that cannot be split, such as <c>[UNK]</c>; one of <paramref name="ids"/>.</param>
    /// <param name="continuingPrefix">Marks a piece that goes on with a word, such as <c>##</c>.</param>
    /// <param name="maxInputCharsPerWord">A word of more scalars is unknown.</param>
    public WordPieceVocabulary(
        IReadOnlyDictionary<string, int> ids, string unknownToken, string continuingPrefix, int maxInputCharsPerWord)
    {
        this.ids = ids.ToFrozenDictionary(StringComparer.Ordinal);
        tokens = new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        foreach ((string token, int id) in ids)
        {
            tokens[id] = token;
        }

        UnknownTokenId = ids[unknownToken];
        ContinuingPrefix = continuingPrefix;
        MaxInputCharsPerWord = maxInputCharsPerWord;
        Initial = new PieceTable([.. ids.Where(token => token.Key.Length > 0)]);
        Continuing = new PieceTable([.. ids
            .Where(token => token.Key.Length > continuingPrefix.Length && token.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(token => KeyValuePair.Create(token.Key[continuingPrefix.Length..], token.Value))]);
    }

    /// <summary>The number of tokens.</summary>
    public int Count => ids.Count;

    /// <summary>One more than the highest id.</summary>
    public int IdLimit => tokens.Length;

    public int UnknownTokenId { get; }

    public string ContinuingPrefix { get; }

    public int MaxInputCharsPerWord { get; }

    /// <summary>The pieces that may begin a word.</summary>
    public PieceTable Initial { get; }

    /// <summary>The pieces that may go on with a word, without their prefix.</summary>
    public PieceTable Continuing { get; }

    public bool TryGetId(string token, out int id) => ids.TryGetValue(token, out id);

    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token)
    {
        token = (uint)id < (uint)tokens.Length ? tokens[id] : null;
        return token is not null;
    }
}
