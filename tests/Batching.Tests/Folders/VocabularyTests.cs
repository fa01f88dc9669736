using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Vocabularies: their special tokens, their size, their file.</summary>
public sealed class VocabularyTests
{
    private const string Text = "vocab.txt";
    private const string Json = "tokenizer.json";
    private const string SameModel = "Use the tokenizer and the model of one checkpoint";

    public static TheoryData<string, string> SpecialTokens => new()
    {
        { "[UNK]", "unknown" },
        { "[CLS]", "classifier" },
        { "[SEP]", "separator" },
        { "[PAD]", "pad" },
    };

    [Theory]
    [MemberData(nameof(SpecialTokens))]
    public void A_vocabulary_text_without_a_special_token_is_refused(string token, string role)
    {
        using var model = ModelFolderBuilder.Copy().Change(Text, text => text.Replace(token, "replaced", StringComparison.Ordinal));
        Refusal.Of(model, Text, $"has no {token}, the tokenizer's {role} token", "Use the vocabulary that the model was trained with");
    }

    [Theory]
    [InlineData("[UNK]", "has no [UNK], the tokenizer's", "Use the vocabulary that the model was trained with")]
    [InlineData("[PAD]", "has ids up to 1500", "Use the tokenizer and the model of one checkpoint")]
    public void A_tokenizer_without_a_special_token_that_is_needed_is_refused(string token, params string[] says)
    {
        using ModelFolderBuilder model = Without(token);
        Refusal.Of(model, Json, says);
    }

    [Theory]
    [InlineData("[CLS]")]
    [InlineData("[SEP]")]
    public void The_ids_of_the_template_count_whatever_the_vocabulary_calls_them(string token)
    {
        using ModelFolderBuilder model = Without(token);
        Assert.Equal([2, 3], SequenceTokenizer.Load(model.Folder).Encode("").InputIds);
    }

    private static ModelFolderBuilder Without(string token)
    {
        return ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json =>
        {
            JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
            vocabulary.Add("replaced", (int)vocabulary[token]!);
            vocabulary.Remove(token);
            json["added_tokens"]!.AsArray().RemoveAll(added => (string)added!["content"]! == token);
        });
    }

    [Fact]
    public void A_special_token_of_another_name_is_found_by_its_name()
    {
        using var model = ModelFolderBuilder.Copy()
            .Change(Text, text => text.Replace("[UNK]", "<unk>", StringComparison.Ordinal))
            .Edit("tokenizer_config.json", json => json.Remove("unk_token"))
            .Edit("special_tokens_map.json", json => json["unk_token"] = JsonNode.Parse("""{"content":"<unk>","lstrip":false}"""));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(1, classifier.Tokenizer.UnknownTokenId);
    }

    [Fact]
    public void The_pad_id_is_the_tokenizers()
    {
        using var model = ModelFolderBuilder.Copy().Edit("tokenizer_config.json", json => json["pad_token"] = "[MASK]");
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(4, classifier.Tokenizer.PadTokenId);
    }

    [Theory]
    [InlineData(1501)]
    [InlineData(3000)]
    public void A_vocabulary_larger_than_the_embedding_is_refused(int size)
    {
        using var model = ModelFolderBuilder.Copy().Change(Text, text => text.TrimEnd('\n') + string.Concat(Enumerable.Range(1500, size - 1500).Select(id => $"\nmore{id}")));
        Refusal.Of(model, Text, $"ids up to {size - 1}", "embeddings for 1500 ids only", model.PathOf("model.onnx"), SameModel);
        Refusal.Of(
            () => model.Load(new SequenceClassifierOptions { AllowUnusedEmbeddings = true }), model.PathOf(Text), "embeddings for 1500 ids only");
    }

    [Theory]
    [InlineData(1499)]
    [InlineData(100)]
    public void A_vocabulary_smaller_than_the_embedding_is_refused_unless_allowed(int size)
    {
        using var model = ModelFolderBuilder.Copy().Change(Text, text => string.Join('\n', text.Split('\n').Take(size)));
        Refusal.Of(model, Text, $"ids up to {size - 1}", "embeddings for 1500 ids", model.PathOf("model.onnx"), SameModel, "set AllowUnusedEmbeddings");

        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { AllowUnusedEmbeddings = true });
        Assert.Equal(size, classifier.Tokenizer.VocabularySize);
        Assert.Equal(1500, classifier.Model.VocabularySize);
        Assert.NotNull(classifier.Classify("I hate this so much!", TestContext.Current.CancellationToken).Label);
    }

    [Theory]
    [InlineData(1499)]
    [InlineData(1501)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public void A_vocab_size_that_contradicts_the_embedding_is_refused(int size)
    {
        using var model = ModelFolderBuilder.Copy().Edit("config.json", json => json["vocab_size"] = size);
        Refusal.Of(
            model, "config.json", $"vocab_size is {size}", model.PathOf("model.onnx"), "has embeddings for 1500 ids", "Use the config.json and the .onnx file of one model");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e30")]
    [InlineData("\"1500\"")]
    public void A_vocab_size_that_is_no_count_is_refused(string size)
    {
        using var model = ModelFolderBuilder.Copy().Edit("config.json", json => json["vocab_size"] = JsonNode.Parse(size));
        Refusal.Of(model, "config.json", "'vocab_size'", $"found {size}, expected a whole number");
    }

    [Theory]
    [InlineData("-1", "expected a whole number from 0")]
    [InlineData("0.5", "expected a whole number from 0")]
    [InlineData("\"7\"", "expected a whole number from 0")]
    [InlineData("2147483647", "has the id 2147483647; ids go up to 16777215")]
    [InlineData("16777216", "has the id 16777216; ids go up to 16777215")]
    [InlineData("99999999999", "expected a whole number from 0")]
    public void An_id_that_is_none_is_named(string id, string says)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json => json["model"]!["vocab"]!["good"] = JsonNode.Parse(id));
        Refusal.Of(model, Json, "good", says, "Download the file again");
    }

    [Fact]
    public void The_largest_id_that_is_one_does_not_exhaust_memory()
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json => json["model"]!["vocab"]!["good"] = 16777215);
        Refusal.Of(model, Json, "ids up to 16777215", "embeddings for 1500 ids only");
    }

    [Fact]
    public void An_empty_vocabulary_is_refused()
    {
        using var model = ModelFolderBuilder.Copy().Write(Text, "");
        Refusal.Of(model, Text, "is empty", "Download the file again");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("<!DOCTYPE html>\n<html>\n</html>\n")]
    public void A_vocabulary_of_no_tokens_is_refused(string content)
    {
        using var model = ModelFolderBuilder.Copy().Write(Text, content);
        Refusal.Of(model, Text, "has no [UNK]", "Use the vocabulary that the model was trained with");
    }

    [Fact]
    public void A_vocabulary_that_is_not_UTF_8_is_refused()
    {
        using var model = ModelFolderBuilder.Copy();
        model.Write(Text, Encoding.Latin1.GetBytes(File.ReadAllText(model.PathOf(Text)) + "\ncaf\u00E9"));
        Refusal.Of(model, Text, "is not UTF-8", "Download the file again");
        model.Write(Text, Encoding.Unicode.GetBytes("[PAD]\n[UNK]\n"));
        Refusal.Of(model, Text, "has no [UNK]");
    }

    [Theory]
    [InlineData("\r\n", "")]
    [InlineData("\r\n", "\r\n")]
    [InlineData("\n", "\n")]
    [InlineData("\n", "")]
    public void Line_ends_do_not_matter(string lineEnd, string lastLineEnd)
    {
        using var model = ModelFolderBuilder.Copy();
        using SequenceClassifier before = model.Load();
        model.Change(Text, text => string.Join(lineEnd, text.TrimEnd('\n').Split('\n')) + lastLineEnd);
        using SequenceClassifier after = model.Load();
        Assert.Equal(1500, after.Tokenizer.VocabularySize);
        Assert.Equal(before.Tokenizer.Encode("I hate this so much!").InputIds, after.Tokenizer.Encode("I hate this so much!").InputIds);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_token()
    {
        using var model = ModelFolderBuilder.Copy().Change(Text, text => "\uFEFF" + text);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(0, classifier.Tokenizer.PadTokenId);
    }
}
