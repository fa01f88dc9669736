using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Every id that Hugging Face's Rust tokenizer gave, for every text, option and limit in the goldens.</summary>
public sealed class HuggingFaceGoldenTests
{
    public static TheoryData<string> Tokenizers =>
    [
        "bert-base-uncased",
        "wordpiece-cased",
        "wordpiece-cased-strip",
        "wordpiece-lower-keep",
        "wordpiece-lower-nochinese",
        "wordpiece-lower-noclean",
        "byte-bpe",
        "unigram",
    ];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_text_has_the_ids_that_Hugging_Face_gives_it(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance(name), "tokens-singles.jsonl"))
        {
            var text = (string)golden["text"]!;
            SequenceEncoding row = tokenizer.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None });
            Assert.Equal(golden["ids"]!.Ints(), row.InputIds);
            Assert.All(row.TokenTypeIds, type => Assert.Equal(0, type));
            Assert.False(row.IsTruncated);
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_pair_is_truncated_as_Hugging_Face_truncates_it(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance(name), "tokens-pairs.jsonl"))
        {
            // These were made by calls with two texts, in which Python takes an empty one for none; in lists it is one (EmptyPairTests).
            string? pair = (string)golden["pair"]! is { Length: > 0 } second ? second : null;
            var input = new TextInput((string)golden["text"]!, pair);
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
                var refusal = Assert.Throws<ArgumentException>(() => tokenizer.Encode(input, options));
                Assert.Contains("tokens too long", refusal.Message, StringComparison.Ordinal);
                continue;
            }

            SequenceEncoding row = tokenizer.Encode(input, options);
            Assert.Equal(golden["ids"]!.Ints(), row.InputIds);
            if (golden["type_ids"] is { } types)
            {
                Assert.Equal(types.Ints(), row.TokenTypeIds);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void A_long_text_has_the_windows_that_Hugging_Face_gives_it(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance(name), "tokens-windows.jsonl"))
        {
            IReadOnlyList<SequenceEncoding> windows = tokenizer.EncodeWindows(
                (string)golden["text"]!,
                new EncodingOptions { MaxLength = (int)golden["max_length"]!, Stride = (int)golden["stride"]! });
            Assert.Equal(golden["windows"]!.AsArray().Select(window => window!.Ints()), windows.Select(window => window.InputIds));
        }
    }

    [Fact]
    public void The_vocabulary_file_alone_gives_the_same_tokenizer()
    {
        SequenceTokenizer whole = Load("bert-base-uncased");
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(name =>
            name != "tokenizer.json" && Path.Combine(Repository.DefaultModel, name) is var path && File.Exists(path) ? File.OpenRead(path) : null);
        Assert.Equal(
            (whole.VocabularySize, whole.PadTokenId, whole.UnknownTokenId, whole.MaxLength),
            (tokenizer.VocabularySize, tokenizer.PadTokenId, tokenizer.UnknownTokenId, tokenizer.MaxLength));
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("bert-base-uncased"), "tokens-singles.jsonl"))
        {
            SequenceEncoding row = tokenizer.Encode((string)golden["text"]!, new EncodingOptions { Truncation = TruncationStrategy.None });
            Assert.Equal(golden["ids"]!.Ints(), row.InputIds);
        }
    }

    [Fact]
    public void The_vocabulary_and_merges_files_alone_give_the_same_tokenizer()
    {
        string folder = Repository.Conformance("byte-bpe");
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(
            name => name is "vocab.json" or "merges.txt" ? File.OpenRead(Path.Combine(folder, name)) : null);
        SequenceTokenizer whole = Load("byte-bpe");
        Assert.Equal(
            (whole.VocabularySize, whole.PadTokenId, whole.UnknownTokenId),
            (tokenizer.VocabularySize, tokenizer.PadTokenId, tokenizer.UnknownTokenId));
        foreach (JsonObject golden in JsonLines.Read(folder, "tokens-singles.jsonl"))
        {
            // Only without tokenizer.json does the mask take the space before it along, as in Hugging Face.
            var text = (string)golden["text"]!;
            if (!text.Contains("<mask>", StringComparison.Ordinal))
            {
                Assert.Equal(golden["ids"]!.Ints(), tokenizer.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None }).InputIds);
            }
        }
    }

    [Theory]
    [InlineData("byte-bpe")]
    [InlineData("wordpiece-cased")]
    public void The_parts_of_a_tokenizer_do_what_Hugging_Faces_do(string name)
    {
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("parts"), $"{name}.jsonl"))
        {
            JsonObject change = golden["change"]!.AsObject();
            SequenceTokenizer tokenizer = ChangedTokenizer.Load(name, change);
            foreach (JsonArray row in golden["ids"]!.AsArray().Select(row => row!.AsArray()))
            {
                var text = (string)row[0]!;
                int[] expected = row[1]!.Ints();
                int[] ids = [.. tokenizer.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None }).InputIds];
                if (!ids.SequenceEqual(expected))
                {
                    Assert.Fail($"{change.ToJsonString()}: '{text}' is [{string.Join(' ', expected)}], not [{string.Join(' ', ids)}]");
                }

                // The longer way, by words and their places, comes to the same.
                Assert.Equal(
                    tokenizer.Encode(text, new EncodingOptions { AddSpecialTokens = false, Truncation = TruncationStrategy.None }).InputIds,
                    tokenizer.EncodeToTokens(text, out _).Select(token => token.Id));
            }
        }
    }

    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("wordpiece-cased")]
    [InlineData("byte-bpe")]
    public void Ids_decode_to_the_text_that_Hugging_Face_decodes_them_to(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance(name), "decoded.jsonl"))
        {
            int[] ids = golden["ids"]!.Ints();
            Assert.Equal((string)golden["text"]!, tokenizer.Decode(ids));
            Assert.Equal((string)golden["text_without_special_tokens"]!, tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    private static SequenceTokenizer Load(string name) => SequenceTokenizer.Load(
        name == "bert-base-uncased" ? Repository.DefaultModel : Repository.Conformance(name));
}
