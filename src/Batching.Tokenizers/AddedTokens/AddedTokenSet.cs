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
