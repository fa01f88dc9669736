using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Batching.Tokenization;

/// <summary>Finds what a text spells out of a set of added tokens: the leftmost first, and the longest there.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class AddedTokenSet
{
    private readonly AddedToken[] tokens;
    private readonly PieceTable table;
    private readonly SearchValues<string> spellings;

    /// <param name="spelled">The tokens and how a text spells them; no two alike, and none empty.</param>
    public AddedTokenSet(IReadOnlyList<(string Spelling, AddedToken Token)> spelled)
    {
        tokens = [.. spelled.Select(token => token.Token)];
        table = new PieceTable([.. spelled.Select((token, index) => KeyValuePair.Create(token.Spelling, index))]);
        spellings = SearchValues.Create([.. spelled.Select(token => token.Spelling)], StringComparison.Ordinal);
    }

    /// <summary>The added tokens that are found in the raw text, and those that are found in the normalized text.</summary>
    /// <param name="addedTokens">The added tokens.</param>
    /// <param name="normalizer">What is done to a text before its words; null for nothing.</param>
    /// <param name="file">The file that names them, for messages.</param>
    /// <exception cref="ModelLoadException">Nothing is left of a token once it is normalized, or two become the same.</exception>
    public static (AddedTokenSet? Raw, AddedTokenSet? Normalized) Create(
        IReadOnlyList<AddedToken> addedTokens, TextNormalizer? normalizer, string file)
    {
        List<(string, AddedToken)> raw = [];
        var normalized = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (AddedToken token in addedTokens)
        {
            if (!token.IsNormalized)
            {
                raw.Add((token.Content, token));
                continue;
            }

            string spelling = normalizer?.Normalize(token.Content) ?? token.Content;
            if (spelling.Length == 0)
            {
                throw Refuse($"nothing is left of the added token '{token.Content}' once it is normalized. Set its 'normalized' to false.");
            }

            if (!normalized.TryAdd(spelling, token))
            {
                throw Refuse(
                    $"the added tokens '{normalized[spelling].Content}' and '{token.Content}' are both '{spelling}' once they are normalized; Hugging Face leaves to chance which of them a text gets. Remove one of the two.");
            }
        }

        return (raw.Count == 0 ? null : new AddedTokenSet(raw), normalized.Count == 0 ? null : new AddedTokenSet([.. normalized.Select(token => (token.Key, token.Value))]));

        ModelLoadException Refuse(string what) => new($"In '{file}', {what}", file);
    }

    /// <param name="text">The text.</param>
    /// <param name="start">Where the token starts.</param>
    /// <param name="length">How long its spelling is.</param>
    /// <param name="token">The token.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ReadOnlySpan<char> text, out int start, out int length, [NotNullWhen(true)] out AddedToken? token)
    {
        start = text.IndexOfAny(spellings);
        length = 0;
        token = null;
        if (start < 0)
        {
            return false;
        }

        uint hash = PieceTable.EmptyHash;
        ReadOnlySpan<char> rest = text[start..];
        int longest = Math.Min(rest.Length, table.LongestPiece);
        for (int i = 0; i < longest; i++)
        {
            hash = PieceTable.Extend(hash, rest[i]);
            if (table.Find(hash, rest[..(i + 1)]) is >= 0 and var index)
            {
                token = tokens[index];
                length = i + 1;
            }
        }

        return token is not null;
    }
}
