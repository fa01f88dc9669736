using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Pairs of which a text is empty, or both are, stay pairs: ids, types, offsets and windows as Hugging Face gives them.</summary>
public sealed class EmptyPairTests
{
    public static TheoryData<string> Tokenizers => ["bert-base-uncased", "wordpiece-cased", "byte-bpe", "unigram"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_pair_with_an_empty_text_is_encoded_as_Hugging_Face_encodes_it(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        int checkedRows = 0;
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("empty-pairs.jsonl")).Where(golden => (string)golden["tokenizer"]! == name))
        {
            TextInput input = InputOf(golden);
            EncodingOptions options = OptionsOf(golden);
            string what = golden.ToJsonString();
            if (golden.ContainsKey("error"))
            {
                Assert.Throws<ArgumentException>(() => tokenizer.Encode(input, options));
                Assert.Throws<ArgumentException>(() => tokenizer.EncodeWithOffsets(input, options));
                continue;
            }

            JsonNode row = golden["rows"]![0]!;
            AssertRow(row, tokenizer.Encode(input, options), what);
            AssertRow(row, tokenizer.EncodeWithOffsets(input, options), what);
            using TokenRows rows = tokenizer.EncodeBatch([input, "x", input], options with { Truncation = TruncationStrategy.LongestFirst, MaxLength = 99 });
            Assert.Equal(rows[0], rows[2]);
            checkedRows++;
        }

        Assert.InRange(checkedRows, 100, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_pair_with_an_empty_text_has_the_windows_of_a_pair(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        int several = 0;
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("empty-pairs.jsonl")).Where(golden => (string)golden["tokenizer"]! == name))
        {
            if ((int)golden["stride"]! == 0 || golden.ContainsKey("error"))
            {
                continue;
            }

            // A window that would not advance is refused, also where the text needs no second one.
            JsonArray rows = golden["rows"]!.AsArray();
            EncodingOptions options = OptionsOf(golden);
            int[] sequences = rows[0]!["sequences"]!.Ints();
            int windowed = options.Truncation == TruncationStrategy.OnlySecond ? 1 : 0;
            int width = options.MaxLength!.Value - sequences.Count(sequence => sequence != windowed);
            if (sequences.Contains(windowed) && options.Stride >= width)
            {
                Assert.Single(rows);
                Assert.Throws<ArgumentException>(() => tokenizer.EncodeWindows(InputOf(golden), options));
                continue;
            }

            IReadOnlyList<SequenceEncoding> windows = tokenizer.EncodeWindows(InputOf(golden), options);
            IReadOnlyList<OffsetEncoding> placed = tokenizer.EncodeWindowsWithOffsets(InputOf(golden), options);
            Assert.Equal((rows.Count, rows.Count), (windows.Count, placed.Count));
            for (int window = 0; window < rows.Count; window++)
            {
                // Hugging Face's library gives the second text of a RoBERTa pair other types in the windows after the first.
                JsonNode row = rows[window]!.DeepClone();
                if (window > 0 && name is "byte-bpe" or "unigram")
                {
                    row["types"] = new JsonArray([.. row["ids"]!.AsArray().Select(_ => (JsonNode?)0)]);
                }

                AssertRow(row, windows[window], golden.ToJsonString());
                AssertRow(row, placed[window], golden.ToJsonString());
            }

            several += rows.Count > 1 ? 1 : 0;
        }

        Assert.InRange(several, 3, int.MaxValue);
    }

    private static SequenceTokenizer Load(string name) => name == "bert-base-uncased"
        ? SequenceTokenizer.Load(Repository.DefaultModel)
        : SequenceTokenizer.Load(Repository.Conformance(name));

    private static TextInput InputOf(JsonObject golden) => new((string)golden["text"]!, (string)golden["pair"]!);

    private static EncodingOptions OptionsOf(JsonObject golden) => golden["strategy"] is { } strategy
        ? new EncodingOptions
        {
            Truncation = Enum.Parse<TruncationStrategy>((string)strategy!),
            MaxLength = (int)golden["max_length"]!,
            Stride = (int)golden["stride"]!,
            TruncationSide = Enum.Parse<TruncationSide>((string)golden["side"]!),
        }
        : new EncodingOptions { Truncation = TruncationStrategy.None };

    private static void AssertRow(JsonNode golden, SequenceEncoding row, string what)
    {
        Assert.True(golden["ids"]!.Ints().SequenceEqual(row.InputIds), what);
        Assert.True(golden["types"]!.Ints().SequenceEqual(row.TokenTypeIds), what);
    }

    private static void AssertRow(JsonNode golden, OffsetEncoding row, string what)
    {
        AssertRow(golden, row.Encoding, what);
        Assert.True(golden["sequences"]!.Ints().SequenceEqual(row.SequenceIds.Select(sequence => sequence ?? -1)), what);
        Assert.True(
            golden["offsets"]!.Ints().SequenceEqual(row.Offsets.SelectMany(range => range is { } part ? new[] { part.Start.Value, part.End.Value } : [0, 0])),
            what);
    }
}
