using System.Text;
using System.Text.Json.Nodes;
using Batching.Tokenization;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Parts that no fused path knows side by side, one after the other as Hugging Face runs them.</summary>
public sealed class CompositionTests
{
    private static readonly EncodingOptions Bare = new() { AddSpecialTokens = false, Truncation = TruncationStrategy.None };

    [Theory]
    [InlineData("byte-bpe")]
    [InlineData("wordpiece-cased")]
    [InlineData("unigram")]
    public void Any_pre_tokenizer_before_any_model_does_what_Hugging_Faces_do(string folder)
    {
        int count = 0;
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("compositions.jsonl")).Where(golden => (string)golden["folder"]! == folder))
        {
            JsonObject change = golden["change"]!.AsObject();
            SequenceTokenizer tokenizer = ChangedTokenizer.Load(folder, change);

            // What is left out of a word moves Hugging Face's offsets of all that follows in it.
            string parts = change.ToJsonString();
            bool dropsCharacters = folder == "byte-bpe" && !parts.Contains("unk_token", StringComparison.Ordinal) && !parts.Contains("ByteLevel", StringComparison.Ordinal);
            foreach (JsonArray row in golden["rows"]!.AsArray().Select(row => row!.AsArray()))
            {
                var text = (string)row[0]!;
                OffsetEncoding placed = tokenizer.EncodeWithOffsets(text, Bare);
                AssertSame(row[1]!.Ints(), [.. tokenizer.Encode(text, Bare).InputIds], text, change);
                AssertSame(row[1]!.Ints(), [.. tokenizer.EncodeToTokens(text, out _).Select(token => token.Id)], text, change);
                AssertSame(row[1]!.Ints(), [.. placed.Encoding.InputIds], text, change);
                AssertSame(dropsCharacters ? [] : row[2]!.Ints(), dropsCharacters ? [] : [.. placed.Offsets.SelectMany(range => ScalarsOf(range!.Value, text))], text, change);
                count++;
            }
        }

        Assert.InRange(count, 500, int.MaxValue);
    }

    [Fact]
    public void A_number_to_Digits_is_one_to_Hugging_Face()
    {
        HashSet<int> numbers = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("unicode"), "numbers.json")))!
            .AsArray().Select(range => range!.Ints()).SelectMany(range => Enumerable.Range(range[0], range[1] - range[0] + 1))];
        var digits = new DigitsPreTokenizer(isolatesEach: true);
        for (int scalar = 0; scalar <= 0x10FFFF; scalar++)
        {
            if (Rune.IsValid(scalar))
            {
                int words = digits.PreTokenize($"x{new Rune(scalar)}x").Count();
                Assert.True(words == (numbers.Contains(scalar) ? 3 : 1), $"U+{scalar:X4}");
            }
        }
    }

    [Fact]
    public void Every_part_has_a_golden()
    {
        string goldens = string.Concat(Directory
            .EnumerateFiles(Repository.Conformance(""), "*.json*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is "tokenizer.json" or "variants.jsonl" or "compositions.jsonl" || file.Contains("parts", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .Concat(GoldenArchive.Texts("tokenizer-parts.zip", "tokenizer.json"))
            .Concat(GoldenArchive.Texts("families.zip", "tokenizer.json")))
            .Replace("\"type\": ", "\"type\":", StringComparison.Ordinal);
        IEnumerable<string> types =
        [
            .. TokenizerParts.Normalizers.Types, .. TokenizerParts.PreTokenizers.Types, .. TokenizerParts.Models.Types,
            .. TokenizerParts.PostProcessors.Types, .. TokenizerParts.Decoders.Types,
        ];
        Assert.All(types, type => Assert.Contains($"\"type\":\"{type}\"", goldens, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("byte-bpe", """{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false}]}""")]
    [InlineData("wordpiece-cased", """{"type":"Sequence","pretokenizers":[{"type":"BertPreTokenizer"},{"type":"Digits","individual_digits":false}]}""")]
    [InlineData("unigram", """{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"Metaspace"}]}""")]
    public void Nothing_is_allocated_per_token(string folder, string preTokenizer)
    {
        SequenceTokenizer tokenizer = ChangedTokenizer.Load(folder, new JsonObject { ["pre_tokenizer"] = JsonNode.Parse(preTokenizer) });
        string text = string.Concat(Enumerable.Repeat("In 2024 it was 12 or 13, naïve and good. ", 20));
        using var rows = new TokenRows();
        Allocations.EndAfterAWhile(() =>
        {
            rows.Clear();
            tokenizer.Encode(text, rows);
        }, mostRounds: 50_000);
    }

    private static void AssertSame(int[] expected, int[] actual, string text, JsonObject change)
    {
        if (!expected.SequenceEqual(actual))
        {
            Assert.Fail($"{change.ToJsonString()}: '{text}' has [{string.Join(' ', expected)}], not [{string.Join(' ', actual)}]");
        }
    }

    private static int[] ScalarsOf(Range range, string text) => [ScalarsBefore(text, range.Start.Value), ScalarsBefore(text, range.End.Value)];

    private static int ScalarsBefore(string text, int position) => text[..position].EnumerateRunes().Count();
}
