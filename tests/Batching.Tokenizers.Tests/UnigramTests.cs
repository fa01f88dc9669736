using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using Batching.Tokenization;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>SentencePiece unigram tokenizers, as Hugging Face's library has them.</summary>
public sealed class UnigramTests
{
    private static readonly EncodingOptions Bare = new() { AddSpecialTokens = false, Truncation = TruncationStrategy.None };

    [Fact]
    public void A_tokenizer_of_every_kind_gives_the_ids_and_the_text_that_Hugging_Face_gives()
    {
        string folder = Repository.Conformance("unigram");
        SequenceTokenizer? tokenizer = null;
        string name = "";
        foreach (string line in File.ReadLines(Path.Combine(folder, "variants.jsonl")))
        {
            if (JsonNode.Parse(line) is JsonObject variant)
            {
                name = (string)variant["name"]!;
                tokenizer = ChangedTokenizer.LoadUnigram(variant["changes"]!.AsObject());
                continue;
            }

            JsonArray golden = JsonNode.Parse(line)!.AsArray();
            var text = (string)golden[0]!;
            int[] expected = golden[1]!.Ints();
            Assert.True(expected.SequenceEqual(tokenizer!.Encode(text, Bare).InputIds), $"{name}: {text}");
            Assert.True(expected.SequenceEqual(tokenizer.EncodeToTokens(text, out _).Select(token => token.Id)), $"{name}, tokens: {text}");
            Assert.Equal((string)golden[2]!, tokenizer.Decode(expected));
        }
    }

    [Fact]
    public void The_models_own_file_alone_gives_the_same_tokenizer()
    {
        SequenceTokenizer whole = SequenceTokenizer.Load(Repository.Conformance("unigram"));
        SequenceTokenizer tokenizer = SentencePieceFile.Load(File.ReadAllBytes(Path.Combine(Repository.Conformance("unigram"), "sentencepiece.bpe.model")));
        Assert.Equal(
            (whole.VocabularySize, whole.PadTokenId, whole.UnknownTokenId), (tokenizer.VocabularySize, tokenizer.PadTokenId, tokenizer.UnknownTokenId));
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("unigram"), "tokens-singles.jsonl"))
        {
            var text = (string)golden["text"]!;
            SequenceEncoding row = tokenizer.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None });
            Assert.Equal(golden["ids"]!.Ints(), row.InputIds);
            Assert.Equal(whole.Decode(row.InputIds), tokenizer.Decode(row.InputIds));
        }
    }

    [Fact]
    public void A_Camembert_has_its_own_ids_for_the_same_file()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Repository.Conformance("unigram"), "sentencepiece.bpe.model"));
        SequenceTokenizer roberta = SentencePieceFile.Load(file);
        SequenceTokenizer camembert = SentencePieceFile.Load(file, "CamembertTokenizer");
        Assert.Equal([5, 6], camembert.Encode("").InputIds);
        Assert.Equal((1, 3), (camembert.PadTokenId, camembert.UnknownTokenId));
        Assert.Equal(
            [5, .. roberta.Encode("I hate this so much!", Bare).InputIds.Select(id => id + 3), 6],
            camembert.Encode("I hate this so much!").InputIds);
    }

    [Fact]
    public void A_number_is_read_as_the_Rust_library_reads_it()
    {
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("unigram"), "scores.jsonl"))
        {
            double expected = double.Parse((string)golden["read"]!, CultureInfo.InvariantCulture);
            double? number = RustNumber.Read(Encoding.UTF8.GetBytes((string)golden["written"]!));
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(number!.Value));
        }
    }

    [Theory]
    [InlineData("1e309")]
    [InlineData("-1.8e308")]
    [InlineData("1e99999999999999999999")]
    [InlineData("179769313486231580000e300")]
    public void A_number_beyond_a_double_is_none(string number) => Assert.Null(RustNumber.Read(Encoding.UTF8.GetBytes(number)));

    [Fact]
    public void The_character_map_is_applied_as_Hugging_Face_applies_it()
    {
        TextNormalizer normalizer = new CharsmapNormalizer(Charsmap.Read(
            Convert.FromBase64String((string)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("unigram"), "tokenizer.json")))!
                ["normalizer"]!["normalizers"]![0]!["precompiled_charsmap"]!),
            what => new ModelLoadException(what)));
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("unicode"), "forms.jsonl"))
        {
            Assert.Equal((string)golden["precompiled"]!, normalizer.Normalize((string)golden["text"]!));
        }
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("unigram"));
        string[] texts = ["\uD800", "a\uDC00b", "x \uDBFF y", "\uD83D", "a\uD83D\uD83D\uDE00"];
        Assert.All(texts, text => Assert.Equal(tokenizer.Encode(Repaired(text)).InputIds, tokenizer.Encode(text).InputIds));

        static string Repaired(string text) => string.Concat(text.EnumerateRunes());
    }

    [Fact]
    public void A_megabyte_without_a_space_is_one_word_like_any_other()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("unigram"));
        const string Part = "thecatsatonthematandé中";
        int repetitions = 1_000_000 / Part.Length;
        int ten = CountOf(10);
        int period = CountOf(11) - ten;
        Assert.InRange(period, 5, Part.Length);

        // Every repetition is split like the one before it.
        Assert.Equal(ten + ((repetitions - 10) * period), CountOf(repetitions));

        int CountOf(int parts) => tokenizer.Encode(string.Concat(Enumerable.Repeat(Part, parts)), Bare).InputIds.Count;
    }

    [Fact]
    public void Only_as_much_of_a_long_text_is_split_as_is_needed()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Contract("xlm-roberta"));
        string text = string.Concat(Enumerable.Repeat("so much more of the same, ", 100_000));
        SequenceEncoding row = tokenizer.Encode(text);
        Assert.Equal(128, row.InputIds.Count);
        Assert.True(row.IsTruncated);
        Assert.Equal(tokenizer.Encode(text[..2000]).InputIds, row.InputIds);
    }

    [Fact]
    public async Task Many_threads_share_a_tokenizer()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("unigram"));
        (string Text, int[] Ids)[] goldens = [.. JsonLines.Read(Repository.Conformance("unigram"), "tokens-singles.jsonl")
            .Select(golden => ((string)golden["text"]!, golden["ids"]!.Ints()))];
        var options = new EncodingOptions { Truncation = TruncationStrategy.None };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 8),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            (thread, _) =>
            {
                for (int i = 0; i < goldens.Length; i++)
                {
                    (string text, int[] ids) = goldens[(i + (thread * 83)) % goldens.Length];
                    Assert.Equal(ids, tokenizer.Encode(text, options).InputIds);
                }

                return ValueTask.CompletedTask;
            });
    }

    [Fact]
    public void Encoding_allocates_nothing_once_its_buffers_have_grown()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("unigram"));
        using var rows = new TokenRows();
        string[] texts = ["I've been waiting for a HuggingFace course my whole life.", "Ünïcödé ﬁ e\u0301 中文 \u00A0 x", "   spaces   and 한국어  "];
        Allocations.EndAfterAWhile(Encode);

        void Encode()
        {
            foreach (string text in texts)
            {
                tokenizer.Encode(text, rows, Bare);
            }

            rows.Clear();
        }
    }
}
