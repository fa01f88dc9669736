using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text;
using Batching.Tokenization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Which part of the text each token stands for: Hugging Face's <c>return_offsets_mapping</c>.</summary>
public sealed class OffsetTests
{
    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };
    private static readonly EncodingOptions Bare = Whole with { AddSpecialTokens = false };

    // The character map drops U+007F. At the start of a stretch Hugging Face then places the rest one character too early, and
    // after a ligature the ligature's end on U+007F.
    private static readonly Regex MiscountedDrop = new("(^|<s>|</s>|<unk>|<pad>|<mask>|ﬁ)\u007F", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    [Theory]
    [MemberData(nameof(HuggingFaceGoldenTests.Tokenizers), MemberType = typeof(HuggingFaceGoldenTests))]
    public void A_token_has_the_offset_that_Hugging_Face_gives_it(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        string[] texts = [.. JsonLines.Read(Repository.Conformance(name), "tokens-singles.jsonl").Select(golden => (string)golden["text"]!)];
        foreach (JsonObject golden in Goldens($"singles-{name}"))
        {
            AssertOffsets(golden["offsets"]!, tokenizer, texts[(int)golden["line"]!], Whole, name);
        }
    }

    [Theory]
    [InlineData("byte-bpe")]
    [InlineData("wordpiece-cased")]
    public void Added_tokens_and_normalizers_of_every_kind_keep_offsets_as_Hugging_Face_does(string name)
    {
        IEnumerable<JsonArray> goldens = File.ReadLines(PathOf($"parts-{name}")).Select(line => JsonNode.Parse(line)!.AsArray());
        foreach ((JsonObject part, JsonArray offsets) in JsonLines.Read(Repository.Conformance("parts"), $"{name}.jsonl").Zip(goldens))
        {
            JsonObject change = part["change"]!.AsObject();
            if (change.ContainsKey("without") && !change["model"]!.AsObject().ContainsKey("unk_token"))
            {
                // What is left out of a word moves Hugging Face's offsets of all that follows in it.
                continue;
            }

            SequenceTokenizer tokenizer = ChangedTokenizer.Load(name, change);
            foreach ((JsonNode? row, JsonNode? golden) in part["ids"]!.AsArray().Zip(offsets))
            {
                AssertOffsets(golden!, tokenizer, (string)row![0]!, Whole, change.ToJsonString());
            }
        }
    }

    [Fact]
    public void A_unigram_tokenizer_of_every_kind_has_the_offsets_of_Hugging_Face()
    {
        SequenceTokenizer? tokenizer = null;
        string name = "";
        foreach ((string line, string golden) in File.ReadLines(Path.Combine(Repository.Conformance("unigram"), "variants.jsonl")).Zip(File.ReadLines(PathOf("unigram"))))
        {
            if (JsonNode.Parse(line) is JsonObject variant)
            {
                name = (string)variant["name"]!;
                tokenizer = ChangedTokenizer.LoadUnigram(variant["changes"]!.AsObject());
                continue;
            }

            var text = (string)JsonNode.Parse(line)![0]!;
            if (!MiscountedDrop.IsMatch(text))
            {
                AssertOffsets(JsonNode.Parse(golden)!, tokenizer!, text, Bare, name);
            }
        }
    }

    [Fact]
    public void Spaces_are_trimmed_off_as_the_post_processor_says()
    {
        string[] texts = [];
        foreach (JsonObject golden in Goldens("trimming"))
        {
            if (golden["texts"] is JsonArray array)
            {
                texts = [.. array.Select(text => (string)text!)];
                continue;
            }

            SequenceTokenizer tokenizer = ChangedTokenizer.Load("byte-bpe", golden["change"]!.AsObject());
            foreach ((string text, JsonNode? offsets) in texts.Zip(golden["offsets"]!.AsArray()))
            {
                AssertOffsets(offsets!, tokenizer, text, Whole, golden["change"]!.ToJsonString());
            }
        }
    }

    [Fact]
    public void Pairs_cut_rows_and_windows_have_the_offsets_of_Hugging_Face()
    {
        var tokenizers = new Dictionary<string, SequenceTokenizer>(StringComparer.Ordinal);
        foreach (JsonObject golden in Goldens("rows"))
        {
            var name = (string)golden["tokenizer"]!;
            SequenceTokenizer tokenizer = tokenizers.TryGetValue(name, out SequenceTokenizer? loaded) ? loaded : tokenizers[name] = Load(name);
            TextInput input = golden["pair"] is null ? (string)golden["text"]! : ((string)golden["text"]!, (string)golden["pair"]!);
            var options = new EncodingOptions
            {
                MaxLength = (int)golden["max_length"]!,
                Stride = (int)golden["stride"]!,
                Truncation = Enum.Parse<TruncationStrategy>((string)golden["strategy"]!),
            };
            OffsetEncoding[] rows = options.Stride > 0
                ? [.. tokenizer.EncodeWindowsWithOffsets(input, options)]
                : [tokenizer.EncodeWithOffsets(input, options)];
            JsonArray expected = golden["rows"]!.AsArray();
            Assert.Equal(expected.Count, rows.Length);
            foreach ((JsonNode? row, OffsetEncoding encoding) in expected.Zip(rows))
            {
                Assert.Equal(row!["ids"]!.Ints(), encoding.Encoding.InputIds);
                Assert.Equal(row["sequences"]!.Ints(), encoding.SequenceIds.Select(sequence => sequence ?? -1));
                Assert.Equal(row["offsets"]!.Ints(), ScalarOffsets(encoding, input));
            }
        }
    }

    [Fact]
    public void What_the_character_map_drops_moves_no_offset()
    {
        SequenceTokenizer tokenizer = Load("unigram");
        Assert.Equal([1..4], tokenizer.EncodeWithOffsets("\u007Fthe", Bare).Offsets);
        Assert.Equal([4..7], tokenizer.EncodeWithOffsets("\u007F\u007F\u0001\u0002the", Bare).Offsets);
        Assert.DoesNotContain(1..2, tokenizer.EncodeWithOffsets("ﬁ\u007F", Bare).Offsets.OfType<Range>());
    }

    [Fact]
    public void A_byte_that_the_vocabulary_lacks_moves_no_offset()
    {
        var change = JsonNode.Parse("""{"model": {"merges": []}, "without": ["a"]}""")!.AsObject();
        Assert.Equal([0..1, 2..3, 4..5, 4..5], ChangedTokenizer.Load("byte-bpe", change).EncodeWithOffsets("Dayaé", Bare).Offsets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_vocabulary_and_merges_files_alone_trim_offsets_as_RoBERTa_does(bool addsPrefixSpace)
    {
        string flag = addsPrefixSpace ? "true" : "false";
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(name => name switch
        {
            "vocab.json" or "merges.txt" => File.OpenRead(Path.Combine(Repository.Conformance("byte-bpe"), name)),
            "tokenizer_config.json" => new MemoryStream(Encoding.UTF8.GetBytes($$"""{"tokenizer_class": "RobertaTokenizer", "add_prefix_space": {{flag}}}""")),
            _ => null,
        });
        var change = JsonNode.Parse($$"""
            {
              "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": {{flag}}, "trim_offsets": true, "use_regex": true},
              "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": {{flag}}}
            }
            """)!.AsObject();
        SequenceTokenizer whole = ChangedTokenizer.Load("byte-bpe", change);
        Assert.All(
            (string[])["the cat", " the  cat ", "\n x", "  ", "é 😀"],
            text => Assert.Equal(whole.EncodeWithOffsets(text).Offsets, tokenizer.EncodeWithOffsets(text).Offsets));
    }

    [Fact]
    public void Offsets_count_the_UTF16_units_of_the_text()
    {
        const string Text = "😀 naïve 😀 Film";
        OffsetEncoding encoding = Load("bert-base-uncased").EncodeWithOffsets(Text);
        Assert.Equal([null, "😀", "naïve", "😀", "Film", null], encoding.Offsets.Select(range => range is { } part ? Text[part] : null));
    }

    [Fact]
    public void Special_tokens_that_a_text_spells_have_a_place_and_those_around_it_have_none()
    {
        OffsetEncoding encoding = Load("bert-base-uncased").EncodeWithOffsets(("a [SEP]", "b"));
        Assert.Equal([null, 0..1, 2..7, null, 0..1, null], encoding.Offsets);
        Assert.Equal([null, 0, 0, null, 1, null], encoding.SequenceIds);
        Assert.Equal([0, 0, 0, 0, 1, 1], encoding.Encoding.TokenTypeIds);
    }

    [Fact]
    public void An_input_is_refused_as_without_offsets()
    {
        SequenceTokenizer tokenizer = Load("bert-base-uncased");
        Assert.Throws<ArgumentException>(() => tokenizer.EncodeWithOffsets(default));
        Assert.Throws<ArgumentException>(() => tokenizer.EncodeWithOffsets("a", new EncodingOptions { MaxLength = 1 }));
        Assert.Throws<ArgumentException>(() => tokenizer.EncodeWindowsWithOffsets(("a", "b")));
        Assert.Throws<ArgumentException>(() => tokenizer.EncodeWindowsWithOffsets("a b", new EncodingOptions { MaxLength = 4, Stride = 2 }));
        Assert.Throws<ArgumentException>(() => Load("byte-bpe").EncodeWindowsWithOffsets("a"));
    }

    [Theory]
    [MemberData(nameof(HuggingFaceGoldenTests.Tokenizers), MemberType = typeof(HuggingFaceGoldenTests))]
    public void Any_text_has_the_ids_that_it_has_without_offsets(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        HostileText.Sample(
            text =>
            {
                var options = new EncodingOptions
                {
                    MaxLength = 4 + (text.Length % 40),
                    Stride = text.Length % 3,
                    TruncationSide = text.Length % 2 == 0 ? TruncationSide.Left : TruncationSide.Right,
                };
                OffsetEncoding encoding = tokenizer.EncodeWithOffsets(text, options);
                SequenceEncoding expected = tokenizer.Encode(text, options);
                Assert.Equal(expected.InputIds, encoding.Encoding.InputIds);
                Assert.Equal(expected.IsTruncated, encoding.Encoding.IsTruncated);
                if (options.MaxLength > 6)
                {
                    Assert.Equal(
                        tokenizer.EncodeWindows(text, options).Select(window => window.InputIds),
                        tokenizer.EncodeWindowsWithOffsets(text, options).Select(window => window.Encoding.InputIds));
                }

                OffsetEncoding pair = tokenizer.EncodeWithOffsets((text, "some other text"), options);
                Assert.Equal(tokenizer.Encode((text, "some other text"), options).InputIds, pair.Encoding.InputIds);
            },
            seed: Generators.Seed,
            iter: 1_000,
            threads: 2);
    }

    [Theory]
    [MemberData(nameof(HuggingFaceGoldenTests.Tokenizers), MemberType = typeof(HuggingFaceGoldenTests))]
    public void Offsets_go_forward_and_part_no_character(string name)
    {
        SequenceTokenizer tokenizer = Load(name);
        HostileText.Sample(
            text =>
            {
                int last = 0;
                foreach (Range range in tokenizer.EncodeWithOffsets(text, Bare).Offsets.Select(range => range!.Value))
                {
                    (int start, int end) = (range.Start.Value, range.End.Value);
                    Assert.True(start <= end && end <= text.Length && start >= last, text);
                    Assert.False(PartsCharacter(text, start) || PartsCharacter(text, end), text);
                    last = start;
                }
            },
            seed: Generators.Seed,
            iter: 1_000,
            threads: 2);

        static bool PartsCharacter(string text, int position) =>
            position > 0 && position < text.Length && char.IsSurrogatePair(text[position - 1], text[position]);
    }

    [Fact]
    public void The_part_of_the_text_that_a_token_stands_for_normalizes_to_it()
    {
        SequenceTokenizer tokenizer = Load("bert-base-uncased");
        HostileText.Sample(
            text =>
            {
                OffsetEncoding encoding = tokenizer.EncodeWithOffsets(text, Bare);
                foreach ((string token, Range? range) in tokenizer.ConvertIdsToTokens([.. encoding.Encoding.InputIds]).Zip(encoding.Offsets))
                {
                    string part = text[range!.Value];
                    if (token is not "[UNK]" && !part.StartsWith('['))
                    {
                        Assert.Contains(token.StartsWith("##", StringComparison.Ordinal) ? token[2..] : token, tokenizer.Normalizer!.Normalize(part), StringComparison.Ordinal);
                    }
                }
            },
            seed: Generators.Seed,
            iter: 5_000,
            threads: 2);
    }

    [Fact]
    public void A_normalizer_makes_the_same_text_whether_or_not_it_tells_where_it_came_from()
    {
        IEnumerable<string> everyScalar = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(scalar => new Rune(scalar)).Chunk(500)
            .Select(runes => string.Join("e", runes));
        foreach (TextNormalizer normalizer in Normalizers)
        {
            foreach (string text in everyScalar)
            {
                AssertSame(normalizer, text);
            }

            HostileText.Sample(text => AssertSame(normalizer, text), seed: Generators.Seed, iter: 1_000, threads: 2);
        }

        static void AssertSame(TextNormalizer normalizer, string text)
        {
            var aligned = new AlignedText(text, 0);
            normalizer.Align(aligned);
            Assert.Equal(normalizer.Normalize(text), aligned.ToText());
            Assert.Equal(aligned.ToText().Length, aligned.ToSources().Length);
        }
    }

    [Fact]
    public void A_huge_text_costs_no_more_than_its_length()
    {
        foreach (string name in (string[])["bert-base-uncased", "byte-bpe", "unigram"])
        {
            SequenceTokenizer tokenizer = Load(name);
            foreach (string text in (string[])[new string('x', 300_000), new string('\u0301', 300_000), string.Concat(Enumerable.Repeat("a b ", 75_000))])
            {
                Assert.Equal(tokenizer.Encode(text, Whole).InputIds, tokenizer.EncodeWithOffsets(text, Whole).Encoding.InputIds);
            }
        }
    }

    private static IEnumerable<TextNormalizer> Normalizers =>
    [
        new BertNormalizer(new ScalarNormalizer(new NormalizerOptions(true, true, null, true))),
        new BertNormalizer(new ScalarNormalizer(new NormalizerOptions(true, false, true, false))),
        new BertNormalizer(new ScalarNormalizer(new NormalizerOptions(false, true, false, true))),
        new BertNormalizer(new ScalarNormalizer(NormalizerOptions.None)),
        .. Enum.GetValues<NormalizationForm>().Select(form => new UnicodeFormNormalizer(form)),
        new LowercaseNormalizer(),
        new StripAccentsNormalizer(),
        new NmtNormalizer(),
        new ReplaceNormalizer("the", "a\u0301"),
        new ReplaceNormalizer("e", ""),
        new ReplaceNormalizer("😀", "\U0001F1E9"),
        new SpaceRunNormalizer(2, " "),
        new SpaceRunNormalizer(1, "▁▁"),
        new PrependNormalizer("▁ "),
        new StripNormalizer(true, true),
        NormalizerSequence.Of(new UnicodeFormNormalizer(NormalizationForm.FormKD), new StripAccentsNormalizer(), new LowercaseNormalizer())!,
        new CharsmapNormalizer(Charsmap.Read(
            Convert.FromBase64String((string)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("unigram"), "tokenizer.json")))!
                ["normalizer"]!["normalizers"]![0]!["precompiled_charsmap"]!),
            what => new ModelLoadException(what))),
    ];

    private static Gen<string> HostileText => Gen.Frequency(
            (4, Generators.OneOf(
                "the", "naïve", "CAFÉ", "e\u0301", "e\u0323\u0301\u0302", "ﬁ", "½", "İ", "ΑΣ", "ß", "中文", "日本", "한국", "\u1112\u1161\u11AB", "नमस्ते", "ไทย",
                "😀", "👨‍👩‍👧", "🇩🇪", "①", "ｶﾞ", "\U0001D15E", "don't", "''re", "1234", "...", "$")),
            (2, Generators.OneOf(" ", "  ", "\n", "\t", "\u00A0", "\u3000", "▁", "\r\n")),
            (1, Generators.OneOf("[MASK]", "[SEP]", "<mask>", " <mask> ", "<s>", "</s>", "<unk>", "<pad>")),
            (1, Generators.OneOf("\u0000", "\u0001", "\u007F", "\u200B", "\u200D", "\uFFFD", "\u00AD", "\uFEFF")),
            (2, InterestingText.Scalar),
            (1, Generators.LoneSurrogate),
            (1, Gen.String[Gen.Char['a', 'z'], 1, 12]))
        .Array[0, 20]
        .Select(string.Concat);

    private static IEnumerable<JsonObject> Goldens(string name) => JsonLines.Read(PathOf(name));

    private static string PathOf(string name) => Path.Combine(Repository.Conformance("offsets"), $"{name}.jsonl");

    private static SequenceTokenizer Load(string name) =>
        SequenceTokenizer.Load(name == "bert-base-uncased" ? Repository.DefaultModel : Repository.Conformance(name));

    private static void AssertOffsets(JsonNode golden, SequenceTokenizer tokenizer, string text, EncodingOptions options, string what)
    {
        OffsetEncoding encoding = tokenizer.EncodeWithOffsets(text, options);
        Assert.Equal(tokenizer.Encode(text, options).InputIds, encoding.Encoding.InputIds);
        int[] expected = golden.Ints();
        int[] offsets = ScalarOffsets(encoding, text);
        if (!expected.SequenceEqual(offsets))
        {
            Assert.Fail($"{what}: '{text}' has [{string.Join(' ', expected)}], not [{string.Join(' ', offsets)}]");
        }
    }

    // Start and end of each token in turn, in Unicode scalars, and (0, 0) for special tokens.
    private static int[] ScalarOffsets(OffsetEncoding encoding, TextInput input)
    {
        var offsets = new List<int>();
        for (int i = 0; i < encoding.Offsets.Count; i++)
        {
            string text = (encoding.SequenceIds[i] == 1 ? input.Pair : input.Text)!;
            Range range = encoding.Offsets[i] ?? 0..0;
            Assert.False(range.Start.IsFromEnd || range.End.IsFromEnd);
            Assert.Equal(encoding.Offsets[i] is null, encoding.SequenceIds[i] is null);
            offsets.Add(ScalarsBefore(text, range.Start.Value));
            offsets.Add(ScalarsBefore(text, range.End.Value));
        }

        return [.. offsets];
    }

    private static int ScalarsBefore(string text, int position)
    {
        int count = 0;
        foreach (Rune _ in text.AsSpan(0, position).EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
