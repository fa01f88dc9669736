using System.Text.Json.Nodes;
using Batching.Batches;
using Batching.Tests.Folders;
using CsCheck;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Models that read the last position, or the first: each text gets what it gets alone, whichever end is padded.</summary>
public sealed class PaddingSideTests
{
    // For each id of the tiny vocabulary a number for each label; only padding has none.
    private static readonly float[] Weights = [0, 0, 1, 0, 0.5f, 0.5f, 1, 2, 3, 1, 2, -1, -1, 2, 1, 1];

    private static readonly string[] Texts = ["good", "bad", "good bad", "", "bad good goodly", "good good", "bad bad bad bad bad bad bad", "badly", "good"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void Rows_are_padded_at_the_end_that_is_asked_for_with_mask_and_types()
    {
        using var rows = new TokenRows();
        rows.Add(new SequenceEncoding([5, 6, 7], [0, 1, 1], isTruncated: false));
        rows.Add(new SequenceEncoding([8], [1], isTruncated: false));
        using TokenBatch left = TokenBatch.Pad(rows, padTokenId: 9, new PaddingOptions { Side = PaddingSide.Left, MultipleOf = 4 });
        Assert.Equal([9, 5, 6, 7, 9, 9, 9, 8], left.InputIdsMemory.ToArray());
        Assert.Equal([0, 1, 1, 1, 0, 0, 0, 1], left.AttentionMaskMemory.ToArray());
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 1], left.TokenTypeIdsMemory.ToArray());
        foreach (PaddingSide? side in new PaddingSide?[] { null, PaddingSide.Right })
        {
            using TokenBatch right = TokenBatch.Pad(rows, padTokenId: 9, new PaddingOptions { Side = side, MultipleOf = 4 });
            Assert.Equal([5, 6, 7, 9, 8, 9, 9, 9], right.InputIdsMemory.ToArray());
            Assert.Equal([1, 1, 1, 0, 1, 0, 0, 0], right.AttentionMaskMemory.ToArray());
            Assert.Equal([0, 1, 1, 0, 1, 0, 0, 0], right.TokenTypeIdsMemory.ToArray());
        }

        var refusal = Assert.Throws<ArgumentException>(() => TokenBatch.Pad(rows, 9, new PaddingOptions { Side = (PaddingSide)2 }));
        Assert.Contains("Side is 2; it has to be Right, Left, or null", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_may_not_be_padded_are_planned_with_rows_of_their_own_length() =>
        Gen.Select(Gen.Int[0, 40].Array[0, 200], Gen.Int[1, 4], Gen.Int[1, 8], Gen.Bool).Sample(
            (lengths, workers, multiple, company) =>
            {
                var shape = new BatchShape(null, null, multiple, LeastRows: company ? 2 : 1, EqualLengths: true);
                BatchPlan plan = new BatchPlanner(new BatchCost(100, 1, 0), 256, shape).Plan(lengths, workers);
                int[][] batches = [.. Enumerable.Range(0, plan.Count).Select(batch => plan[batch].ToArray())];
                Assert.All(batches, batch => Assert.Single(batch.Select(row => lengths[row]).Distinct()));
                Assert.Equal(Enumerable.Range(0, lengths.Length), batches.SelectMany(batch => batch).Order());
            },
            seed: Generators.Seed, iter: 1_000, threads: 2);

    [Fact]
    public async Task A_model_that_reads_the_last_position_is_padded_on_the_left_where_its_files_say_so()
    {
        using ModelFolderBuilder model = ReadingPosition(-1).Edit("tokenizer_config.json", json => json["padding_side"] = "left");
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { RequireExact = true });
        Assert.Equal(new Invariance(InvarianceKind.Exact, WorstDifference: 0), classifier.Invariance);
        Assert.False(classifier.Model.Shape.EqualLengths);
        await AssertEveryDoorAsync(classifier);
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, "left")]
    public async Task Where_padding_on_the_side_that_the_files_name_is_wrong_rows_run_unpadded(int position, string? side)
    {
        using ModelFolderBuilder model = ReadingPosition(position).Edit("tokenizer_config.json", json => json["padding_side"] = side);
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { RequireExact = true });
        Assert.True(classifier.Invariance.IsExact);
        Assert.Contains($"Padding on the {side ?? "right"} changes a row's logits", classifier.Invariance.Reason!, StringComparison.Ordinal);
        Assert.True(InvarianceProbe.Measure(classifier.Model, TestEnd).IsExact);
        Assert.True(classifier.Model.Shape.EqualLengths);
        await AssertEveryDoorAsync(classifier);
    }

    [Fact]
    public async Task Where_padding_on_the_left_changes_the_last_bits_rows_run_unpadded()
    {
        OnnxGraph graph = Reading(-1, "read")
            .Constant("one", 1)
            .Weights("tiny", [1e-5f], 1)
            .Node("Shape", "shape", ["input_ids"])
            .Node("Gather", "columns", ["shape", "one"])
            .Node("Cast", "term", ["columns"], ("to", 1))
            .Node("Mul", "rounding", ["term", "tiny"])
            .Node("Add", "logits", ["read", "rounding"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph).Edit("tokenizer_config.json", json => json["padding_side"] = "left");
        foreach (bool probe in new[] { true, false })
        {
            using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { ProbeInvariance = probe, MaxLength = 12 });
            Assert.True(classifier.Model.Shape.EqualLengths);
            await AssertEveryDoorAsync(classifier, perColumn: 1e-5f);
            Assert.True(classifier.Invariance.IsExact);
        }
    }

    [Fact]
    public void The_side_that_an_option_names_wins_over_that_of_the_files()
    {
        using ModelFolderBuilder model = ReadingPosition(-1);
        using SequenceClassifier left = model.Load(new SequenceClassifierOptions { Padding = new PaddingOptions { Side = PaddingSide.Left } });
        Assert.False(left.Model.Shape.EqualLengths);
        Assert.Equal(Texts.Select(text => ExpectedOf(left, text, -1)), left.Classify(Texts, TestEnd).Select(result => result.Logits.ToArray()));
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { Padding = new PaddingOptions { Side = (PaddingSide)9 } }));
        Assert.Contains("Padding.Side is 9, which is none of Right, Left", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PaddingSide.Left)]
    [InlineData(PaddingSide.Right)]
    public void A_model_by_itself_runs_rows_unpadded_whichever_end_the_caller_padded(PaddingSide side)
    {
        using ModelFolderBuilder folder = ReadingPosition(-1);
        using var model = SequenceModel.Load(folder.Folder);
        using TokenBatch batch = TokenBatch.Pad([[2, 5, 3], [2, 3], [6], [2, 6, 3]], padTokenId: 0, new PaddingOptions { Side = side, MultipleOf = 5 });

        // The sum of the ids' numbers, and the last one's once more: [CLS] good [SEP]; [CLS] [SEP]; bad; [CLS] bad [SEP].
        Assert.Equal([4.5f, 3.5f, 2.5f, 4.5f, -2, 4, 1.5f, 6.5f], model.Run(batch, TestEnd).ToArray());
    }

    [Fact]
    public void A_fixed_length_is_filled_up_on_the_left_and_refused_where_the_padding_is_read()
    {
        using var good = ModelFolderBuilder.Tiny(Reading(-1, "logits", "int64[batch,12]").Output("logits", "float[batch,2]"))
            .Edit("tokenizer_config.json", json => json["padding_side"] = "left");
        using SequenceClassifier classifier = good.Load();
        Assert.Equal(Texts.Select(text => ExpectedOf(classifier, text, -1)), classifier.Classify(Texts, TestEnd).Select(result => result.Logits.ToArray()));

        // Without the mask the first position shows what is in the padding.
        OnnxGraph reads = OnnxGraph.Body(Weights, inputs: "int64[batch,12]")
            .Scalar("first", 0)
            .Node("Gather", "logits", ["embedded", "first"], ("axis", 1))
            .Output("logits", "float[batch,2]");
        using var bad = ModelFolderBuilder.Tiny(reads).Edit("tokenizer_config.json", json => json["padding_side"] = "left");
        Refusal.Of(bad, "model.onnx", "pads on the left", "fixed length of 12", "padding_side");
    }

    [Theory]
    [InlineData(null, null, null, PaddingSide.Right)]
    [InlineData("left", null, null, PaddingSide.Left)]
    [InlineData("right", "Left", null, PaddingSide.Right)]
    [InlineData(null, "Left", null, PaddingSide.Left)]
    [InlineData(null, "Right", "XLNetTokenizer", PaddingSide.Right)]
    [InlineData(null, null, "XLNetTokenizerFast", PaddingSide.Left)]
    [InlineData("right", null, "XLNetTokenizer", PaddingSide.Right)]
    [InlineData(null, null, "BertTokenizer", PaddingSide.Right)]
    public void The_side_is_that_of_the_configuration_or_of_tokenizer_json_or_of_the_class(string? side, string? direction, string? tokenizerClass, PaddingSide expected)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs")
            .Edit("tokenizer.json", json => json["padding"] = direction is null ? null : new JsonObject
            {
                ["strategy"] = "BatchLongest", ["direction"] = direction, ["pad_to_multiple_of"] = null, ["pad_id"] = 0, ["pad_type_id"] = 0, ["pad_token"] = "[PAD]",
            })
            .Edit("tokenizer_config.json", json =>
            {
                json["padding_side"] = side;
                json["tokenizer_class"] = tokenizerClass;
                foreach ((string name, string token) in new[] { ("cls", "[CLS]"), ("sep", "[SEP]"), ("pad", "[PAD]"), ("unk", "[UNK]"), ("mask", "[MASK]") })
                {
                    json[$"{name}_token"] = token;
                }
            });
        Assert.Equal(expected, SequenceTokenizer.Load(model.Folder).PaddingSide);
    }

    [Theory]
    [InlineData("tokenizer_config.json", "padding_side", "\"Left\"", "'padding_side' is 'Left', expected 'right' or 'left'")]
    [InlineData("tokenizer_config.json", "padding_side", "1", "found 1, expected a string")]
    [InlineData("tokenizer.json", "padding", """{"direction":"left"}""", "the direction is 'left', expected 'Right' or 'Left'")]
    [InlineData("tokenizer.json", "padding", """{"direction":[]}""", "expected a string")]
    public void A_side_that_is_misspelt_is_refused(string file, string name, string value, string says)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(file, json => json[name] = JsonNode.Parse(value));
        Refusal.Of(model, file, says, "orrect");
    }

    [Fact]
    public async Task XLNet_gives_every_text_the_logits_of_Hugging_Face_whatever_is_with_it()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract("xlnet"));
        Assert.Equal(PaddingSide.Left, classifier.Tokenizer.PaddingSide);
        Assert.True(classifier.Invariance.IsExact, $"{classifier.Invariance}");
        JsonNode[] rows = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Contract("xlnet"), "goldens.json")))!["rows"]!.AsArray().Select(row => row!)];
        TextInput[] inputs = [.. rows.Select(row => new TextInput((string)row["text"]!, (string?)row["pair"]))];
        await using var queue = new ClassificationQueue(classifier);
        IReadOnlyList<Classification> together = classifier.Classify(inputs, TestEnd);
        Classification[] queued = await Task.WhenAll(inputs.Select(input => queue.ClassifyAsync(input, TestEnd).AsTask()));
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(rows[i]["ids"]!.Ints(), classifier.Tokenizer.Encode(inputs[i]).InputIds);
            float[] golden = rows[i]["logits"]!.Floats();
            float[] alone = classifier.Classify(inputs[i], TestEnd).Logits.ToArray();
            for (int label = 0; label < golden.Length; label++)
            {
                Assert.Equal(golden[label], alone[label], tolerance: 1e-4f);
            }

            Assert.Equal(alone, together[i].Logits.ToArray());
            Assert.Equal(alone, queued[i].Logits.ToArray());
        }
    }

    private static ModelFolderBuilder ReadingPosition(int position) =>
        ModelFolderBuilder.Tiny(Reading(position, "logits").Output("logits", "float[batch,2]"));

    // The sum of all tokens' numbers, and those of one position once more.
    private static OnnxGraph Reading(int position, string output, string inputs = "int64[batch,sequence]") => OnnxGraph.Body(Weights, inputs: inputs)
        .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
        .Scalar("position", position)
        .Node("Gather", "at", ["masked", "position"], ("axis", 1))
        .Node("Add", output, ["sums", "at"]);

    private static float[] ExpectedOf(SequenceClassifier classifier, string text, int position, float perColumn = 0)
    {
        int[] ids = [.. classifier.Tokenizer.Encode(text).InputIds];
        int read = position < 0 ? ids[^1] : ids[position];
        return [.. Enumerable.Range(0, 2).Select(label =>
            ids.Sum(id => Weights[(id * 2) + label]) + Weights[(read * 2) + label] + (ids.Length * perColumn))];
    }

    private static async Task AssertEveryDoorAsync(SequenceClassifier classifier, float perColumn = 0)
    {
        TextInput[] inputs = [.. Texts.Select(TextInput.FromString)];
        float[][] expected = [.. Texts.Select(text => classifier.Classify(text, TestEnd).Logits.ToArray())];
        int position = classifier.Tokenizer.PaddingSide == PaddingSide.Left && classifier.Model.Shape.EqualLengths && perColumn == 0 ? 0 : -1;
        for (int i = 0; i < Texts.Length; i++)
        {
            float[] computed = ExpectedOf(classifier, Texts[i], position, perColumn);
            Assert.Equal(computed[0], expected[i][0], tolerance: 1e-5f);
            Assert.Equal(computed[1], expected[i][1], tolerance: 1e-5f);
        }

        await using var queue = new ClassificationQueue(classifier);
        foreach (IEnumerable<Classification> results in new[]
        {
            classifier.Classify(inputs, TestEnd),
            classifier.ClassifyStream(inputs, TestEnd),
            await classifier.ClassifyStreamAsync(inputs.ToAsyncEnumerable(), TestEnd).ToArrayAsync(TestEnd),
            await Task.WhenAll(inputs.Select(input => queue.ClassifyAsync(input, TestEnd).AsTask())),
            await Task.WhenAll(inputs.Select(input => classifier.ClassifyAsync(input, TestEnd).AsTask())),
        })
        {
            Assert.Equal(expected, results.Select(result => result.Logits.ToArray()));
        }
    }
}
