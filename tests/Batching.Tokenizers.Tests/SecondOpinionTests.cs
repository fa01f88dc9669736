using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.ML.Tokenizers;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Microsoft.ML.Tokenizers' WordPieceTokenizer, with our normalizer and pre-tokenizer, gives the same ids.</summary>
public sealed class SecondOpinionTests
{
    private static readonly SequenceTokenizer Ours = SequenceTokenizer.Load(Repository.DefaultModel);

    private static readonly WordPieceTokenizer Theirs = WordPieceTokenizer.Create(
        Path.Combine(Repository.DefaultModel, "vocab.txt"),
        new WordPieceOptions
        {
            Normalizer = Ours.Normalizer,
            PreTokenizer = Ours.PreTokenizer,
            UnknownToken = "[UNK]",
            MaxInputCharsPerWord = 100,
        });

    [Fact]
    public void Both_agree_on_the_goldens()
    {
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("bert-base-uncased"), "tokens-singles.jsonl"))
        {
            var text = (string)golden["text"]!;
            if (!SpellsSpecialToken(text) && !HasLongWord(text))
            {
                Assert.Equal(Theirs.EncodeToIds(text), Ours.EncodeToIds(text));
            }
        }
    }

    [Fact]
    public void Both_agree_on_random_words_and_signs() =>
        Gen.Frequency(
                (6, Generators.OneOf("film", "unaffable", "Café", "it's", "don't", "$20", "2,000", "naïve", "中文", "😀", "x²", "ﬁn", "Straße", "İstanbul")),
                (3, Gen.String[Gen.Char['a', 'z'], 1, 12]),
                (1, InterestingText.Scalar),
                (2, Generators.OneOf(" ", "  ", "\n", "-", ".", "\u00A0")))
            .Array[0, 30]
            .Select(string.Concat)
            .Where(text => !HasLongWord(text))
            .Sample(text => Assert.Equal(Theirs.EncodeToIds(text), Ours.EncodeToIds(text)), seed: Generators.Seed, iter: 20_000, threads: 2);

    // Given special tokens, theirs looks for them after normalization; ours, as Hugging Face, before.
    private static bool SpellsSpecialToken(string text) => text.Contains('[', StringComparison.Ordinal);

    // Theirs counts a word's length in UTF-16 units; ours, as Hugging Face, in scalars.
    private static bool HasLongWord(string text) =>
        ReferenceNormalizer.Split(Ours.Normalizer!.Normalize(text)).Any(word => word.Length > 100);
}
