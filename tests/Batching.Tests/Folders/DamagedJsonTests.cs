using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>JSON files that are none, or hold something else than they should.</summary>
public sealed class DamagedJsonTests
{
    public static TheoryData<string> Files => ["config.json", "tokenizer_config.json", "special_tokens_map.json", "tokenizer.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_empty_file_is_refused(string file) => AssertRefused(file, "", "is empty", "Download the file again");

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_not_JSON_is_refused(string file)
    {
        foreach (string content in new[] { "{", "{\"a\":", "}", "not json", "<!DOCTYPE html>", "{\"a\":1}{", "{\"a\":NaN}", "\0", " ", "{'a':1}" })
        {
            AssertRefused(file, content, "is damaged: it is not JSON", "Download the file again");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_truncated_file_is_refused(string file)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit("special_tokens_map.json", json => json["unk_token"] = "[UNK]");
        int length = File.ReadAllBytes(model.PathOf(file)).Length;
        foreach (int kept in new[] { length - 2, length / 2, 1 })
        {
            model.Truncate(file, kept);
            Refusal.Of(model, file, "is damaged: it is not JSON", "Download the file again");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_nested_100000_deep_is_refused(string file)
    {
        AssertRefused(file, new string('[', 100_000), "is damaged: it is not JSON");
        AssertRefused(file, string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), "is damaged: it is not JSON");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_no_object_is_refused(string file)
    {
        AssertRefused(file, "[]", "found an array, expected an object", "correct it");
        AssertRefused(file, "null", "found null, expected an object", "correct it");
        AssertRefused(file, "\"text\"", "found \"text\", expected an object", "correct it");
        AssertRefused(file, "12", "found 12, expected an object", "correct it");
        AssertRefused(file, $"\"{new string('x', 100_000)}\"", "found \"xxxxxxxx", "..., expected an object");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Text_that_is_not_Unicode_is_refused(string file)
    {
        AssertRefused(file, """{"\ud800":1}""", "not valid Unicode", "Download the file again");
        AssertRefused(file, """{"name":"\udc00"}""", "not valid Unicode", "Download the file again");
        AssertRefused(file, Encoding.Latin1.GetBytes("{\"caf\u00E9\":1}"), "not valid Unicode");
        AssertRefused(file, Encoding.Latin1.GetBytes("{\"name\":\"caf\u00E9\"}"), "not valid Unicode");
        AssertRefused(file, Encoding.Unicode.GetBytes("{}"), "is damaged: it is not JSON");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("tokenizer.json")]
    public void A_byte_order_mark_is_no_damage(string file)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Change(file, text => "\uFEFF" + text);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal("entailment", classifier.Labels[0]);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("tokenizer.json")]
    public void Any_value_in_place_of_another_is_refused_or_works(string file)
    {
        string[] values = ["null", "true", "-1", "0", "1", "3.5", "1e30", "2147483647", "\"\"", "\"[CLS]\"", "[]", "[1]", "{}", """{"id":1}"""];
        JsonObject whole = Small(file);
        var contents = new[] { "config.json", "tokenizer_config.json", "tokenizer.json" }
            .ToDictionary(name => name, name => Encoding.UTF8.GetBytes(Small(name).ToJsonString()), StringComparer.Ordinal);
        int refused = 0;
        for (int index = 0; index < NodesIn(whole).Count(); index++)
        {
            foreach (string value in values)
            {
                JsonObject changed = whole.DeepClone().AsObject();
                NodesIn(changed).ElementAt(index).ReplaceWith(JsonNode.Parse(value));
                contents[file] = Encoding.UTF8.GetBytes(changed.ToJsonString());
                try
                {
                    var tokenizer = SequenceClassifier.LoadTokenizer(name => contents.TryGetValue(name, out byte[]? content) ? new MemoryStream(content) : null);
                    SequenceEncoding row = tokenizer.Encode(("The good, the bad.", "[CLS] ugly"), new EncodingOptions { MaxLength = 128 });
                    tokenizer.Decode(row.InputIds);
                }
                catch (NotSupportedException exception)
                {
                    // A decoder of an unknown type gives no text, and leaves the ids as they are.
                    Assert.Contains("decoder", exception.Message, StringComparison.Ordinal);
                }
                catch (ModelLoadException refusal)
                {
                    refused++;
                    Assert.True(contents.ContainsKey(refusal.File!), refusal.Message);
                    Assert.Contains(refusal.File!, refusal.Message, StringComparison.Ordinal);
                }
            }
        }

        Assert.NotEqual(0, refused);
    }

    private static void AssertRefused(string file, string content, params string[] says) => AssertRefused(file, Encoding.UTF8.GetBytes(content), says);

    private static void AssertRefused(string file, byte[] content, params string[] says)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Write(file, content);
        Refusal.Of(model, file, says);
    }

    // The file with a vocabulary of a few tokens.
    private static JsonObject Small(string file)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Contract("bert-cased-pairs"), file)))!.AsObject();
        if (json["model"]?["vocab"] is JsonObject vocabulary)
        {
            foreach (string token in vocabulary.Select(entry => entry.Key).Skip(8).ToArray())
            {
                vocabulary.Remove(token);
            }
        }

        return json;
    }

    // Every node below this one, in the order of the file.
    private static IEnumerable<JsonNode> NodesIn(JsonNode node) => (node switch
    {
        JsonObject json => json.Select(entry => entry.Value),
        JsonArray array => array,
        _ => [],
    }).OfType<JsonNode>().SelectMany(child => NodesIn(child).Prepend(child));
}
