using System.Buffers;
using CsCheck;
using Microsoft.ML.Tokenizers;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What holds for every text, every limit and every caller.</summary>
public sealed class SequenceTokenizerTests
{
    // A result: two references and a flag behind an object's header, and the header of the array of ids.
    private const int ObjectBytes = 40;
    private const int ArrayBytes = 24;

    private const int Cls = 101;
    private const int Sep = 102;

    private static readonly SequenceTokenizer Tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);

    // Any UTF-16 at all: lone surrogates, U+0000, special tokens spelled out.
    private static readonly Gen<string> AnyText = Gen.Frequency(
            (3, Gen.String),
            (2, Gen.String.AlphaNumeric),
            (1, Generators.OneOf("[SEP]", "[CLS]", "[MASK]", "[PAD]", "[UNK]", "[mask]", "[", "]")),
            (1, Generators.LoneSurrogate),
            (1, Gen.Const("\0 ")),
            (1, InterestingText.Scalar))
        .Array[0, 12]
        .Select(string.Concat);

    [Fact]
    public void No_text_is_refused_and_every_row_starts_with_CLS_and_ends_with_SEP() => AnyText.Sample(
        text =>
        {
            IReadOnlyList<int> ids = Tokenizer.Encode(text).InputIds;
            Assert.Equal(Cls, ids[0]);
            Assert.Equal(Sep, ids[^1]);
            Assert.All(ids, id => Assert.InRange(id, 0, Tokenizer.VocabularySize - 1));
        },
        seed: Generators.Seed, iter: 20_000, threads: 2);

    [Fact]
    public void No_row_is_longer_than_its_limit_and_a_limit_only_cuts() => Gen.Select(AnyText, Gen.Int[2, 20]).Sample(
        (text, limit) =>
        {
            SequenceEncoding whole = Tokenizer.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None });
            SequenceEncoding cut = Tokenizer.Encode(text, new EncodingOptions { MaxLength = limit });
            Assert.True(cut.InputIds.Count <= limit);
            Assert.Equal(whole.InputIds.Count > limit, cut.IsTruncated);
            Assert.Equal(whole.InputIds.SkipLast(1).Take(limit - 1), cut.InputIds.SkipLast(1));
            Assert.Equal(Sep, cut.InputIds[^1]);
        },
        seed: Generators.Seed, iter: 20_000, threads: 2);

    [Fact]
    public void No_pair_is_longer_than_its_limit() => Gen.Select(AnyText, AnyText, Gen.Int[3, 20]).Sample(
        (text, pair, limit) =>
        {
            SequenceEncoding row = Tokenizer.Encode((text, pair), new EncodingOptions { MaxLength = limit });
            Assert.True(row.InputIds.Count <= limit);
            Assert.Equal(row.InputIds.Count, row.TokenTypeIds.Count);
            Assert.Equal(row.TokenTypeIds.Order(), row.TokenTypeIds);
        },
        seed: Generators.Seed, iter: 10_000, threads: 2);

    [Fact]
    public void A_batchs_ids_are_those_of_its_texts_one_by_one() => AnyText.Array[1, 8].Sample(
        texts =>
        {
            using TokenRows rows = Tokenizer.EncodeBatch(texts);
            Assert.Equal(texts.Length, rows.Count);
            for (int row = 0; row < texts.Length; row++)
            {
                SequenceEncoding alone = Tokenizer.Encode(texts[row]);
                Assert.Equal(alone.InputIds, rows[row].ToArray());
                Assert.Equal(alone.InputIds.Count, rows.LengthOf(row));
                Assert.Equal(alone.IsTruncated, rows.IsTruncated(row));
            }
        },
        seed: Generators.Seed, iter: 5_000, threads: 2);

    [Fact]
    public void The_base_classs_ids_tokens_and_count_agree() => AnyText.Sample(
        text =>
        {
            Tokenizer asBase = Tokenizer;
            IReadOnlyList<int> ids = asBase.EncodeToIds(text);
            IReadOnlyList<EncodedToken> tokens = asBase.EncodeToTokens(text, out string? normalized);
            Assert.Equal(ids, tokens.Select(token => token.Id));
            Assert.Equal(ids.Count, asBase.CountTokens(text));
            Assert.Equal(Tokenizer.Tokenize(text), tokens.Select(token => token.Value));
            Assert.Equal(ids, Tokenizer.Encode(text, new EncodingOptions { AddSpecialTokens = false, Truncation = TruncationStrategy.None }).InputIds);
            foreach (EncodedToken token in tokens.Where(token => token.Value != "[UNK]"))
            {
                string spelled = normalized![token.Offset];
                Assert.Equal(token.Value, token.Value.StartsWith("##", StringComparison.Ordinal) ? $"##{spelled}" : spelled);
            }
        },
        seed: Generators.Seed, iter: 10_000, threads: 2);

    [Fact]
    public void Any_number_of_threads_get_the_same_ids()
    {
        string[] texts = [.. Enumerable.Range(0, 2_000).Select(i => $"Text {i}: naïve Café №{i} unaffable [MASK] 中文 {new string('x', i % 130)}")];
        int[][] expected = [.. texts.Select(text => Tokenizer.Encode(text).InputIds.ToArray())];
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (worker * 250)) % texts.Length;
                Assert.Equal(expected[text], Tokenizer.Encode(texts[text]).InputIds);
            }
        });
    }

    [Fact]
    public void A_huge_text_costs_no_more_than_its_first_tokens()
    {
        // Were the whole text tokenized, its ids alone would be megabytes.
        string huge = string.Concat(Enumerable.Repeat("word ", 2_000_000));
        Tokenizer.Encode(huge);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SequenceEncoding row = Tokenizer.Encode(huge);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal(512, row.InputIds.Count);
        Assert.True(row.IsTruncated);
    }

    [Fact]
    public void A_text_costs_at_most_64_bytes_beyond_its_ids()
    {
        const int Rounds = 1_000;
        string[] texts = ["one long string of cliches .", "unaffable Café 中文 ﬁn", "", "[MASK] it 's [SEP]"];
        using var rows = new TokenRows();
        foreach (string text in texts)
        {
            long results = 0;
            long encoded = 0;
            long intoRows = 0;

            // The first pass compiles the code and fills the pool.
            for (int pass = 0; pass < 2; pass++)
            {
                rows.Clear();
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int round = 0; round < Rounds; round++)
                {
                    SequenceEncoding encoding = Tokenizer.Encode(text);
                    results = Rounds * (ObjectBytes + ArrayBytes + (encoding.InputIds.Count * sizeof(int)));
                }

                encoded = GC.GetAllocatedBytesForCurrentThread() - before;
                for (int round = 0; round < Rounds; round++)
                {
                    Tokenizer.Encode(text, rows);
                }

                intoRows = GC.GetAllocatedBytesForCurrentThread() - before - encoded;
            }

            Assert.InRange((double)(encoded - results) / Rounds, 0, 64);
            Assert.InRange((double)intoRows / Rounds, 0, 64);
        }
    }

    [Theory]
    [InlineData("[CLS] i don't do not know, it's unaffable! we've you're [MASK] ' m x . [SEP]", false)]
    [InlineData("i don't do not know, it's unaffable! we've you're ' m x .", true)]
    public void Ids_decode_to_text(string expected, bool skipSpecialTokens)
    {
        IReadOnlyList<int> ids = Tokenizer.Encode("I don't do not know, it's unaffable! we've you're [MASK] ' m x .").InputIds;

        // Hugging Face's decoder cleans up one token at a time, so an apostrophe keeps its spaces.
        string spaced = expected.Replace("don't", "don ' t", StringComparison.Ordinal)
            .Replace("it's", "it ' s", StringComparison.Ordinal)
            .Replace("we've", "we ' ve", StringComparison.Ordinal)
            .Replace("you're", "you ' re", StringComparison.Ordinal)
            .Replace(" .", ".", StringComparison.Ordinal);
        Assert.Equal(spaced, Tokenizer.Decode(ids, skipSpecialTokens));

        if (!skipSpecialTokens)
        {
            var destination = new char[spaced.Length];
            Assert.Equal(OperationStatus.Done, Tokenizer.Decode(ids, destination, out int consumed, out int written));
            Assert.Equal((ids.Count, spaced), (consumed, new string(destination, 0, written)));
            Assert.Equal(OperationStatus.DestinationTooSmall, Tokenizer.Decode(ids, destination.AsSpan(1), out consumed, out written));
            Assert.Equal(spaced[..written], new string(destination, 1, written));
            Assert.True(consumed < ids.Count);
        }
    }

    [Fact]
    public void Decoding_is_Hugging_Faces_also_where_a_row_starts_within_a_word()
    {
        Assert.Equal("##face huggingface", Tokenizer.Decode([12172, 17662, 12172], skipSpecialTokens: true));
        Assert.Equal("huggingface.", Tokenizer.Decode([17662, 12172, 999999, 1012], skipSpecialTokens: true));
    }

    [Fact]
    public void Tokens_and_ids_convert_into_each_other()
    {
        Assert.Equal([17662, 12172, 100], Tokenizer.ConvertTokensToIds(["hugging", "##face", "no such token"]));
        Assert.Equal(["hugging", "##face"], Tokenizer.ConvertIdsToTokens(17662, 12172));
        var refusal = Assert.Throws<ArgumentException>(() => Tokenizer.ConvertIdsToTokens(30522));
        Assert.Contains("30522", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_class_stops_at_a_token_count_on_a_words_end()
    {
        Tokenizer asBase = Tokenizer;
        IReadOnlyList<int> ids = asBase.EncodeToIds("Hello world, unaffable", 4, out string? normalized, out int consumed);
        Assert.Equal([7592, 2088, 1010], ids);
        Assert.Equal("hello world, unaffable", normalized);
        Assert.Equal("hello world,".Length, consumed);
        Assert.Equal(13, asBase.GetIndexByTokenCount("Hello world, unaffable", 3, out _, out int count) + 1);
        Assert.Equal(3, count);
    }

    [Fact]
    public void A_limit_below_the_special_tokens_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Tokenizer.Encode("text", new EncodingOptions { MaxLength = 1 }));
        Assert.Contains("MaxLength is 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at least 2", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([Cls, Sep], Tokenizer.Encode("text", new EncodingOptions { MaxLength = 2 }).InputIds);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void A_stride_that_does_not_advance_is_refused(int stride)
    {
        var options = new EncodingOptions { MaxLength = 10, Stride = stride };
        var refusal = Assert.Throws<ArgumentException>(() => Tokenizer.EncodeWindows("a long text", options));
        Assert.Contains("from 0 to 7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_windows_of_a_pair_repeat_the_text_that_is_not_cut()
    {
        var options = new EncodingOptions { MaxLength = 9, Truncation = TruncationStrategy.OnlySecond, Stride = 1 };
        IReadOnlyList<SequenceEncoding> windows = Tokenizer.EncodeWindows(("a question", "one two three four five six seven"), options);
        IReadOnlyList<int> question = Tokenizer.EncodeToIds("a question");
        Assert.All(windows, window => Assert.Equal(question, window.InputIds.Skip(1).Take(2)));
        Assert.Equal(
            Tokenizer.EncodeToIds("one two three four four five six seven"),
            windows.SelectMany(window => window.InputIds.Skip(4).SkipLast(1)));
        Assert.Throws<ArgumentException>(() => Tokenizer.EncodeWindows(("a", "b"), new EncodingOptions { MaxLength = 9 }));
    }

    [Fact]
    public void A_null_text_is_refused_by_its_place()
    {
        Assert.Contains("Text 1 is null", Assert.Throws<ArgumentException>(() => Tokenizer.EncodeBatch(["a", null!])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Tokenizer.Encode(default));
        Assert.Throws<ArgumentNullException>(() => Tokenizer.Encode(new TextInput(null!)));
    }
}
