using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Labels and problem types of config.json.</summary>
public sealed class LabelTests
{
    private const string Config = "config.json";

    [Theory]
    [InlineData("""{"0":"NEGATIVE"}""", "1 labels (NEGATIVE)")]
    [InlineData("""{"0":"NEGATIVE","1":"NEUTRAL","2":"POSITIVE"}""", "3 labels (NEGATIVE, NEUTRAL, POSITIVE)")]
    [InlineData("{}", "0 labels")]
    public void Labels_that_do_not_match_the_outputs_width_are_refused(string labels, string says)
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["id2label"] = JsonNode.Parse(labels));
        ModelLoadException refusal = Refusal.Of(model, Config, says, "gives 2 logits", "Use the config.json and the .onnx file of one model");
        Assert.Contains(model.PathOf("model.onnx"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_labels_are_counted_but_not_all_named()
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json =>
            json["id2label"] = new JsonObject(Enumerable.Range(0, 1000).Select(index => KeyValuePair.Create($"{index}", (JsonNode?)$"class {index}"))));
        ModelLoadException refusal = Refusal.Of(model, Config, "1000 labels (class 0, class 1, class 2, class 3, class 4, ...)");
        Assert.True(refusal.Message.Length < 500, refusal.Message);
    }

    [Theory]
    [InlineData("""{"0":"NEGATIVE","2":"POSITIVE"}""", "'2'")]
    [InlineData("""{"1":"NEGATIVE","2":"POSITIVE"}""", "'2'")]
    [InlineData("""{"0":"NEGATIVE","one":"POSITIVE"}""", "'one'")]
    [InlineData("""{"0":"NEGATIVE","-1":"POSITIVE"}""", "'-1'")]
    [InlineData("""{"0":"NEGATIVE","1.0":"POSITIVE"}""", "'1.0'")]
    [InlineData("""{"0":"NEGATIVE","0":"POSITIVE"}""", "'0'")]
    [InlineData("""{"0":"NEGATIVE","":"POSITIVE"}""", "''")]
    [InlineData("""{"0":"NEGATIVE","99999999999999999999":"POSITIVE"}""", "'99999999999999999999'")]
    public void A_key_that_is_no_index_is_named(string labels, string says)
    {
        using var model = ModelFolderBuilder.Copy().Change(Config, text => text.Replace("\"id2label\": {", $"\"id2label\": {labels}, \"_\": {{", StringComparison.Ordinal));
        Refusal.Of(model, Config, "'id2label'", says, "expected the keys 0 to 1, each once", "Correct the file");
    }

    [Theory]
    [InlineData("null", "found null, expected a string")]
    [InlineData("""["POSITIVE"]""", "found an array, expected a string")]
    [InlineData("""{"name":"POSITIVE"}""", "found an object, expected a string")]
    public void A_label_that_is_no_name_is_named(string label, string says)
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["id2label"]!["1"] = JsonNode.Parse(label));
        Refusal.Of(model, Config, "'id2label.1'", says, "correct it");
    }

    [Theory]
    [InlineData("""{"0":0,"1":1}""", "0", "1")]
    [InlineData("""{"1":1,"0":"NEGATIVE"}""", "NEGATIVE", "1")]
    [InlineData("""{"0":-1,"1":1}""", "-1", "1")]
    [InlineData("""{"0":0.50,"1":1e3}""", "0.50", "1e3")]
    [InlineData("""{"0":12345678901234567890123,"1":1.0}""", "12345678901234567890123", "1.0")]
    [InlineData("""{"0":false,"1":true}""", "false", "true")]
    public void A_label_that_is_a_number_or_a_truth_value_is_named_as_it_is_written(string labels, string first, string second)
    {
        using var model = ModelFolderBuilder.Copy().Change(Config, text => text.Replace("\"id2label\": {", $"\"id2label\": {labels}, \"_\": {{", StringComparison.Ordinal));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([first, second], classifier.Labels);
    }

    [Theory]
    [InlineData("""["NEGATIVE","POSITIVE"]""", "found an array, expected an object")]
    [InlineData("2", "found 2, expected an object")]
    [InlineData("\"two\"", "found \"two\", expected an object")]
    public void Labels_that_are_no_object_are_refused(string labels, string says)
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["id2label"] = JsonNode.Parse(labels));
        Refusal.Of(model, Config, "'id2label'", says, "correct it");
    }

    [Fact]
    public void Without_labels_they_are_numbered()
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["id2label"] = null);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(["LABEL_0", "LABEL_1"], classifier.Labels);
    }

    [Fact]
    public void Labels_go_by_their_index_and_not_by_their_order()
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["id2label"] = JsonNode.Parse("""{"1":"POSITIVE","0":"NEGATIVE"}"""));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(["NEGATIVE", "POSITIVE"], classifier.Labels);
    }

    [Fact]
    public void A_problem_type_that_there_is_not_is_named_with_those_there_are()
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["problem_type"] = "ranking");
        Refusal.Of(model, Config, "'ranking'", "single_label_classification, multi_label_classification, regression", "Correct it");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    public void A_problem_type_that_is_no_string_is_refused(string type)
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["problem_type"] = JsonNode.Parse(type));
        Refusal.Of(model, Config, "'problem_type'", "expected a string");
    }

    [Theory]
    [InlineData(null, 1.0)]
    [InlineData("single_label_classification", 1.0)]
    [InlineData("multi_label_classification", 1.1497)]
    [InlineData("regression", 1.0)]
    public void Scores_follow_the_problem_type(string? type, double sum)
    {
        // The logits of "good" are 2 and -1.
        using var model = ModelFolderBuilder.Tiny().Edit(Config, json => json["problem_type"] = type);
        using SequenceClassifier classifier = model.Load();
        Classification result = classifier.Classify("good", TestContext.Current.CancellationToken);
        Assert.Equal(sum, result.Scores.ToArray().Sum(), 1e-4);
        Assert.Equal(type == "regression", result.Score > 1);
    }
}
