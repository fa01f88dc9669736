namespace Batching.Tests;

/// <summary>Texts to measure activations on.</summary>
internal static class Sentences
{
    /// <summary>Short ones, of all kinds.</summary>
    public static IReadOnlyList<TextInput> Few { get; } =
    [
        .. JsonLines.Read(Repository.Conformance("bert-base-uncased"), "tokens-singles.jsonl")
            .Select(row => (string)row["text"]!)
            .Where(text => text.Length is > 3 and < 80)
            .Take(120)
            .Select(TextInput.FromString),
    ];
}
