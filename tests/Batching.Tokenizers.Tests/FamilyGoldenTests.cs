using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>The tokenizers of the families that the Hub's models are of: every text, pair and window as Hugging Face has it.</summary>
public sealed class FamilyGoldenTests
{
    private const string Archive = "families.zip";

    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };

    public static TheoryData<string> Folders => [.. GoldenArchive.Folders(Archive, "tokenizer.json")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_text_has_the_ids_that_Hugging_Face_gives_it(string folder)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load(Archive, folder);
        var differing = new Differences();
        foreach (JsonObject golden in GoldenArchive.Lines(Archive, $"{folder}/tokens-singles.jsonl"))
        {
            TextInput input = (string)golden["text"]!;
            differing.Expect(input, golden["ids"]!.Ints(), () => tokenizer.Encode(input, Whole).InputIds);
            differing.Expect(input, golden["ids"]!.Ints(), () => tokenizer.EncodeWithOffsets(input, Whole).Encoding.InputIds);
        }

        differing.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_pair_is_truncated_as_Hugging_Face_truncates_it(string folder)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load(Archive, folder);
        var differing = new Differences();
        foreach (JsonObject golden in GoldenArchive.Lines(Archive, $"{folder}/tokens-pairs.jsonl"))
        {
            // These were made by calls with two texts, in which Python takes an empty one for none.
            var input = new TextInput((string)golden["text"]!, (string)golden["pair"]! is { Length: > 0 } second ? second : null);
            var options = new EncodingOptions
            {
                Truncation = (string)golden["truncation"]! switch
                {
                    "longest_first" => TruncationStrategy.LongestFirst,
                    "only_first" => TruncationStrategy.OnlyFirst,
                    "only_second" => TruncationStrategy.OnlySecond,
                    _ => TruncationStrategy.None,
                },
                MaxLength = (int?)golden["max_length"],
            };
            if (golden.ContainsKey("error"))
            {
                Assert.Throws<ArgumentException>(() => tokenizer.Encode(input, options));
                continue;
            }

            differing.Expect(input, golden["ids"]!.Ints(), () => tokenizer.Encode(input, options).InputIds);
            if (golden["type_ids"] is { } types)
            {
                differing.Expect(input, types.Ints(), () => tokenizer.Encode(input, options).TokenTypeIds);
            }
        }

        differing.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_long_text_has_the_windows_that_Hugging_Face_gives_it(string folder)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load(Archive, folder);
        foreach (JsonObject golden in GoldenArchive.Lines(Archive, $"{folder}/tokens-windows.jsonl"))
        {
            IReadOnlyList<SequenceEncoding> windows = tokenizer.EncodeWindows(
                (string)golden["text"]!,
                new EncodingOptions { MaxLength = (int)golden["max_length"]!, Stride = (int)golden["stride"]! });
            Assert.Equal(golden["windows"]!.AsArray().Select(window => window!.Ints()), windows.Select(window => window.InputIds));
        }
    }
}
