using System.Buffers;
using System.Text.RegularExpressions;
using System.Text;
using Batching.Tokenization;
using CsCheck;
using Microsoft.ML.Tokenizers;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What holds for every text of a byte-level tokenizer.</summary>
public sealed class ByteLevelTests
{
    private const int Start = 0;
    private const int End = 2;

    private static readonly string Folder = Repository.Conformance("byte-bpe");
    private static readonly SequenceTokenizer Tokenizer = SequenceTokenizer.Load(Folder);
    private static readonly EncodingOptions Bare = new() { AddSpecialTokens = false, Truncation = TruncationStrategy.None };

    // Any UTF-16 at all: lone surrogates, U+0000, special tokens spelled out.
    private static readonly Gen<string> AnyText = Gen.Frequency(
            (3, Gen.String),
            (4, Generators.OneOf("the", "Hello", "don't", "I'LL", "'s", "'re", " ", "  ", "\n", "\t", "\u00A0", "\u3000", "9", "1234", "x²", "naïve", "中文", "한국어", "😀", "!", "...", "_")),
            (1, Generators.OneOf("<mask>", "<s>", "</s>", "<pad>", "<unk>", "<", ">")),
            (1, Generators.LoneSurrogate),
            (1, InterestingText.Scalar))
        .Array[0, 12]
        .Select(string.Concat);

    // Scalars that every Unicode version since 5 takes alike, so that .NET's own data may judge.
    private static readonly Gen<string> OldText = Generators.OneOf(
            "a", "Z", "é", "ß", "Ω", "я", "中", "ん", "ا", "अ", "ा", "\u0301", "0", "7", "²", "½", "٣", "Ⅷ", " ", " ", "  ", "\t", "\n", "\r", "\u000B", "\u0085",
            "\u00A0", "\u2003", "\u2028", "\u3000", "'", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "!", "_", "$", "😀", "𝒳", "𐍈", "\u200B", "\uFFFD")
        .Array[0, 14]
        .Select(string.Concat);

    [Fact]
    public void Every_text_comes_back_from_its_ids() => AnyText.Sample(
        text => Assert.Equal(WithoutLoneSurrogates(text), Tokenizer.Decode(Tokenizer.Encode(text, Bare).InputIds)),
        seed: Generators.Seed, iter: 20_000, threads: 2);

    [Fact]
    public void The_base_classs_ids_tokens_and_count_agree_and_the_tokens_cover_the_text() => AnyText.Sample(
        text =>
        {
            Tokenizer asBase = Tokenizer;
            IReadOnlyList<int> ids = asBase.EncodeToIds(text);
            IReadOnlyList<EncodedToken> tokens = asBase.EncodeToTokens(text, out string? normalized);
            Assert.Equal(text, normalized);
            Assert.Equal(ids, tokens.Select(token => token.Id));
            Assert.Equal(ids.Count, asBase.CountTokens(text));
            Assert.Equal(Tokenizer.Tokenize(text), tokens.Select(token => token.Value));
            Assert.Equal(ids, Tokenizer.Encode(text, Bare).InputIds);

            // Tokens follow on each other; only those of one character's bytes share it.
            int covered = 0;
            foreach ((int start, int end) in tokens.Select(token => (token.Offset.Start.Value, token.Offset.End.Value)))
            {
                Assert.True(start == covered || (start < covered && end >= covered && covered - start <= 2), $"{start}..{end} after {covered}");
                covered = end;
            }

            Assert.Equal(text.Length, covered);
        },
        seed: Generators.Seed, iter: 10_000, threads: 2);

    [Fact]
    public void A_word_spelled_in_bytes_has_the_places_of_its_characters()
    {
        IReadOnlyList<EncodedToken> tokens = Tokenizer.EncodeToTokens("Good 😀!", out _);
        Assert.Equal(["G", "ood", "Ġ", "ð", "Ł", "ĺ", "Ģ", "!"], tokens.Select(token => token.Value));
        Assert.Equal([0..1, 1..4, 4..5, 5..7, 5..7, 5..7, 5..7, 7..8], tokens.Select(token => token.Offset));
    }

    [Fact]
    public void The_words_are_those_of_GPT_2s_pattern()
    {
        var pattern = new Regex(
            @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.None, TimeSpan.FromSeconds(10));
        var withSpace = new ByteLevelPreTokenizer(addsPrefixSpace: true, splits: true);
        OldText.Sample(
            text =>
            {
                // .NET's classes are of UTF-16 units; one letter stands for every letter beyond them.
                string simple = text.Replace("𝒳", "X", StringComparison.Ordinal).Replace("𐍈", "x", StringComparison.Ordinal).Replace("😀", "@", StringComparison.Ordinal);
                Assert.Equal(pattern.Matches(simple).Select(match => match.Value), Words(Tokenizer.PreTokenizer!, simple));
                Assert.Equal(
                    pattern.Matches(simple).Select(match => match.Length),
                    Words(Tokenizer.PreTokenizer!, text).Select(word => word.EnumerateRunes().Count()));
                if (simple.Length > 0 && simple[0] != ' ')
                {
                    Assert.Equal(pattern.Matches($" {simple}").Select((match, index) => index == 0 ? match.Value[1..] : match.Value), Words(withSpace, simple));
                }
            },
            seed: Generators.Seed, iter: 20_000, threads: 2);

        static IEnumerable<string> Words(PreTokenizer preTokenizer, string text) =>
            preTokenizer.PreTokenize(text).Select(word => text.Substring(word.Offset, word.Length));
    }

    [Fact]
    public void Microsofts_byte_level_tokenizer_agrees()
    {
        BpeTokenizer theirs = BpeTokenizer.Create(new BpeOptions(Path.Combine(Folder, "vocab.json"), Path.Combine(Folder, "merges.txt"))
        {
            ByteLevel = true,
            PreTokenizer = Tokenizer.PreTokenizer,
        });
        OldText.Array[1, 4].Select(string.Concat).Sample(
            text => Assert.Equal(theirs.EncodeToIds(text), Tokenizer.EncodeToIds(text)), seed: Generators.Seed, iter: 10_000, threads: 2);
    }

    [Fact]
    public void A_words_merges_are_made_by_rank_then_from_the_left_however_long_it_is()
    {
        // Few symbols, so that most pairs merge and many have the same rank.
        Gen<TokenMerge> merge = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[0, 11]).Select((left, right, merged) => new TokenMerge(left, right, merged));
        Gen.Select(merge.Array[0, 40], Gen.Int[0, 11].Array[0, 300]).Sample(
            (merges, word) =>
            {
                // A pair that is there twice has its last rank.
                TokenMerge[] byRank = [.. merges.Where((one, rank) => !merges.Skip(rank + 1).Any(later => (later.LeftId, later.RightId) == (one.LeftId, one.RightId)))];
                List<int> expected = [.. word];
                while (byRank.Cast<TokenMerge?>().FirstOrDefault(one => IndexOf(expected, one!.Value) >= 0) is { } best)
                {
                    int at = IndexOf(expected, best);
                    expected[at] = best.MergedId;
                    expected.RemoveAt(at + 1);
                }

                int[] symbols = [.. word];
                int[] lengths = [.. Enumerable.Repeat(1, word.Length)];
                int count = new WordMerger(new MergeTable(merges)).Merge(symbols, lengths);
                Assert.Equal(expected, symbols.Take(count));
                Assert.Equal(word.Length, lengths.Take(count).Sum());
                Assert.Equal(count, new WordMerger(new MergeTable(merges)).Merge([.. word], lengths: []));
            },
            seed: Generators.Seed, iter: 3_000, threads: 2);

        static int IndexOf(List<int> symbols, TokenMerge merge)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == merge.LeftId && symbols[i + 1] == merge.RightId)
                {
                    return i;
                }
            }

            return -1;
        }
    }

    [Fact]
    public void A_word_of_a_megabyte_is_a_word_like_any_other()
    {
        string word = string.Concat(Enumerable.Repeat("theing", (1 << 20) / 6));
        SequenceEncoding row = Tokenizer.Encode(word, Bare);
        Assert.Equal(word, Tokenizer.Decode(row.InputIds));
        Assert.Equal(Tokenizer.Encode("theingtheing", Bare).InputIds, row.InputIds.Take(Tokenizer.Encode("theingtheing", Bare).InputIds.Count));
    }

    [Fact]
    public void A_text_costs_nothing_but_its_ids()
    {
        const int Rounds = 1_000;
        string[] texts =
        [
            "one long string of cliches .", "unaffable Café 中文 ﬁn don't", "", "<mask> it 's </s>", new string('字', 100), "Donaudampfschifffahrtsgesellschaft",
        ];
        SequenceTokenizer normalizing = Changed("""
            "normalizer": {"type":"Sequence","normalizers":[{"type":"StripAccents"},{"type":"Lowercase"},{"type":"Replace","pattern":{"String":"x"},"content":"y"}]}
            """);
        using var rows = new TokenRows();
        foreach (SequenceTokenizer tokenizer in new[] { Tokenizer, normalizing })
        {
            foreach (string text in texts)
            {
                long allocated = 0;

                // The first pass compiles the code and fills the pool.
                for (int pass = 0; pass < 2; pass++)
                {
                    rows.Clear();
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int round = 0; round < Rounds; round++)
                    {
                        tokenizer.Encode(text, rows);
                    }

                    allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                }

                Assert.InRange((double)allocated / Rounds, 0, 64);
            }
        }
    }

    [Fact]
    public void A_huge_text_costs_no_more_than_its_first_tokens()
    {
        string huge = string.Concat(Enumerable.Repeat("word ", 2_000_000));
        var options = new EncodingOptions { MaxLength = 512 };
        Tokenizer.Encode(huge, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SequenceEncoding row = Tokenizer.Encode(huge, options);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal((512, Start, End, true), (row.InputIds.Count, row.InputIds[0], row.InputIds[^1], row.IsTruncated));
    }

    [Fact]
    public void Any_number_of_threads_get_the_same_ids()
    {
        var fresh = SequenceTokenizer.Load(Folder);
        string[] texts = [.. Enumerable.Range(0, 2_000).Select(i => $"Text {i}: naïve Café №{i} unaffable <mask> 中文 {new string('x', i % 130)}")];
        int[][] expected = [.. texts.Select(text => Tokenizer.Encode(text).InputIds.ToArray())];
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (worker * 250)) % texts.Length;
                Assert.Equal(expected[text], fresh.Encode(texts[text]).InputIds);
            }
        });
    }

    [Fact]
    public void A_character_of_several_tokens_is_written_when_the_last_of_them_is_known()
    {
        int[] ids = [.. Tokenizer.Encode("a😀b", Bare).InputIds];
        var destination = new char[4];
        Assert.Equal(OperationStatus.Done, Tokenizer.Decode(ids, destination, out int consumed, out int written));
        Assert.Equal((ids.Length, "a😀b"), (consumed, new string(destination, 0, written)));
        Assert.Equal(OperationStatus.DestinationTooSmall, Tokenizer.Decode(ids, destination.AsSpan(0, 2), out consumed, out written));
        Assert.Equal((1, "a"), (consumed, new string(destination, 0, written)));

        // What never becomes a character is U+FFFD.
        Assert.Equal(OperationStatus.Done, Tokenizer.Decode(ids[..2], destination, out consumed, out written));
        Assert.Equal((2, "a\uFFFD"), (consumed, new string(destination, 0, written)));
        Assert.Equal("a\uFFFD", Tokenizer.Decode(ids[..2]));
    }

    [Fact]
    public void Tokens_and_ids_convert_into_each_other()
    {
        Assert.Equal(["I", "Ġh", "ate", "Ġth", "is"], Tokenizer.Tokenize("I hate this"));
        Assert.Equal([45, 291, 3, 4], Tokenizer.ConvertTokensToIds(["I", "Ġh", " no such token", "<mask>"]));
        Assert.Equal(["I", "Ġh", "<mask>"], Tokenizer.ConvertIdsToTokens(45, 291, 4));
    }

    private static SequenceTokenizer Changed(string property) => SequenceTokenizer.Load(name => name != "tokenizer.json"
        ? null
        : new MemoryStream(Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(Folder, name)).Replace("\"normalizer\": null", property, StringComparison.Ordinal))));

    private static string WithoutLoneSurrogates(string text) => string.Concat(text.EnumerateRunes());
}
