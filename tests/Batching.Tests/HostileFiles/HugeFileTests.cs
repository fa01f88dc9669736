using System.Text;
using System.Text.Json.Nodes;
using Batching.Tests.Folders;
using Batching.Tokenization;
using Xunit;

namespace Batching.Tests.HostileFiles;

/// <summary>Files that are larger than they look, or make much of little.</summary>
public sealed class HugeFileTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    public void A_file_of_1_GB_is_refused_before_it_is_read(string name)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs");
        Grow(model.PathOf(name), 1L << 30);
        AssertRefusedWithLittleMemory(() => Refusal.Of(model, name, "1073741824 bytes", "the most that a file of its kind may have"));
    }

    [Fact]
    public void A_vocabulary_of_1_GB_is_refused_before_it_is_read()
    {
        using var model = ModelFolderBuilder.Copy();
        Grow(model.PathOf("vocab.txt"), 1L << 30);
        AssertRefusedWithLittleMemory(() => Refusal.Of(model, "vocab.txt", "1073741824 bytes"));
    }

    [Fact]
    public void A_model_that_is_1_GB_of_nothing_is_refused()
    {
        using var model = ModelFolderBuilder.Copy().Write("model.onnx", [0x08, 0x08]);
        Grow(model.PathOf("model.onnx"), 1L << 30);
        AssertRefusedWithLittleMemory(() => Refusal.Of(model, "model.onnx", "damaged"));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    public void A_stream_without_end_is_refused(string name)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs");
        Refusal.Of(() => SequenceClassifier.Load(file => file == name ? new EndlessStream() : model.Open(file)), name, "the most that a file of its kind may have");
    }

    [Fact]
    public void A_vocabulary_whose_pieces_all_have_one_hash_is_refused()
    {
        // Strings of blocks, each of which takes the hash from where the block before it left it to one and the same place.
        string[][] blocks = [.. BlocksOfOneHash(13)];
        var pieces = new List<string>(ModelFolderBuilder.TinyVocabulary);
        for (int i = 0; i < 1 << 13; i++)
        {
            pieces.Add(string.Concat(blocks.Select((block, bit) => block[(i >> bit) & 1])));
        }

        Assert.Single(pieces.Skip(ModelFolderBuilder.TinyVocabulary.Length).Select(piece => PieceTable.HashOf(piece)).Distinct());
        using var model = ModelFolderBuilder.Tiny().Write("vocab.txt", string.Join('\n', pieces));
        var refusal = Assert.Throws<ModelLoadException>(() => model.Load());
        Assert.Contains("made to be slow to load", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_piece_twice_and_ids_out_of_order_are_as_in_Hugging_Face()
    {
        const string Vocabulary = """{"bad":6,"[SEP]":3,"good":1,"[PAD]":0,"[UNK]":1,"good":5,"[CLS]":2,"[MASK]":4,"##ly":7}""";
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit("tokenizer.json", json =>
        {
            json["model"]!["vocab"] = "VOCABULARY";
            json["added_tokens"] = new JsonArray();
        }).Change("tokenizer.json", text => text.Replace("\"VOCABULARY\"", Vocabulary, StringComparison.Ordinal));
        var tokenizer = SequenceTokenizer.Load(model.Folder);
        Assert.Equal([2, 5, 7, 6, 3], tokenizer.Encode("goodly bad").InputIds);
    }

    [Theory]
    [InlineData("16777216")]
    [InlineData("2147483647")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999999")]
    [InlineData("1e308")]
    [InlineData("-1")]
    [InlineData("0.5")]
    public void An_id_that_no_vocabulary_has_is_refused(string id)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs")
            .Edit("tokenizer.json", json => json["model"]!["vocab"]!["[MASK]"] = "ID")
            .Change("tokenizer.json", text => text.Replace("\"ID\"", id, StringComparison.Ordinal));
        Refusal.Of(model, "tokenizer.json", id);
    }

    [Fact]
    public void Texts_in_UTF_16_are_refused()
    {
        foreach (Encoding encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var json = ModelFolderBuilder.Copy("bert-cased-pairs");
            json.Write("tokenizer.json", [.. encoding.GetPreamble(), .. encoding.GetBytes(File.ReadAllText(json.PathOf("tokenizer.json")))]);
            Refusal.Of(json, "tokenizer.json", "is not JSON");

            using var vocabulary = ModelFolderBuilder.Copy();
            vocabulary.Write("vocab.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes(File.ReadAllText(vocabulary.PathOf("vocab.txt")))]);
            Refusal.Of(vocabulary, "vocab.txt", "is not UTF-8");
        }
    }

    // Makes the file so long without writing it: what was not written is zeros.
    private static void Grow(string file, long length)
    {
        using FileStream stream = File.Open(file, FileMode.OpenOrCreate);
        stream.SetLength(length);
    }

    private static void AssertRefusedWithLittleMemory(Action refuse)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        refuse();
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1L << 29);
    }

    private static IEnumerable<string[]> BlocksOfOneHash(int count)
    {
        uint hash = PieceTable.EmptyHash;
        for (int block = 0; block < count; block++)
        {
            (string one, string other) = TwoOfOneHash(hash);
            hash = one.Aggregate(hash, (extended, c) => PieceTable.Extend(extended, c));
            yield return [one, other];
        }
    }

    // Two strings that take a hash to the same place: among so many of three letters some do.
    private static (string One, string Other) TwoOfOneHash(uint hash)
    {
        var known = new Dictionary<uint, string>();
        var random = new Random(1);
        while (true)
        {
            string text = string.Concat(Enumerable.Range(0, 4).Select(_ => (char)random.Next('\u4E00', '\u9FFF')));
            uint extended = text.Aggregate(hash, (before, c) => PieceTable.Extend(before, c));
            if (known.TryGetValue(extended, out string? other) && other != text)
            {
                return (text, other);
            }

            known[extended] = text;
        }
    }
}
