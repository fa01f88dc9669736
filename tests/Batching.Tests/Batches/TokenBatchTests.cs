using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Batching.Tests.Batches;

/// <summary>Rows become rectangles as Hugging Face pads them.</summary>
public sealed class TokenBatchTests
{
    private const int Pad = 0;

    private static readonly Gen<int[][]> Rows = Gen.Int[1, 30000].Array[0, 12].Array[1, 8].Where(rows => rows.Any(row => row.Length > 0));

    [Fact]
    public void Texts_are_padded_and_truncated_as_Hugging_Face_does_it()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);
        JsonArray cases = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("bert-base-uncased"), "padding.json")))!["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        foreach (JsonNode? golden in cases)
        {
            JsonObject arguments = golden!["arguments"]!.AsObject();
            int maxLength = (int?)arguments["max_length"] ?? (int)tokenizer.MaxLength!;
            using TokenRows rows = tokenizer.EncodeBatch(golden["texts"]!.AsArray().Select(text => (string)text!), new EncodingOptions
            {
                AddSpecialTokens = (bool?)arguments["add_special_tokens"] ?? true,
                Truncation = (bool?)arguments["truncation"] == true ? TruncationStrategy.LongestFirst : TruncationStrategy.None,
                MaxLength = maxLength,
            });
            int[][] ids = [.. golden["ids"]!.AsArray().Select(row => row!.Ints())];
            int[][] mask = [.. golden["mask"]!.AsArray().Select(row => row!.Ints())];
            string padding = arguments["padding"]!.ToString();
            if (padding == "false")
            {
                // Without padding there is no rectangle: the rows themselves are Hugging Face's.
                Assert.Equal(ids, Enumerable.Range(0, rows.Count).Select(row => rows[row].ToArray()));
                Assert.Contains("Pad them", Assert.Throws<ArgumentException>(() => TokenBatch.Pad(
                    rows, tokenizer.PadTokenId, new PaddingOptions { Strategy = PaddingStrategy.None })).Message, StringComparison.Ordinal);
                continue;
            }

            using TokenBatch batch = TokenBatch.Pad(rows, tokenizer.PadTokenId, new PaddingOptions
            {
                Strategy = padding == "longest" ? PaddingStrategy.Longest : PaddingStrategy.MaxLength,
                MaxLength = maxLength,
                MultipleOf = (int?)arguments["pad_to_multiple_of"] ?? 1,
            });
            Assert.Equal(ids, ToRows(batch.InputIds));
            Assert.Equal(mask, ToRows(batch.AttentionMask));
        }
    }

    [Fact]
    public void The_mask_is_1_on_tokens_and_0_on_padding() => Gen.Select(Rows, Gen.Int[1, 9], Gen.Int[0, 20]).Sample(
        (rows, multipleOf, more) =>
        {
            int longest = rows.Max(row => row.Length);
            foreach (PaddingOptions options in new[]
            {
                new PaddingOptions { MultipleOf = multipleOf },
                new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = longest + more, MultipleOf = multipleOf },
            })
            {
                using TokenBatch batch = TokenBatch.Pad(rows, Pad, options);
                Assert.Equal((rows.Length, 0), (batch.Rows, batch.Columns % multipleOf));
                Assert.InRange(batch.Columns, longest, longest + more + multipleOf - 1);
                Assert.Equal(rows.Select(row => Filled(row, batch.Columns, Pad)), ToRows(batch.InputIds));
                Assert.Equal(rows.Select(row => Filled([.. row.Select(_ => 1)], batch.Columns, 0)), ToRows(batch.AttentionMask));
                Assert.All(ToRows(batch.TokenTypeIds), row => Assert.All(row, type => Assert.Equal(0, type)));
            }
        },
        seed: Generators.Seed, iter: 2_000, threads: 2);

    [Fact]
    public void A_pairs_token_types_are_0_then_1_then_0_on_padding()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);
        using TokenRows rows = tokenizer.EncodeBatch([new TextInput("one text"), ("a", "b c d"), new TextInput("x")]);
        using TokenBatch batch = TokenBatch.Pad(rows, tokenizer.PadTokenId);
        int[][] types = ToRows(batch.TokenTypeIds);
        Assert.Equal(new int[batch.Columns], types[0]);
        Assert.Equal([0, 0, 0, 1, 1, 1, 1], types[1]);
        Assert.Equal(new int[batch.Columns], types[2]);
    }

    [Fact]
    public void The_pad_id_fills_up_whatever_it_is()
    {
        using TokenBatch batch = TokenBatch.Pad([[5, 6], [7]], padTokenId: 42);
        Assert.Equal([[5, 6], [7, 42]], ToRows(batch.InputIds));
    }

    [Fact]
    public void Ragged_rows_are_refused_where_they_are_not_to_be_padded()
    {
        var refusal = Assert.Throws<ArgumentException>(() => TokenBatch.Pad(
            [[200, 200, 200], [200, 200]], Pad, new PaddingOptions { Strategy = PaddingStrategy.None }));
        Assert.Contains("from 2 to 3 tokens", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("PaddingStrategy.Longest", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_rectangle_of_tokens_is_refused_and_told_why()
    {
        AssertRefused("There is no row", () => TokenBatch.Pad([], Pad));
        AssertRefused("No row has a token", () => TokenBatch.Pad([[], []], Pad));
        AssertRefused("Row 1 is null", () => TokenBatch.Pad([[1], null!], Pad));
        AssertRefused("MultipleOf is 0", () => TokenBatch.Pad([[1]], Pad, new PaddingOptions { MultipleOf = 0 }));
        AssertRefused("needs a MaxLength", () => TokenBatch.Pad([[1]], Pad, new PaddingOptions { Strategy = PaddingStrategy.MaxLength }));
        AssertRefused("more than the MaxLength of 1", () => TokenBatch.Pad(
            [[1, 2]], Pad, new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = 1 }));
        AssertRefused("too large", () => TokenBatch.Pad(
            [[1], [2]], Pad, new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = int.MaxValue / 2 }));
        AssertRefused("no such padding strategy", () => TokenBatch.Pad([[1]], Pad, new PaddingOptions { Strategy = (PaddingStrategy)9 }));

        static void AssertRefused(string reason, Func<TokenBatch> make) =>
            Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_batch_says_so()
    {
        TokenBatch batch = TokenBatch.Pad([[1]], Pad);
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.InputIds.Rank);
        Assert.Throws<ObjectDisposedException>(() => batch.AttentionMask.Rank);
        Assert.Throws<ObjectDisposedException>(() => batch.TokenTypeIds.Rank);
    }

    [Fact]
    public void Rows_remember_what_they_were_given()
    {
        using var rows = new TokenRows();
        rows.Add([1, 2, 3]);
        rows.Add([]);
        rows.Add([4]);
        Assert.Equal((3, 3, 0, 1), (rows.Count, rows.LengthOf(0), rows.LengthOf(1), rows.LengthOf(2)));
        Assert.Equal([1, 2, 3], rows[0].ToArray());
        Assert.Equal([4], rows[2].ToArray());
        Assert.False(rows.IsTruncated(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.LengthOf(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.LengthOf(-1));
        rows.Dispose();
        Assert.Throws<ObjectDisposedException>(() => rows.LengthOf(0));
        Assert.Throws<ObjectDisposedException>(() => rows.Add([1]));
    }

    private static int[] Filled(int[] row, int columns, int filler) => [.. row, .. Enumerable.Repeat(filler, columns - row.Length)];

    private static int[][] ToRows(in ReadOnlyTensorSpan<long> tensor)
    {
        var flat = new long[tensor.FlattenedLength];
        tensor.FlattenTo(flat);
        return [.. flat.Select(value => (int)value).Chunk((int)tensor.Lengths[1])];
    }
}
