using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Damaged files of unigram tokenizers, and those of kinds that are not supported, are refused with a reason.</summary>
public sealed class UnigramFileTests
{
    private const string Json = "tokenizer.json";
    private const string Map = "precompiled_charsmap";

    private static readonly Lazy<byte[]> ModelFile = new(() =>
        File.ReadAllBytes(Path.Combine(Repository.Conformance("unigram"), "sentencepiece.bpe.model")));

    private static readonly Lazy<byte[]> Charsmap = new(() => Convert.FromBase64String(
        (string)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("unigram"), Json)))!["normalizer"]!["normalizers"]![0]![Map]!));

    [Theory]
    [InlineData("vocab", "null", "there is no 'vocab'")]
    [InlineData("vocab", "{}", "expected an array")]
    [InlineData("vocab", """["a"]""", "'model.vocab[0]'")]
    [InlineData("vocab", """[["a",-1],["b"]]""", "'model.vocab[1]'")]
    [InlineData("vocab", """[["a",-1],["b",null]]""", "'model.vocab[1]'")]
    [InlineData("vocab", """[["a",-1],["b","-2"]]""", "a token and its score")]
    [InlineData("vocab", """[["a",-1],[-2,"b"]]""", "a token and its score")]
    [InlineData("vocab", """[["a",-1],["b",-2,3]]""", "a token and its score")]
    [InlineData("vocab", """[["a",-1],["b",[-2]]]""", "a token and its score")]
    [InlineData("vocab", """[["a",-1],["b",-1e999]]""", "a number that a double can hold")]
    [InlineData("unk_id", "-1", "found -1")]
    [InlineData("unk_id", "1502", "the 'unk_id' is 1502, of 1502 tokens")]
    [InlineData("unk_id", "4294967299", "found 4294967299")]
    [InlineData("unk_id", "\"<unk>\"", "expected a whole number")]
    [InlineData("byte_fallback", "1", "expected true or false")]
    public void A_damaged_model_is_refused(string part, string value, string says)
    {
        using var model = ModelFolderBuilder.Copy("xlm-roberta").Edit(Json, json => json["model"]![part] = JsonNode.Parse(value));
        Refusal.Of(model, Json, "'model", says);
    }

    [Theory]
    [InlineData("""{"type":"Metaspace","replacement":"ab"}""", "the 'replacement' is 'ab'")]
    [InlineData("""{"type":"Metaspace","replacement":""}""", "the 'replacement' is ''")]
    [InlineData("""{"type":"Metaspace","replacement":"😀"}""", "below U+10000")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}""", "the 'prepend_scheme' is 'last'")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"always","add_prefix_space":false}""", "'add_prefix_space' is false")]
    [InlineData("""{"type":"Metaspace","replacement":"_","split":"yes"}""", "expected true or false")]
    [InlineData("""{"type":"Digits"}""", "no 'individual_digits'")]
    [InlineData("""{"type":"Sequence"}""", "no 'pretokenizers'")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","prepend_scheme":"first"}]}""", "'first' is not supported")]
    public void A_pre_tokenizer_of_another_kind_is_refused(string value, string says)
    {
        using var model = ModelFolderBuilder.Copy("xlm-roberta").Edit(Json, json => json["pre_tokenizer"] = JsonNode.Parse(value));
        Refusal.Of(model, Json, "'pre_tokenizer", says);
    }

    [Theory]
    [InlineData("not Base64!", "not Base64")]
    [InlineData("", "0 bytes")]
    [InlineData("AAAA", "3 bytes and ends before its trie")]
    [InlineData("AAAAAA==", "a trie of 0 bytes")]
    [InlineData("AwAAAAAAAAA=", "a trie of 3 bytes")]
    [InlineData("BAAAAAAAAA==", "a trie of 4 bytes, and 3 bytes follow")]
    [InlineData("/////wAAAAA=", "a trie of 4294967295 bytes")]
    public void A_character_map_that_ends_early_is_refused(string map, string says) => AssertMapIsRefused(map, says);

    [Fact]
    public void A_character_map_that_points_outside_itself_is_refused()
    {
        // A root whose children would start behind the only unit.
        AssertMapIsRefused(MapOf([256 << 10], "\0"), "points to its unit 256, and it has 1");

        // A match whose value is behind the replacements, within a character of them, or far too long.
        AssertMapIsRefused(MapOf(OneMatch(3), "a\0"), "points to byte 3");
        AssertMapIsRefused(MapOf(OneMatch(1), "é\0"), "points to byte 1");
        AssertMapIsRefused(MapOf(OneMatch(0), new string('a', 2000)), "has 2000 bytes");
    }

    [Fact]
    public void A_character_map_whose_replacements_are_not_text_is_refused()
    {
        byte[] map = Convert.FromBase64String(MapOf(OneMatch(0), "a\0"));
        map[^2] = 0xFF;
        AssertMapIsRefused(Convert.ToBase64String(map), "not UTF-8");
    }

    [Fact]
    public void A_character_map_that_leads_around_in_circles_ends()
    {
        // Every node leads back to the first.
        uint[] units = new uint[256];
        for (uint label = 1; label < units.Length; label++)
        {
            units[label] = label | (label << 10);
        }

        using var model = ModelFolderBuilder.Copy("xlm-roberta").Edit(Json, json => json["normalizer"]!["normalizers"]![0]![Map] = MapOf(units, "\0"));
        Assert.NotEmpty(SequenceTokenizer.Load(model.Folder).Encode("I hate this so much!").InputIds);
    }

    [Fact]
    public void Any_damage_to_a_character_map_is_refused_or_harmless()
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance("unigram"), Json)))!.AsObject();
        json["model"]!["vocab"] = JsonNode.Parse("""[["<s>",0],["<pad>",0],["</s>",0],["<unk>",0],["a",-1],["▁",-2]]""");
        Gen.Select(Gen.Int[0, 200_000], Gen.Byte, Gen.Int[0, 2_000]).Array[1, 8].Sample(
            changes =>
            {
                byte[] map = [.. Charsmap.Value];
                foreach ((int place, byte value, int start) in changes)
                {
                    map[place % map.Length] = value;
                    map[start] = value;
                }

                json["normalizer"]!["normalizers"]![0]![Map] = Convert.ToBase64String(map);
                LoadsOrIsRefused(() => SequenceTokenizer.Load(
                    name => name == Json ? new MemoryStream(Encoding.UTF8.GetBytes(json.ToJsonString())) : null));
            },
            seed: Generators.Seed,
            iter: 200,
            threads: 1);
    }

    [Theory]
    [InlineData("(a|b")]
    [InlineData("[a-")]
    [InlineData("(?<=a+)b")]
    public void A_regular_expression_that_is_damaged_or_not_supported_is_refused(string pattern)
    {
        using var model = ModelFolderBuilder.Copy("xlm-roberta").Edit(Json, json => json["normalizer"]!["normalizers"]![2]!["pattern"] = new JsonObject { ["Regex"] = pattern });
        Refusal.Of(model, Json, "regular expression", pattern);
    }

    [Theory]
    [InlineData(3, "word")]
    [InlineData(4, "character")]
    [InlineData(9, "type 9")]
    public void A_model_file_of_another_kind_is_refused_by_its_name(int type, string says) =>
        AssertFileIsRefused(FileOf(trainer => trainer.Number(3, type)), says, "unigram and BPE are");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_score_that_is_not_a_number_is_refused(float score) =>
        AssertFileIsRefused(FileOf(last: ("a", score)), "the piece 'a' has the score", "not a finite number");

    [Fact]
    public void A_model_file_that_is_none_is_refused()
    {
        AssertFileIsRefused([], "is empty");
        AssertFileIsRefused([0xFF], "not a SentencePiece model");
        AssertFileIsRefused("<unk> <s> </s> a b c"u8.ToArray(), "'sentencepiece.bpe.model'");
        AssertFileIsRefused(FileOf(trainer => trainer.Text(3, "unigram")), "not a SentencePiece model");
        AssertFileIsRefused(FileOf(normalizer: normalizer => normalizer.Text(2, "ab")), "ends before its trie");
        Assert.All([1, 100, 5_000, 100_000, 265_440], length => AssertFileIsRefused(ModelFile.Value[..length], "'sentencepiece.bpe.model'"));
    }

    [Fact]
    public void Any_damage_to_a_model_file_is_refused_or_harmless()
    {
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                byte[] file = [.. ModelFile.Value];
                foreach ((int place, byte value) in changes)
                {
                    file[place % file.Length] = value;
                }

                LoadsOrIsRefused(() => SentencePieceFile.Load(file));
            },
            seed: Generators.Seed,
            iter: 200,
            threads: 1);
    }

    [Theory]
    [InlineData("AlbertTokenizer")]
    [InlineData("T5Tokenizer")]
    [InlineData("MBartTokenizer")]
    [InlineData(null)]
    public void A_model_file_of_another_class_is_refused_by_its_name(string? name)
    {
        var refusal = Assert.Throws<ModelLoadException>(() => SentencePieceFile.Load(ModelFile.Value, name));
        Assert.Contains($"names the tokenizer class '{name ?? "none"}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CamembertTokenizer and XLMRobertaTokenizer are supported", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertMapIsRefused(string map, string says)
    {
        using var model = ModelFolderBuilder.Copy("xlm-roberta").Edit(Json, json => json["normalizer"]!["normalizers"]![0]![Map] = map);
        Refusal.Of(model, Json, "'normalizer.normalizers[0]'", says, "Download the file again");
    }

    private static void AssertFileIsRefused(byte[] content, params string[] says)
    {
        var refusal = Assert.Throws<ModelLoadException>(() => SentencePieceFile.Load(content));
        Assert.Equal("sentencepiece.bpe.model", refusal.File);
        Assert.All(says, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
    }

    private static void LoadsOrIsRefused(Func<SequenceTokenizer> load)
    {
        SequenceTokenizer tokenizer;
        try
        {
            tokenizer = load();
        }
        catch (ModelLoadException)
        {
            return;
        }

        Assert.NotEmpty(tokenizer.Encode("Ünïcödé ﬁ e\u0301 中文 ｶﾞ \u00A0 x 한국어").InputIds);
    }

    // The trie that knows "a" and nothing else.
    private static uint[] OneMatch(uint value)
    {
        var units = new uint[512];
        units[0] = 256 << 10;
        units[256 ^ 'a'] = 'a' | 256 | ('a' << 10);
        units[256] = value;
        return units;
    }

    private static string MapOf(uint[] units, string replacements)
    {
        byte[] texts = Encoding.UTF8.GetBytes(replacements);
        var map = new byte[4 + (units.Length * 4) + texts.Length];
        BinaryPrimitives.WriteInt32LittleEndian(map, units.Length * 4);
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(4 + (i * 4)), units[i]);
        }

        texts.CopyTo(map, 4 + (units.Length * 4));
        return Convert.ToBase64String(map);
    }

    private static byte[] FileOf(
        Action<Message>? trainer = null,
        Action<Message>? normalizer = null,
        (string Text, float Score)? last = null,
        (string Text, float Score)[]? pieces = null)
    {
        var file = new Message();
        foreach ((string text, float score) in pieces ?? [("<unk>", 0), ("<s>", 0), ("</s>", 0), last ?? ("a", -1)])
        {
            var piece = new Message();
            piece.Text(1, text);
            piece.Score(2, score);
            file.Bytes(1, piece);
        }

        var options = new Message();
        trainer?.Invoke(options);
        file.Bytes(2, options);
        options = new Message();
        normalizer?.Invoke(options);
        file.Bytes(3, options);
        return file.ToArray();
    }

    private sealed class Message
    {
        private byte[] content = [];

        public void Number(int field, int value) => Write(output =>
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt32(value);
        });

        public void Score(int field, float value) => Write(output =>
        {
            output.WriteTag(field, WireFormat.WireType.Fixed32);
            output.WriteFloat(value);
        });

        public void Text(int field, string value) => Write(output =>
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteString(value);
        });

        public void Bytes(int field, Message value) => Write(output =>
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(value.ToArray()));
        });

        public byte[] ToArray() => content;

        private void Write(Action<CodedOutputStream> write)
        {
            using var field = new MemoryStream();
            using (var output = new CodedOutputStream(field, leaveOpen: true))
            {
                write(output);
            }

            content = [.. content, .. field.ToArray()];
        }
    }
}
