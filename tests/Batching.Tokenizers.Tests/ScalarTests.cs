using System.Text;
using Batching.Tokenization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What happens to every Unicode scalar is what bert-scalars.tsv says, which is what Hugging Face does.</summary>
public sealed class ScalarTests
{
    // Random texts of scalars that some rule is about, with letters and spaces between, and lone surrogates.
    private static readonly Gen<string> HostileTexts = Gen.Frequency(
            (4, InterestingText.Scalar),
            (2, Gen.Char['a', 'z'].Select(c => c.ToString())),
            (1, Gen.Char['A', 'Z'].Select(c => c.ToString())),
            (1, Gen.Const(" ")),
            (1, Generators.LoneSurrogate))
        .Array[0, 40]
        .Select(string.Concat);

    public static TheoryData<bool, bool, bool?, bool> Options
    {
        get
        {
            var data = new TheoryData<bool, bool, bool?, bool>();
            foreach (bool clean in new[] { true, false })
            {
                foreach (bool? strip in new bool?[] { null, true, false })
                {
                    foreach (bool lower in new[] { true, false })
                    {
                        data.Add(clean, clean, strip, lower);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_scalar_is_normalized_and_split_as_the_table_says(bool clean, bool chinese, bool? strip, bool lower)
    {
        var options = new NormalizerOptions(clean, chinese, strip, lower);
        var reference = new ReferenceNormalizer(options);
        var normalizer = new BertNormalizer(new ScalarNormalizer(options));
        var preTokenizer = new BertPreTokenizer();
        for (int scalar = 0; scalar <= 0x10FFFF; scalar++)
        {
            if (!Rune.IsValid(scalar))
            {
                continue;
            }

            string text = $"a{new Rune(scalar)}b";
            string expected = reference.Normalize(text);
            string normalized = normalizer.Normalize(text);
            if (expected != normalized)
            {
                Assert.Fail($"U+{scalar:X4}: expected '{expected}', got '{normalized}'");
            }

            List<string> words = ReferenceNormalizer.Split(normalized);
            if (!words.SequenceEqual(preTokenizer.PreTokenize(normalized).Select(word => normalized.Substring(word.Offset, word.Length))))
            {
                Assert.Fail($"U+{scalar:X4} is split otherwise than into {string.Join('|', words)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_hostile_text_is_normalized_and_split_as_the_table_says(bool clean, bool chinese, bool? strip, bool lower)
    {
        var options = new NormalizerOptions(clean, chinese, strip, lower);
        var reference = new ReferenceNormalizer(options);
        var normalizer = new BertNormalizer(new ScalarNormalizer(options));
        var preTokenizer = new BertPreTokenizer();
        HostileTexts.Sample(
            text =>
            {
                string normalized = normalizer.Normalize(text);
                Assert.Equal(reference.Normalize(text), normalized);
                Assert.Equal(
                    ReferenceNormalizer.Split(normalized),
                    preTokenizer.PreTokenize(normalized).Select(word => normalized.Substring(word.Offset, word.Length)));
            },
            seed: Generators.Seed, iter: 20_000, threads: 2);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void The_one_pass_over_a_text_finds_the_words_that_the_steps_find_one_after_the_other(
        bool clean, bool chinese, bool? strip, bool lower)
    {
        // A vocabulary of single scalars tells every word apart by its ids.
        var options = new NormalizerOptions(clean, chinese, strip, lower);
        var reference = new ReferenceNormalizer(options);
        Dictionary<string, int> ids = new(StringComparer.Ordinal) { ["[UNK]"] = 0 };
        foreach (int scalar in ReferenceNormalizer.InterestingScalars.Concat(Enumerable.Range(0, 128)))
        {
            foreach (Rune rune in reference.Normalize(new Rune(scalar).ToString()).EnumerateRunes())
            {
                ids.TryAdd(rune.ToString(), ids.Count);
                ids.TryAdd($"##{rune}", ids.Count);
            }
        }

        var vocabulary = new WordPieceModel(ids, unknownTokenId: 0, "##", maxInputCharsPerWord: 100);
        var encoder = new WordPieceEncoder(vocabulary, new ScalarNormalizer(options));
        HostileTexts.Sample(
            text =>
            {
                List<int> expected = [];
                foreach (string word in ReferenceNormalizer.Split(reference.Normalize(text)))
                {
                    string[] pieces = [.. word.EnumerateRunes().Select((rune, index) => index == 0 ? $"{rune}" : $"##{rune}")];
                    expected.AddRange(pieces.All(ids.ContainsKey) ? pieces.Select(piece => ids[piece]) : [0]);
                }

                using var encoded = new IdBuffer();
                encoder.Encode(text, startsText: true, encoded, WantedIds.All);
                Assert.Equal(expected, encoded.Span.ToArray());
            },
            seed: Generators.Seed, iter: 20_000, threads: 2);
    }
}
