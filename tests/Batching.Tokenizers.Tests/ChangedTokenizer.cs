using System.Text.Json.Nodes;
using System.Text;

namespace Batching.Tests.Tokenization;

/// <summary>A tokenizer of the goldens with a part of its file changed.</summary>
internal static class ChangedTokenizer
{
    /// <param name="name">The tokenizer's folder.</param>
    /// <param name="change">
    /// What make-parts.mjs changes: <c>added_tokens</c> are added to those of the file, <c>model</c> replaces options of the
    /// model, <c>without</c> are tokens that its vocabulary loses, and all else is put in place of the file's.
    /// </param>
    public static SequenceTokenizer Load(string name, JsonObject change)
    {
        JsonObject json = Read(name);
        Change(json, change);
        return Load(json.ToJsonString());
    }

    /// <param name="changes">What make-unigram.mjs puts in place of the file's; an empty character map is the one there.</param>
    public static SequenceTokenizer LoadUnigram(JsonObject changes)
    {
        JsonObject json = Read("unigram");
        var charsmap = (string)json["normalizer"]!["normalizers"]![0]!["precompiled_charsmap"]!;
        foreach ((string part, JsonNode? value) in changes)
        {
            json[part] = value?.DeepClone();
        }

        return Load(json.ToJsonString().Replace("\"precompiled_charsmap\":\"\"", $"\"precompiled_charsmap\":\"{charsmap}\"", StringComparison.Ordinal));
    }

    private static JsonObject Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Conformance(name), "tokenizer.json")))!.AsObject();

    private static SequenceTokenizer Load(string json) =>
        SequenceTokenizer.Load(name => name == "tokenizer.json" ? new MemoryStream(Encoding.UTF8.GetBytes(json)) : null);

    private static void Change(JsonObject json, JsonObject change)
    {
        foreach ((string part, JsonNode? value) in change)
        {
            switch (part)
            {
                case "added_tokens":
                    JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
                    int nextId = vocabulary.Count;
                    foreach (JsonObject token in value!.AsArray().Select(token => token!.DeepClone().AsObject()))
                    {
                        token["id"] = (int?)vocabulary[(string)token["content"]!] ?? nextId++;
                        json[part]!.AsArray().Add(token);
                    }

                    break;
                case "model":
                    foreach ((string option, JsonNode? setting) in value!.AsObject())
                    {
                        json["model"]![option] = setting?.DeepClone();
                    }

                    break;
                case "without":
                    foreach (string token in value!.AsArray().Select(token => (string)token!))
                    {
                        json["model"]!["vocab"]!.AsObject().Remove(token);
                    }

                    break;
                default:
                    json[part] = value?.DeepClone();
                    break;
            }
        }
    }
}
