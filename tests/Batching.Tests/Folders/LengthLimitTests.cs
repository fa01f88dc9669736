using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>The longest row: the smaller of model_max_length and max_position_embeddings, or less by option.</summary>
public sealed class LengthLimitTests
{
    private const string Config = "config.json";
    private const string TokenizerConfig = "tokenizer_config.json";

    [Theory]
    [InlineData("32", "64", 32)]
    [InlineData("64", "32", 32)]
    [InlineData("64", null, 64)]
    [InlineData(null, "64", 64)]
    [InlineData("null", "64", 64)]
    [InlineData("64", "null", 64)]
    [InlineData("1e30", "64", 64)]
    [InlineData("1000000000000000019884624838656", "64", 64)]
    [InlineData("1e400", "64", 64)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData("1e30", null, null)]
    [InlineData(null, null, null)]
    [InlineData("48.0", null, 48)]
    [InlineData("2", null, 2)]
    public void The_smaller_limit_counts_and_absurd_ones_mean_none(string? modelMaxLength, string? maxPositions, int? limit)
    {
        using ModelFolderBuilder model = WithLimits(modelMaxLength, maxPositions);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(limit, SequenceClassifier.LoadTokenizer(model.Folder).MaxLength);

        // Where no file names a limit, the graph's positions are counted.
        Assert.Equal(limit ?? 64, classifier.Tokenizer.MaxLength);
        Assert.Equal(maxPositions is null or "null" ? 64 : int.Parse(maxPositions, null), classifier.Model.MaxLength);
    }

    [Theory]
    [InlineData("0", "is 0")]
    [InlineData("-1", "is -1")]
    [InlineData("0.5", "is 0.5")]
    [InlineData("-1e400", "is ")]
    [InlineData("\"512\"", "found \"512\", expected a number")]
    [InlineData("true", "found true, expected a number")]
    [InlineData("[512]", "found an array, expected a number")]
    public void A_model_max_length_that_is_none_is_refused(string modelMaxLength, string says)
    {
        using ModelFolderBuilder model = WithLimits(modelMaxLength, "64");
        Refusal.Of(model, TokenizerConfig, "'model_max_length'", says, "orrect");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e30")]
    [InlineData("\"64\"")]
    public void Positions_that_are_no_count_are_refused(string maxPositions)
    {
        using ModelFolderBuilder model = WithLimits("64", maxPositions);
        Refusal.Of(model, Config, "'max_position_embeddings'", $"found {maxPositions}, expected a whole number from 1 to 2147483647", "correct it");
    }

    [Theory]
    [InlineData("1", "64", TokenizerConfig)]
    [InlineData("64", "1", Config)]
    [InlineData(null, "1", Config)]
    public void A_limit_without_room_for_the_special_tokens_is_refused(string? modelMaxLength, string maxPositions, string file)
    {
        using ModelFolderBuilder model = WithLimits(modelMaxLength, maxPositions);
        Refusal.Of(model, file, "sets the limit of a row to 1", "no room for its 2 special tokens", "Correct the limit");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_MaxLength_out_of_range_says_the_range(int maxLength)
    {
        using var model = ModelFolderBuilder.Copy();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { MaxLength = maxLength }));
        Assert.StartsWith(
            $"MaxLength is {maxLength}; it has to be at least 2, the number of special tokens, and at most 64, the longest row that the model in '{model.Folder}' takes.",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_MaxLength_out_of_range_has_no_upper_end_where_the_model_has_none()
    {
        using var model = ModelFolderBuilder.Tiny();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { MaxLength = 0 }));
        Assert.StartsWith("MaxLength is 0; it has to be at least 2, the number of special tokens.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(64)]
    public void A_MaxLength_cuts_longer_texts(int maxLength)
    {
        using var model = ModelFolderBuilder.Copy();
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = maxLength });
        Classification result = classifier.Classify(string.Concat(Enumerable.Repeat("word ", 100)), TestContext.Current.CancellationToken);
        Assert.Equal(maxLength, result.TokenCount);
        Assert.True(result.IsTruncated);
    }

    private static ModelFolderBuilder WithLimits(string? modelMaxLength, string? maxPositions)
    {
        ModelFolderBuilder model = ModelFolderBuilder.Copy();
        Set(TokenizerConfig, "model_max_length", modelMaxLength);
        Set(Config, "max_position_embeddings", maxPositions);
        return model;

        void Set(string file, string name, string? value) => model.Edit(file, json =>
        {
            json.Remove(name);
            if (value is not null)
            {
                json[name] = JsonNode.Parse(value);
            }
        });
    }
}
