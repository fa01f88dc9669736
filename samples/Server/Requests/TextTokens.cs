using Batching;
using Microsoft.ML.Tokenizers;
using Server.Contract;

namespace Server.Requests;

/// <summary>The tokens of a text, with the characters that they stand for.</summary>
internal static class TextTokens
{
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text, which is not cut.</param>
    /// <param name="addSpecialTokens">Whether tokens such as <c>[CLS]</c> are put around it.</param>
    public static TokenInfo[] Of(SequenceTokenizer tokenizer, string text, bool addSpecialTokens)
    {
        var options = new EncodingOptions { AddSpecialTokens = addSpecialTokens, Truncation = TruncationStrategy.None };
        int[] ids = [.. tokenizer.Encode(text, options).InputIds];
        IReadOnlyList<string> names = tokenizer.ConvertIdsToTokens(ids);
        IReadOnlyList<EncodedToken> inner = tokenizer.EncodeToTokens(text, out string? normalized);

        // Offsets are those of the normalized text: they hold for the text itself where only the case was changed.
        int first = string.Equals(text, normalized, StringComparison.OrdinalIgnoreCase) ? IndexOf(ids, inner) : -1;
        int[] scalars = first < 0 ? [] : ScalarIndexes(text);
        var tokens = new TokenInfo[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            bool isInner = first >= 0 && i >= first && i < first + inner.Count;
            Range? offset = isInner ? inner[i - first].Offset : null;
            tokens[i] = new TokenInfo(
                ids[i],
                names[i],
                tokenizer.Decode([ids[i]], skipSpecialTokens: true).Length == 0,
                offset is { } start ? scalars[start.Start.Value] : null,
                offset is { } stop ? scalars[stop.End.Value] : null);
        }

        return tokens;
    }

    // Where the tokens of the text are among those with special tokens around them; -1 where they are not.
    private static int IndexOf(int[] ids, IReadOnlyList<EncodedToken> inner)
    {
        int[] innerIds = [.. inner.Select(token => token.Id)];
        return ids.AsSpan().IndexOf(innerIds);
    }

    // Clients count characters, not UTF-16 units.
    private static int[] ScalarIndexes(string text)
    {
        var indexes = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            indexes[i + 1] = indexes[i] + (char.IsHighSurrogate(text[i]) ? 0 : 1);
        }

        return indexes;
    }
}
