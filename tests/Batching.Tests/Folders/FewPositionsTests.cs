using Batching.Graphs;
using Batching.Inference;
using Batching.Folders;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Graphs with fewer positions than the files beside them say: told at load, not at the first long text.</summary>
public sealed class FewPositionsTests
{
    private const string Config = "config.json";
    private const string LongText = "good bad good bad good bad good bad good bad good bad";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    // Tables that look like positions and are none would have to be run to their end to find out.
    public static TheoryData<string> Contracts =>
        ["bert-cased-pairs", "bert-multilabel-int32", "bert-one-label", "cross-encoder-bert", "distilbert-float16-output", "distilbert-vocab-txt-only", "led", "longformer", "roberta", "xlm-roberta", "xlnet"];

    [Theory]
    [InlineData("model.onnx")]
    [InlineData(null)]
    public void Fewer_positions_than_the_configuration_says_are_refused_with_both_numbers_and_the_fix(string? file)
    {
        using ModelFolderBuilder model = WithPositions(4, """{"max_position_embeddings":8}""");
        string[] says = ["positions for 8 tokens", "for 4 only", "MaxLength to at most 4", "of one model"];
        var options = new SequenceClassifierOptions { ModelFile = file };
        Refusal.Of(() => model.Load(options), model.PathOf(Config), says);
        Refusal.Of(() => model.Load(options with { MaxLength = 5 }), model.PathOf(Config), says);
        Refusal.Of(() => model.Load(options with { ProbeInvariance = false }), model.PathOf(Config), says);
        Refusal.Of(() => SequenceModel.Load(model.Folder, options), model.PathOf(Config), says);
        Refusal.Of(() => SequenceClassifier.Load(model.Open, options), Config, says);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    public async Task Within_the_positions_that_there_are_the_model_loads_and_long_texts_are_cut(int maxLength)
    {
        using ModelFolderBuilder model = WithPositions(4, """{"max_position_embeddings":8}""");
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = maxLength });
        Assert.Equal(4, classifier.Model.MaxLength);
        Classification result = classifier.Classify(LongText, TestEnd);
        Assert.Equal((maxLength, true), (result.TokenCount, result.IsTruncated));

        // Often enough for the second session.
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(result.Logits.ToArray(), classifier.Classify([LongText, "bad"], TestEnd)[0].Logits.ToArray());
            Assert.Equal(result.Logits.ToArray(), classifier.Classify(LongText, TestEnd).Logits.ToArray());
        }

        await using var queue = new ClassificationQueue(classifier);
        var whole = new RequestOptions { Encoding = new EncodingOptions { MaxLength = 6 } };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.ClassifyAsync(LongText, whole, TestEnd));
        Assert.Contains("positions for 4", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(null)]
    public void Where_no_file_names_a_limit_it_is_the_graphs(string? config)
    {
        using ModelFolderBuilder model = WithPositions(7, config);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal((7, 7), (classifier.Model.MaxLength, classifier.Tokenizer.MaxLength));
        Assert.True(classifier.Classify(LongText, TestEnd).IsTruncated);
        Assert.Contains(
            "at most 7, the number of positions",
            Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { MaxLength = 8 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_exported_models_positions_are_counted()
    {
        using var model = ModelFolderBuilder.Copy().Edit(Config, json => json["max_position_embeddings"] = 300);
        Refusal.Of(() => model.Load(), model.PathOf(Config), "positions for 300 tokens", "for 64 only");
        using (SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = 64 }))
        {
            Assert.True(classifier.Classify(string.Concat(Enumerable.Repeat("the ", 500)), TestEnd).IsTruncated);
        }

        model.Edit(Config, json => json.Remove("max_position_embeddings")).Delete("tokenizer_config.json");
        using (SequenceClassifier classifier = model.Load())
        {
            Assert.Equal(64, classifier.Tokenizer.MaxLength);
            Assert.True(classifier.Classify(string.Concat(Enumerable.Repeat("the ", 500)), TestEnd).IsTruncated);
        }
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("xlm-roberta")]
    public void Positions_that_begin_after_the_pad_token_are_counted_without_those_before(string contract)
    {
        using var model = ModelFolderBuilder.Copy(contract);
        int positions = 0;
        model.Edit(Config, json =>
        {
            positions = (int)json["max_position_embeddings"]!;
            json["max_position_embeddings"] = positions + 1;
        });
        Refusal.Of(() => model.Load(), model.PathOf(Config), $"positions for {positions - 1} tokens", $"for {positions - 2} only");
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_sound_models_tables_show_that_nothing_has_to_be_run_to_find_out(string contract)
    {
        var folder = ModelFolder.At(Repository.Contract(contract));
        IReadOnlyList<IReadOnlyList<long>> tables = LookupTables.Of(OnnxModel.Read(folder.Read("model.onnx")!, "model.onnx").Graph);
        ModelConfig config = ModelConfig.Read(folder);
        Assert.NotEmpty(tables);
        Assert.Null(PositionTables.Suspect(tables, config, config.VocabularySize));
    }

    // The number of a token's position is added to its own; positions count from 0.
    private static ModelFolderBuilder WithPositions(int positions, string? config)
    {
        OnnxGraph graph = OnnxGraph.Body()
            .Weights("positions", [.. Enumerable.Range(0, positions).Select(position => position / 8f)], 1)
            .Constant("minus", -1)
            .Node("CumSum", "counted", ["attention_mask", "axis1"])
            .Node("Add", "index", ["counted", "minus"])
            .Node("Abs", "nonnegative", ["index"])
            .Node("Gather", "position", ["positions", "nonnegative"])
            .Node("Add", "placed", ["masked", "position"])
            .Node("Mul", "kept", ["placed", "mask3"])
            .Node("ReduceSum", "logits", ["kept", "axis1"], ("keepdims", 0))
            .Output("logits", "float[batch,2]");
        var model = ModelFolderBuilder.Tiny(graph);
        return config is null ? model : model.Write(Config, config);
    }
}
