using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>The side that a tokenizer's files name is the default; an option wins over it.</summary>
public sealed class TruncationSideFileTests
{
    private const string Json = "tokenizer.json";
    private const string TokenizerConfig = "tokenizer_config.json";
    private const string LongText = "The good, the bad and the rest of it all.";

    // One of each kind of tokenizer file.
    public static TheoryData<string, string[]> Tokenizers => new()
    {
        { "distilbert-vocab-txt-only", [] },
        { "bert-cased-pairs", [] },
        { "roberta", [] },
        { "roberta", [Json] },
        { "xlm-roberta", [] },
        { "xlm-roberta", [Json] },
    };

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Truncation_side_of_the_configuration_is_the_default_of_every_kind_of_tokenizer(string contract, string[] without)
    {
        using var model = ModelFolderBuilder.Copy(contract);
        foreach (string file in without)
        {
            model.Delete(file);
        }

        SequenceTokenizer right = SequenceTokenizer.Load(model.Folder);
        Assert.Equal(TruncationSide.Right, right.TruncationSide);
        model.Edit(TokenizerConfig, json => json["truncation_side"] = "left");
        SequenceTokenizer left = SequenceTokenizer.Load(model.Folder);
        Assert.Equal(TruncationSide.Left, left.TruncationSide);
        IReadOnlyList<int> atLeft = left.Encode(LongText, new EncodingOptions { MaxLength = 6 }).InputIds;
        IReadOnlyList<int> atRight = right.Encode(LongText, new EncodingOptions { MaxLength = 6 }).InputIds;
        Assert.NotEqual(atLeft, atRight);
        Assert.Equal(atLeft, right.Encode(LongText, new EncodingOptions { MaxLength = 6, TruncationSide = TruncationSide.Left }).InputIds);
        Assert.Equal(atRight, left.Encode(LongText, new EncodingOptions { MaxLength = 6, TruncationSide = TruncationSide.Right }).InputIds);
        Assert.Equal(atLeft, left.EncodeWindows(LongText, new EncodingOptions { MaxLength = 6 })[0].InputIds);
    }

    [Theory]
    [InlineData(null, null, TruncationSide.Right)]
    [InlineData("""{"direction":"Left","max_length":3,"strategy":"OnlyFirst","stride":1}""", null, TruncationSide.Left)]
    [InlineData("""{"direction":"Right","max_length":3,"strategy":"OnlyFirst","stride":1}""", null, TruncationSide.Right)]
    [InlineData("""{"max_length":3,"strategy":"OnlyFirst","stride":1}""", null, TruncationSide.Right)]
    [InlineData("""{"direction":"Left"}""", "right", TruncationSide.Right)]
    [InlineData("""{"direction":"Right"}""", "left", TruncationSide.Left)]
    [InlineData("null", "left", TruncationSide.Left)]
    public void The_direction_in_tokenizer_json_counts_where_the_configuration_names_no_side(string? truncation, string? side, TruncationSide expected)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs")
            .Edit(Json, json => json["truncation"] = truncation is null ? null : JsonNode.Parse(truncation))
            .Edit(TokenizerConfig, json => json["truncation_side"] = side);
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(model.Folder);
        Assert.Equal(expected, tokenizer.TruncationSide);

        // The limit beside it is not used, as in Hugging Face transformers.
        Assert.False(tokenizer.Encode(LongText).IsTruncated);
    }

    [Theory]
    [InlineData("\"Left\"", "'truncation_side' is 'Left', expected 'right' or 'left'")]
    [InlineData("\"middle\"", "'truncation_side' is 'middle'")]
    [InlineData("\"\"", "'truncation_side' is ''")]
    [InlineData("1", "found 1, expected a string")]
    [InlineData("[\"left\"]", "found an array, expected a string")]
    public void A_side_that_the_configuration_misspells_is_refused(string side, string says)
    {
        using var model = ModelFolderBuilder.Copy().Edit(TokenizerConfig, json => json["truncation_side"] = JsonNode.Parse(side));
        Refusal.Of(model, TokenizerConfig, "truncation_side", says, "orrect");
    }

    [Theory]
    [InlineData("""{"direction":"left"}""", "the direction is 'left', expected 'Right' or 'Left'")]
    [InlineData("""{"direction":"Both"}""", "the direction is 'Both'")]
    [InlineData("""{"direction":1}""", "found 1, expected a string")]
    [InlineData("\"Left\"", "found \"Left\", expected an object")]
    public void A_direction_that_tokenizer_json_misspells_is_refused(string truncation, string says)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs")
            .Edit(Json, json => json["truncation"] = JsonNode.Parse(truncation))
            .Edit(TokenizerConfig, json => json["truncation_side"] = "left");
        Refusal.Of(model, Json, "'truncation", says, "orrect");
    }

    [Fact]
    public void A_classifier_cuts_at_the_files_side_and_its_option_wins()
    {
        using var model = ModelFolderBuilder.Copy().Edit(TokenizerConfig, json => json["truncation_side"] = "left");
        using SequenceClassifier asFiled = model.Load(new SequenceClassifierOptions { MaxLength = 6 });
        using SequenceClassifier asAsked = model.Load(new SequenceClassifierOptions { MaxLength = 6, TruncationSide = TruncationSide.Right });
        Assert.Equal((TruncationSide.Left, TruncationSide.Right), (asFiled.Tokenizer.TruncationSide, asAsked.Tokenizer.TruncationSide));
        Classification left = asFiled.Classify(LongText);
        Classification right = asAsked.Classify(LongText);
        Assert.NotEqual(left.Logits.ToArray(), right.Logits.ToArray());
        Assert.Equal(Logits(asFiled, TruncationSide.Left), left.Logits.ToArray());
        Assert.Equal(Logits(asFiled, TruncationSide.Right), right.Logits.ToArray());
        Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { TruncationSide = (TruncationSide)7 }));

        static float[] Logits(SequenceClassifier classifier, TruncationSide side)
        {
            using TokenRows rows = classifier.Tokenizer.EncodeBatch([LongText], new EncodingOptions { TruncationSide = side });
            using TokenBatch batch = TokenBatch.Pad(rows, classifier.Tokenizer.PadTokenId);
            return [.. classifier.Model.Run(batch)];
        }
    }

    [Fact]
    public async Task A_request_to_a_queue_is_cut_at_the_side_that_it_asks_for()
    {
        using var model = ModelFolderBuilder.Copy();
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = 6 });
        using SequenceClassifier atLeft = model.Load(new SequenceClassifierOptions { MaxLength = 6, TruncationSide = TruncationSide.Left });
        await using var queue = new ClassificationQueue(classifier);
        var left = new RequestOptions { Encoding = new EncodingOptions { TruncationSide = TruncationSide.Left } };
        Classification[] answers = await Task.WhenAll(queue.ClassifyAsync(LongText, left).AsTask(), queue.ClassifyAsync(LongText).AsTask());
        Assert.Equal(atLeft.Classify(LongText).Logits.ToArray(), answers[0].Logits.ToArray());
        Assert.Equal(classifier.Classify(LongText).Logits.ToArray(), answers[1].Logits.ToArray());
    }
}
