using System.Buffers;
using Batching.ModelFiles;

namespace Batching.Tokenization;

/// <summary>Finds the special tokens that a text spells out, such as <c>[MASK]</c>: leftmost first, and the longest there.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class SpecialTokens
{
    private readonly AddedToken[] longestFirst;
    private readonly SearchValues<string> contents;
    private readonly HashSet<int> specialIds;

    public SpecialTokens(IReadOnlyList<AddedToken> tokens)
    {
        longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        contents = SearchValues.Create([.. tokens.Select(token => token.Content)], StringComparison.Ordinal);
        specialIds = [.. tokens.Where(token => token.IsSpecial).Select(token => token.Id)];
    }

    public bool IsSpecial(int id) => specialIds.Contains(id);

    /// <returns>Where the first special token of <paramref name="text"/> starts, or -1.</returns>
    public int Find(ReadOnlySpan<char> text, out int length, out int id)
    {
        int start = text.IndexOfAny(contents);
        length = 0;
        id = 0;
        if (start < 0)
        {
            return -1;
        }

        foreach (AddedToken token in longestFirst)
        {
            if (text[start..].StartsWith(token.Content, StringComparison.Ordinal))
            {
                length = token.Content.Length;
                id = token.Id;
                break;
            }
        }

        return start;
    }
}
