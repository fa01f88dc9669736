using System.Reflection;

namespace Batching.Benchmarks;

/// <summary>The sentences that everything is measured on.</summary>
internal static class Workload
{
    /// <summary>Names a file of sentences, one a line; of an SST-2 file (<c>label</c>, tab, sentence) the sentences are taken.</summary>
    public const string Variable = "BATCHING_SENTENCES";

    private const int SyntheticSentences = 872;

    public static string RepositoryRoot { get; } = typeof(Workload).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string ModelFolder { get; } = Path.Combine(RepositoryRoot, "models", "distilbert-l6-h384-uncased-sst2");

    public static string[] Sentences() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file
        ? [.. File.ReadLines(file).Where(line => line != "label\tcontent" && line.Length > 0).Select(line => line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..])]
        : Synthetic();

    // Sentences of whole words of the vocabulary, as many and about as long as those of SST-2 dev: 3 to 50 words, most near 18.
    private static string[] Synthetic()
    {
        var random = new Random(1);
        string[] words = [.. File.ReadLines(Path.Combine(ModelFolder, "vocab.txt")).Skip(1999).Where(word => word.All(char.IsAsciiLetterLower))];
        return [.. Enumerable.Range(0, SyntheticSentences).Select(_ =>
        {
            int count = Math.Clamp((int)(18 + (9 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2)), 3, 50);
            return string.Join(' ', random.GetItems(words, count)) + " .";
        })];
    }
}
