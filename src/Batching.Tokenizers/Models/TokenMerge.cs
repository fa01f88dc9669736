namespace Batching.Tokenization;

/// <summary>A merge of byte-pair encoding: two tokens side by side become one.</summary>
/// <param name="LeftId">The id of the left token.</param>
/// <param name="RightId">The id of the right token.</param>
/// <param name="MergedId">The id of what they become.</param>
internal readonly record struct TokenMerge(int LeftId, int RightId, int MergedId)
{
    /// <summary>The two tokens of a line of <c>merges.txt</c>; null where there are not two.</summary>
    public static (string Left, string Right)? Parse(string line)
    {
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < line.Length - 1 && line.IndexOf(' ', space + 1) < 0 ? (line[..space], line[(space + 1)..]) : null;
    }

    /// <returns>The merge, or null where one of the tokens, or what they become, is not in the vocabulary.</returns>
    /// <param name="left">The left token.</param>
    /// <param name="right">The right token.</param>
    /// <param name="vocabulary">The ids of all.</param>
    /// <param name="continuingPrefix">What the right token loses when it is merged.</param>
    public static TokenMerge? Of(string left, string right, IReadOnlyDictionary<string, int> vocabulary, string continuingPrefix = "") =>
        vocabulary.TryGetValue(left, out int leftId)
        && vocabulary.TryGetValue(right, out int rightId)
        && right.Length >= continuingPrefix.Length
        && vocabulary.TryGetValue(continuingPrefix.Length == 0 ? left + right : left + right[continuingPrefix.Length..], out int mergedId)
            ? new TokenMerge(leftId, rightId, mergedId)
            : null;

    /// <summary>Says that a merge names a token that is not there.</summary>
    public static string Unknown(string left, string right, string where) =>
        $"the merge of '{left}' and '{right}' ({where}) names a token that is not in the vocabulary. Use the vocabulary and the merges of one tokenizer.";
}
