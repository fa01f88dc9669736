using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Files of byte-level tokenizers: what is read from which, and what is refused.</summary>
public sealed class BytePairTests
{
    private const string Json = "tokenizer.json";
    private const string Vocabulary = "vocab.json";
    private const string Merges = "merges.txt";
    private const string Config = "tokenizer_config.json";

    public static TheoryData<string> Contracts => ["roberta", "longformer", "led"];

    // A part of tokenizer.json, what it becomes, and what the refusal says of it.
    public static TheoryData<string, string, string> Damages => new()
    {
        { "model.dropout", "0.1", "the 'dropout' is 0.1, so that a text's tokens are random" },
        { "model.dropout", "\"no\"", "'model.dropout'" },
        { "model.fuse_unk", "1", "'model.fuse_unk'" },
        { "model.ignore_merges", "\"yes\"", "'model.ignore_merges'" },
        { "model.vocab", "null", "there is no 'vocab'" },
        { "model.vocab", "[]", "'model.vocab'" },
        { "model.vocab", """{"<s>":0,"a":"1"}""", "'model.vocab.a'" },
        { "model.vocab", """{"<s>":0,"a":-1}""", "'model.vocab.a'" },
        { "model.vocab", """{"<s>":0,"a":1.5}""", "'model.vocab.a'" },
        { "model.vocab", """{"<s>":0,"a":16777216}""", "has the id 16777216; ids go up to 16777215" },
        { "model.vocab", """{"<s>":0,"a":1,"b":1}""", "the tokens 'a' and 'b' have the same id, 1" },
        { "model.merges", """[["Ġ","no such piece"]]""", "the merge of 'Ġ' and 'no such piece' (merges[0]) names a token that is not in the vocabulary" },
        { "model.merges", """["Ġ a","a <s>"]""", "the merge of 'a' and '<s>' (merges[1]) names a token that is not in the vocabulary" },
        { "model.merges", """["Ġa"]""", "'model.merges[0]'" },
        { "model.merges", """["Ġ a b"]""", "'model.merges[0]'" },
        { "model.merges", """[" a"]""", "'model.merges[0]'" },
        { "model.merges", """[["Ġ","a","b"]]""", "'model.merges[0]'" },
        { "model.merges", """[["Ġ",1]]""", "'model.merges[0]'" },
        { "model.merges", "[1]", "'model.merges[0]'" },
        { "model.merges", "[[[]]]", "'model.merges[0]'" },
        { "model.merges", "{}", "'model.merges'" },
        { "pre_tokenizer.use_regex", "0", "'pre_tokenizer.use_regex'" },
        { "added_tokens", """[{"id":0,"content":"<s>","lstrip":"left"}]""", "'added_tokens[0].lstrip'" },
        { "post_processor", """{"type":"RobertaProcessing","sep":"</s>","cls":["<s>",0]}""", "'post_processor.sep'" },
    };

    [Theory]
    [MemberData(nameof(Contracts))]
    public void The_tokenizers_of_RoBERTa_and_its_kin_load(string contract)
    {
        string folder = Repository.Contract(contract);
        var tokenizer = SequenceTokenizer.Load(folder);
        Assert.Equal((1500, 1, 3, 128), (tokenizer.VocabularySize, tokenizer.PadTokenId, tokenizer.UnknownTokenId, tokenizer.MaxLength));
        Assert.Null(tokenizer.Normalizer);
        SequenceTokenizer fromParts = SequenceTokenizer.Load(
            name => name != Json && File.Exists(Path.Combine(folder, name)) ? File.OpenRead(Path.Combine(folder, name)) : null);
        JsonObject goldens = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "goldens.json")))!.AsObject();
        foreach (JsonNode? row in goldens["rows"]!.AsArray())
        {
            TextInput input = row!["pair"] is { } pair ? ((string)row["text"]!, (string)pair!) : new TextInput((string)row["text"]!);
            Assert.Equal(row["ids"]!.Ints(), tokenizer.Encode(input).InputIds);
            Assert.Equal(row["ids"]!.Ints(), fromParts.Encode(input).InputIds);
        }
    }

    [Fact]
    public void A_pair_has_two_separators_between_and_one_token_type()
    {
        SequenceEncoding row = SequenceTokenizer.Load(Repository.Contract("roberta")).Encode(("I hate this", "Short."));
        Assert.Equal([0, 45, 291, 359, 355, 281, 2, 2, 1307, 388, 18, 2], row.InputIds);
        Assert.All(row.TokenTypeIds, type => Assert.Equal(0, type));
    }

    [Theory]
    [InlineData("BertTokenizer")]
    [InlineData("DebertaTokenizer")]
    public void The_two_files_of_another_class_are_refused_by_its_name(string name)
    {
        using ModelFolderBuilder model = Parts().Edit(Config, json => json["tokenizer_class"] = name);
        AssertRefused(model, Vocabulary, $"'{name}'", "RobertaTokenizer, LongformerTokenizer", "GPT2Tokenizer", "Save the tokenizer again");
    }

    [Theory]
    [InlineData("RobertaTokenizerFast")]
    [InlineData("BartTokenizer")]
    [InlineData(null)]
    public void The_two_files_of_RoBERTas_kin_load(string? name)
    {
        using ModelFolderBuilder model = Parts().Edit(Config, json => json["tokenizer_class"] = name);
        Assert.Equal([0, 1307, 388, 18, 2], SequenceTokenizer.Load(model.Folder).Encode("Short.").InputIds);
    }

    [Fact]
    public void A_prefix_space_is_put_before_a_text_where_the_configuration_says_so()
    {
        using ModelFolderBuilder model = Parts().Edit(Config, json => json["add_prefix_space"] = true);
        var tokenizer = SequenceTokenizer.Load(model.Folder);
        Assert.Equal(tokenizer.Tokenize(" hello"), tokenizer.Tokenize("hello"));
        Assert.Equal(["Ġh", "ell", "o", "<mask>", "Ġa"], tokenizer.Tokenize("hello <mask>a"));
    }

    [Fact]
    public void The_mask_takes_the_space_before_it_along_unless_the_configuration_says_otherwise()
    {
        using ModelFolderBuilder model = Parts();
        Assert.Equal(["a", "<mask>", "Ġb"], SequenceTokenizer.Load(model.Folder).Tokenize("a \n<mask> b"));
        model.Edit(Config, json => json["mask_token"] = JsonNode.Parse("""{"content":"<mask>","lstrip":false,"rstrip":true}"""));
        Assert.Equal(["a", "Ġ", "<mask>", "b"], SequenceTokenizer.Load(model.Folder).Tokenize("a <mask> b"));
    }

    [Theory]
    [InlineData("<s>", "classifier")]
    [InlineData("</s>", "separator")]
    [InlineData("<unk>", "unknown")]
    [InlineData("<pad>", "pad")]
    public void A_vocabulary_without_a_special_token_is_refused(string token, string role)
    {
        using ModelFolderBuilder model = Parts().Edit(Vocabulary, json =>
        {
            json["replaced"] = (int)json[token]!;
            json.Remove(token);
        });
        AssertRefused(model, Vocabulary, $"has no {token}, the tokenizer's {role} token", "Use the vocabulary that the model was trained with");
    }

    [Theory]
    [InlineData("#version: 0.2\ni n\ni nope", "line 3", "the merge of 'i' and 'nope'")]
    [InlineData("#version: 0.2\ni n\nin", "line 3 does not hold two tokens")]
    [InlineData("\ni n n", "line 2 does not hold two tokens")]
    [InlineData("\n n", "line 2 does not hold two tokens")]
    [InlineData("<!DOCTYPE html>\n<html>", "line 2")]
    public void Damaged_merges_are_refused_by_their_line(string merges, params string[] says)
    {
        using ModelFolderBuilder model = Parts().Write(Merges, merges);
        AssertRefused(model, Merges, says);
    }

    [Fact]
    public void Merges_that_are_not_UTF_8_are_refused()
    {
        using ModelFolderBuilder model = Parts().Write(Merges, Encoding.Latin1.GetBytes("\u0120 \u00E9"));
        AssertRefused(model, Merges, "is not UTF-8");
    }

    [Theory]
    [InlineData("{", "is damaged: it is not JSON")]
    [InlineData("[]", "found an array, expected an object")]
    [InlineData("""{"a":[]}""", "'a'")]
    [InlineData("""{"a":1,"b":1}""", "the tokens 'a' and 'b' have the same id, 1")]
    [InlineData("""{"a":2147483647}""", "ids go up to 16777215")]
    public void A_damaged_vocabulary_is_refused(string vocabulary, string says)
    {
        using ModelFolderBuilder model = Parts().Write(Vocabulary, vocabulary);
        AssertRefused(model, Vocabulary, says);
    }

    [Fact]
    public void Ids_may_come_in_any_order()
    {
        using ModelFolderBuilder model = Parts().Edit(Vocabulary, json =>
        {
            KeyValuePair<string, JsonNode?>[] tokens = [.. json.Reverse()];
            json.Clear();
            foreach ((string token, JsonNode? id) in tokens)
            {
                json[token] = id;
            }
        });
        Assert.Equal([0, 1307, 388, 18, 2], SequenceTokenizer.Load(model.Folder).Encode("Short.").InputIds);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void What_is_damaged_or_not_supported_is_refused_by_its_name(string part, string value, string says)
    {
        using ModelFolderBuilder model = ModelFolderBuilder.Copy("roberta").Edit(Json, json =>
        {
            string[] path = part.Split('.');
            JsonObject parent = path.Length == 1 ? json : json[path[0]]!.AsObject();
            parent[path[^1]] = JsonNode.Parse(value);
        });
        AssertRefused(model, Json, says);
    }

    [Fact]
    public void Merges_nested_100000_deep_are_refused()
    {
        using ModelFolderBuilder model = ModelFolderBuilder.Copy("roberta").Change(
            Json, text => text.Replace("\"merges\": [", $"\"merges\": [{new string('[', 100_000)}", StringComparison.Ordinal));
        AssertRefused(model, Json, "is damaged: it is not JSON");
    }

    [Fact]
    public void Two_added_tokens_that_are_alike_once_normalized_are_refused()
    {
        using ModelFolderBuilder model = ModelFolderBuilder.Copy("roberta").Edit(Json, json =>
        {
            json["normalizer"] = JsonNode.Parse("""{"type":"Lowercase"}""");
            json["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":1500,"content":"COVID","normalized":true}"""));
            json["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":1501,"content":"Covid","normalized":true}"""));
        });
        AssertRefused(model, Json, "'COVID' and 'Covid' are both 'covid' once they are normalized", "Remove one of the two");
    }

    [Fact]
    public void An_added_token_of_which_normalizing_leaves_nothing_is_refused()
    {
        using ModelFolderBuilder model = ModelFolderBuilder.Copy("roberta").Edit(Json, json =>
        {
            json["normalizer"] = JsonNode.Parse("""{"type":"Strip","strip_left":true,"strip_right":true}""");
            json["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":1500,"content":"\t","normalized":true}"""));
        });
        AssertRefused(model, Json, "nothing is left of the added token '\t' once it is normalized");
    }

    // RoBERTa's tokenizer without its tokenizer.json.
    private static ModelFolderBuilder Parts() => ModelFolderBuilder.Copy("roberta").Delete(Json);

    private static void AssertRefused(ModelFolderBuilder model, string file, params string[] says)
    {
        var refusal = Assert.Throws<ModelLoadException>(() => SequenceTokenizer.Load(model.Folder));
        Assert.Equal(model.PathOf(file), refusal.File);
        Assert.All([model.PathOf(file), .. says], part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }
}
