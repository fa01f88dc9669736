using System.Text;

namespace Batching.Tokenization;

/// <summary>The merges of a byte-pair model in a SentencePiece file, which has pieces and scores only: Hugging Face's <c>generate_merges</c>.</summary>
internal static class SentencePieceMerges
{
    /// <param name="fileIds">The ids of the pieces in the file, which say what can be merged.</param>
    /// <param name="pieces">The pieces and their scores: better ones are merged first.</param>
    /// <param name="vocabulary">The ids of the tokenizer.</param>
    public static List<TokenMerge> Of(
        IReadOnlyDictionary<string, int> fileIds, IReadOnlyList<ScoredPiece> pieces, IReadOnlyDictionary<string, int> vocabulary)
    {
        // Of a piece that comes twice the place of the first counts, and the score of the last.
        var scores = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        foreach (ScoredPiece piece in pieces)
        {
            scores[piece.Text] = piece.Score;
        }

        var merges = new List<(TokenMerge Merge, double Score, int LeftLength, int RightLength)>();
        foreach ((string text, double score) in scores)
        {
            merges.AddRange(Splits(text, fileIds)
                .OrderBy(split => fileIds[split.Left])
                .ThenBy(split => fileIds[split.Right])
                .Select(split => (TokenMerge.Of(split.Left, split.Right, vocabulary), split.LeftLength, split.RightLength))
                .Where(split => split.Item1 is not null)
                .Select(split => (split.Item1!.Value, score, split.LeftLength, split.RightLength)));
        }

        return [.. merges
            .OrderByDescending(merge => merge.Score)
            .ThenByDescending(merge => merge.LeftLength)
            .ThenByDescending(merge => merge.RightLength)
            .Select(merge => merge.Merge)];
    }

    // Lengths are in scalars.
    private static IEnumerable<(string Left, string Right, int LeftLength, int RightLength)> Splits(string text, IReadOnlyDictionary<string, int> fileIds)
    {
        int length = text.EnumerateRunes().Count();
        int position = 0;
        int before = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            position += rune.Utf16SequenceLength;
            before++;
            if (position < text.Length && fileIds.ContainsKey(text[..position]) && fileIds.ContainsKey(text[position..]))
            {
                yield return (text[..position], text[position..], before, length - before);
            }
        }
    }
}
