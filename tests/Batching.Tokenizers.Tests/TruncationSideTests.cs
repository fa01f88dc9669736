using System.Text.Json.Nodes;
using Batching.Tokenization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Texts cut at the left: the ids that Hugging Face gives, and what holds for every text.</summary>
public sealed class TruncationSideTests
{
    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };

    private static readonly Dictionary<string, SequenceTokenizer> Loaded = Tokenizers.ToDictionary(row => row.Data, row => Load(row.Data));

    private static readonly Gen<string> AnyText = Gen.Frequency(
            (3, Gen.String),
            (4, Gen.String.AlphaNumeric),
            (2, Generators.OneOf(" ", "  ", "the", " good", " unaffable ", "...", "\n")),
            (1, Generators.OneOf("[SEP]", "[MASK]", "<mask>", " </s>", "<s>")),
            (1, Generators.LoneSurrogate),
            (1, InterestingText.Scalar))
        .Array[0, 12]
        .Select(string.Concat);

    public static TheoryData<string> Tokenizers => ["bert-base-uncased", "wordpiece-cased", "byte-bpe", "unigram"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_text_or_pair_is_cut_at_either_side_as_Hugging_Face_cuts_it(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        foreach (JsonObject golden in Goldens(name))
        {
            var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
            foreach ((JsonObject cut, TruncationSide side) in Cuts(golden))
            {
                EncodingOptions options = OptionsOf(cut, side);
                if (cut.ContainsKey("error"))
                {
                    Assert.Throws<ArgumentException>(() => tokenizer.Encode(input, options));
                    continue;
                }

                JsonArray rows = cut[side.ToString()]!.AsArray();
                SequenceEncoding row = tokenizer.Encode(input, options);
                Assert.Equal(rows[0]!.Ints(), row.InputIds);
                Assert.Equal(tokenizer.Encode(input, Whole).InputIds.Count > row.InputIds.Count, row.IsTruncated);
                if (cut["type_ids"] is { } types)
                {
                    Assert.Equal(types.Ints(), row.TokenTypeIds);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_long_text_has_the_windows_that_Hugging_Face_gives_it_from_either_side(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        int windowed = 0;
        foreach (JsonObject golden in Goldens(name))
        {
            var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
            int added = tokenizer.Encode(input, Whole).InputIds.Count - tokenizer.Encode(input, Whole with { AddSpecialTokens = false }).InputIds.Count;
            foreach ((JsonObject cut, TruncationSide side) in Cuts(golden))
            {
                // Where a row has no room for a text, Hugging Face gives the whole text as what overflows; here it is refused.
                EncodingOptions options = OptionsOf(cut, side);
                bool isWindowed = (input.Pair, options.Truncation) is (null, not TruncationStrategy.OnlySecond)
                    or (not null, TruncationStrategy.OnlyFirst or TruncationStrategy.OnlySecond);
                if (isWindowed && options.MaxLength > added && cut[side.ToString()] is JsonArray rows)
                {
                    Assert.Equal(rows.Select(row => row!.Ints()), tokenizer.EncodeWindows(input, options).Select(window => window.InputIds));
                    windowed++;
                }
            }
        }

        Assert.InRange(windowed, 200, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_row_cut_at_the_left_ends_as_the_whole_row_ends(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        int added = tokenizer.Encode("").InputIds.Count;
        Gen<int> times = Gen.Frequency((40, Gen.Const(1)), (1, Gen.Int[100, 400]));
        Gen.Select(AnyText, times, Gen.Int[added, 20]).Sample(
            (part, count, limit) =>
            {
                string text = string.Concat(Enumerable.Repeat(part, count));
                SequenceEncoding whole = tokenizer.Encode(text, Whole);
                SequenceEncoding cut = tokenizer.Encode(text, new EncodingOptions { MaxLength = limit, TruncationSide = TruncationSide.Left });
                Assert.Equal(Math.Min(limit, whole.InputIds.Count), cut.InputIds.Count);
                Assert.Equal(whole.InputIds.Count > limit, cut.IsTruncated);
                Assert.Equal(whole.InputIds[0], cut.InputIds[0]);
                Assert.Equal(whole.InputIds.TakeLast(cut.InputIds.Count - 1), cut.InputIds.Skip(1));
            },
            seed: Generators.Seed, iter: 3_000, threads: 2);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_pair_cut_at_the_left_keeps_as_much_of_each_text_as_cut_at_the_right(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        var bare = new EncodingOptions { AddSpecialTokens = false };
        Gen.Select(AnyText, AnyText.Where(pair => pair.Length > 0), Gen.Int[1, 20], Generators.OneOf(Enum.GetValues<TruncationStrategy>())).Sample(
            (text, pair, limit, strategy) =>
            {
                int[] first = [.. tokenizer.Encode(text, bare with { Truncation = TruncationStrategy.None }).InputIds];
                int[] second = [.. tokenizer.Encode(pair, bare with { Truncation = TruncationStrategy.None }).InputIds];
                EncodingOptions options = bare with { MaxLength = limit, Truncation = strategy };
                (int First, int Second) kept;
                try
                {
                    kept = Truncation.Keep(first.Length, second.Length, limit, strategy);
                }
                catch (ArgumentException)
                {
                    Assert.Throws<ArgumentException>(() => tokenizer.Encode((text, pair), options with { TruncationSide = TruncationSide.Left }));
                    return;
                }

                Assert.Equal(
                    first[^kept.First..].Concat(second[^kept.Second..]),
                    tokenizer.Encode((text, pair), options with { TruncationSide = TruncationSide.Left }).InputIds);
                Assert.Equal(
                    first[..kept.First].Concat(second[..kept.Second]),
                    tokenizer.Encode((text, pair), options with { TruncationSide = TruncationSide.Right }).InputIds);
            },
            seed: Generators.Seed, iter: 3_000, threads: 2);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Windows_from_the_left_hold_every_token_and_repeat_the_stride(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        Gen.Select(AnyText, Gen.Int[1, 12], Gen.Int[0, 11]).Where((_, width, stride) => stride < width).Sample(
            (text, width, stride) =>
            {
                int[] whole = [.. tokenizer.Encode(text, new EncodingOptions { AddSpecialTokens = false, Truncation = TruncationStrategy.None }).InputIds];
                IReadOnlyList<SequenceEncoding> windows = tokenizer.EncodeWindows(
                    text, new EncodingOptions { AddSpecialTokens = false, MaxLength = width, Stride = stride, TruncationSide = TruncationSide.Left });
                IEnumerable<int> joined = windows[0].InputIds;
                foreach ((SequenceEncoding later, SequenceEncoding earlier) in windows.Zip(windows.Skip(1)))
                {
                    Assert.Equal(width, later.InputIds.Count);
                    Assert.Equal(later.InputIds.Take(stride), earlier.InputIds.TakeLast(stride));
                    joined = earlier.InputIds.SkipLast(stride).Concat(joined);
                }

                Assert.Equal(whole, joined);
                Assert.All(windows, window => Assert.Equal(windows.Count > 1, window.IsTruncated));
                Assert.Equal(
                    tokenizer.Encode(text, new EncodingOptions { AddSpecialTokens = false, MaxLength = width, TruncationSide = TruncationSide.Left }).InputIds,
                    windows[0].InputIds);
            },
            seed: Generators.Seed, iter: 3_000, threads: 2);
    }

    [Fact]
    public void Without_a_limit_nothing_is_cut_at_either_side()
    {
        SequenceTokenizer tokenizer = Loaded["wordpiece-cased"];
        Assert.Null(tokenizer.MaxLength);
        string text = string.Join(' ', Enumerable.Range(0, 3_000));
        IReadOnlyList<int> whole = tokenizer.Encode(text, Whole).InputIds;
        foreach (TruncationSide side in Enum.GetValues<TruncationSide>())
        {
            SequenceEncoding row = tokenizer.Encode(text, new EncodingOptions { TruncationSide = side });
            Assert.Equal(whole, row.InputIds);
            Assert.False(row.IsTruncated);
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_huge_text_cut_at_the_left_holds_no_more_ids_than_its_last_part(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        string special = name is "byte-bpe" or "unigram" ? "<mask>" : "[MASK]";
        string huge = string.Concat(Enumerable.Range(0, 60_000).Select(i => i % 1_000 == 0 ? special : $"the good {i} "));
        using var ids = new IdBuffer();
        tokenizer.AppendIds(huge, ids, WantedIds.Last(511));
        Assert.InRange(ids.Count, 511, 1_100);
        Assert.InRange(ids.Capacity, 511, 2_048);
        int[] whole = [.. tokenizer.Encode(huge, new EncodingOptions { AddSpecialTokens = false, Truncation = TruncationStrategy.None }).InputIds];
        Assert.Equal(whole[^ids.Count..], ids.Span.ToArray());
        Assert.Equal(
            whole[^4_000..],
            tokenizer.Encode(huge, new EncodingOptions { AddSpecialTokens = false, MaxLength = 4_000, TruncationSide = TruncationSide.Left }).InputIds);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Cutting_at_the_left_allocates_nothing(string name)
    {
        SequenceTokenizer tokenizer = Loaded[name];
        string text = string.Concat(Enumerable.Repeat("A naïve, charming and often unaffable journey. ", 100));
        var options = new EncodingOptions { MaxLength = 64, TruncationSide = TruncationSide.Left };
        using var rows = new TokenRows();
        Allocations.EndAfterAWhile(() =>
        {
            rows.Clear();
            tokenizer.Encode(text, rows, options);
        });
        Assert.True(rows.IsTruncated(0));
    }

    [Fact]
    public void A_side_that_does_not_exist_is_refused()
    {
        var options = new EncodingOptions { MaxLength = 8, TruncationSide = (TruncationSide)7 };
        SequenceTokenizer tokenizer = Loaded["bert-base-uncased"];
        Assert.Contains("TruncationSide is 7", Assert.Throws<ArgumentException>(() => tokenizer.Encode("a", options)).Message, StringComparison.Ordinal);
        Assert.Contains("TruncationSide is 7", Assert.Throws<ArgumentException>(() => tokenizer.EncodeWindows("a", options)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonObject> Goldens(string name) => JsonLines.Read(Repository.Conformance("sides"), $"{name}.jsonl");

    private static IEnumerable<(JsonObject Cut, TruncationSide Side)> Cuts(JsonObject golden) =>
        from cut in golden["cuts"]!.AsArray()
        from side in Enum.GetValues<TruncationSide>()
        select (cut.AsObject(), side);

    private static EncodingOptions OptionsOf(JsonObject cut, TruncationSide side) => new()
    {
        Truncation = Enum.Parse<TruncationStrategy>((string)cut["strategy"]!),
        MaxLength = (int)cut["max_length"]!,
        Stride = (int)cut["stride"]!,
        TruncationSide = side,
    };

    private static SequenceTokenizer Load(string name) => SequenceTokenizer.Load(
        name == "bert-base-uncased" ? Repository.DefaultModel : Repository.Conformance(name));
}
