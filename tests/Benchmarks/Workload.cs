namespace Batching.Benchmarks;

/// <summary>The sentences that everything is measured on.</summary>
internal static class Workload
{
    /// <summary>Names a file of sentences, one a line; of an SST-2 file (<c>label</c>, tab, sentence) the sentences are taken.</summary>
    public const string Variable = "BATCHING_SENTENCES";

    private const int SyntheticSentences = 872;
    private const int SpecialTokens = 2;

    // The tokens of SST-2 dev's sentences, special tokens counted: the shortest, every twentieth of the way, the longest.
    private static readonly int[] TokenQuantiles = [4, 8, 11, 12, 14, 16, 17, 19, 20, 22, 24, 25, 27, 29, 31, 33, 35, 38, 42, 46, 66];

    // Whole words of the vocabulary: a token each.
    private static readonly Lazy<string[]> Words = new(() =>
        [.. File.ReadLines(Path.Combine(Repository.DefaultModel, "vocab.txt")).Skip(1999).Where(word => word.All(char.IsAsciiLetterLower))]);

    /// <summary>What the tables say of the sentences.</summary>
    public static string Description => FromFile is { } file
        ? $"the sentences of `{Path.GetFileName(file)}`"
        : "sentences made from the vocabulary, as long as those of SST-2 dev";

    /// <summary>The same in a word.</summary>
    public static string Name => FromFile is { } file ? Path.GetFileNameWithoutExtension(file) : "sentences";

    private static string? FromFile => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? file : null;

    public static string[] Sentences() => FromFile is { } file
        ? [.. File.ReadLines(file).Where(line => line != "label\tcontent" && line.Length > 0).Select(line => line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..])]
        : Synthetic();

    /// <summary>Texts that all have the same number of tokens.</summary>
    public static string[] OfLength(int tokens, int count)
    {
        var random = new Random(tokens);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', random.GetItems(Words.Value, tokens - SpecialTokens)))];
    }

    private static string[] Synthetic()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, SyntheticSentences).Select(_ =>
        {
            double place = random.NextDouble() * (TokenQuantiles.Length - 1);
            int below = (int)place;
            double tokens = TokenQuantiles[below] + ((TokenQuantiles[below + 1] - TokenQuantiles[below]) * (place - below));
            return string.Join(' ', random.GetItems(Words.Value, (int)tokens - SpecialTokens));
        })];
    }
}
