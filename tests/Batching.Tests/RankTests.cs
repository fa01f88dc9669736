using System.Text.Json.Nodes;
using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests;

/// <summary>Documents ranked by a cross-encoder: a model of pairs with a single label.</summary>
public sealed class RankTests : IDisposable
{
    private const string Query = "What did the man say?";

    private static readonly string[] Documents =
    [
        "Someone eats food.", "I hate this so much!", "Short.", "", "A man said that he was there.", "Short.", "x", "The man did not say it, and nobody asked.",
    ];

    private readonly SequenceClassifier reranker = SequenceClassifier.Load(Repository.Contract("bert-one-label"));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => reranker.Dispose();

    [Fact]
    public void Documents_come_in_the_order_of_their_pairs_logits_the_earlier_of_equal_ones_first()
    {
        IReadOnlyList<Ranking> ranked = reranker.Rank(Query, Documents, cancellationToken: TestEnd);
        Classification[] alone = [.. Documents.Select(document => reranker.Classify((Query, document), TestEnd))];
        Assert.Equal(
            Enumerable.Range(0, Documents.Length).OrderByDescending(index => alone[index].Logits.Span[0]),
            ranked.Select(entry => entry.Index));
        Assert.All(ranked, entry =>
        {
            Assert.Equal(alone[entry.Index].Score, entry.Score);
            Assert.Equal(Documents[entry.Index], entry.Document);
        });

        // Two documents are the same.
        int first = ranked.Index().Single(entry => entry.Item.Index == 2).Index;
        Assert.Equal(5, ranked[first + 1].Index);
        Assert.Equal(ranked[first].Score, ranked[first + 1].Score);
    }

    [Fact]
    public async Task A_document_without_content_is_scored_as_the_second_text_of_a_pair_through_every_door()
    {
        const float Golden = 0.162318f;
        TextInput pair = new("what is this", "");
        Assert.Equal([2, 309, 90, 385, 149, 96, 3, 3], reranker.Tokenizer.Encode(pair).InputIds);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1], reranker.Tokenizer.Encode(pair).TokenTypeIds);
        await using var queue = new ClassificationQueue(reranker);
        float[] found =
        [
            reranker.Classify(pair, TestEnd).Logits.Span[0],
            reranker.Classify([pair, "x"], TestEnd)[0].Logits.Span[0],
            reranker.ClassifyStream([pair, "x"], TestEnd).First().Logits.Span[0],
            (await reranker.ClassifyStreamAsync(new[] { pair }.ToAsyncEnumerable(), TestEnd).FirstAsync(TestEnd)).Logits.Span[0],
            (await queue.ClassifyAsync(pair, TestEnd)).Logits.Span[0],
        ];
        Assert.All(found, logit => Assert.Equal(Golden, logit, tolerance: 1e-5f));
        Assert.Equal(1 / (1 + MathF.Exp(-Golden)), reranker.Rank("what is this", [""], cancellationToken: TestEnd)[0].Score, tolerance: 1e-5f);
    }

    [Fact]
    public void A_cross_encoders_scores_are_those_of_sentence_transformers_also_of_empty_texts()
    {
        using SequenceClassifier crossEncoder = SequenceClassifier.Load(Repository.Contract("cross-encoder-bert"));
        JsonNode[] pairs = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Contract("cross-encoder-bert"), "rerank.json")))!["pairs"]!.AsArray().Select(pair => pair!)];
        Assert.Contains(pairs, pair => (string)pair["query"]! == "" && (string)pair["document"]! == "");
        foreach (IGrouping<string, JsonNode> query in pairs.GroupBy(pair => (string)pair["query"]!))
        {
            JsonNode[] documents = [.. query];
            IReadOnlyList<Ranking> ranked = crossEncoder.Rank(query.Key, [.. documents.Select(pair => (string)pair["document"]!)], cancellationToken: TestEnd);
            foreach (Ranking entry in ranked)
            {
                Assert.Equal((float)documents[entry.Index]["score"]!, entry.Score, tolerance: 1e-5f);
            }

            foreach (JsonNode pair in documents)
            {
                SequenceEncoding row = crossEncoder.Tokenizer.Encode(new TextInput(query.Key, (string)pair["document"]!));
                Assert.Equal(pair["ids"]!.Ints(), row.InputIds);
                Assert.Equal(pair["types"]!.Ints(), row.TokenTypeIds);
            }
        }
    }

    [Fact]
    public void Of_equal_documents_none_changes_places() =>
        Assert.Equal(Enumerable.Range(0, 100), reranker.Rank(Query, [.. Enumerable.Repeat("the same", 100)], cancellationToken: TestEnd).Select(entry => entry.Index));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(8, 8)]
    [InlineData(9, 8)]
    [InlineData(int.MaxValue, 8)]
    public void The_best_few_are_the_first_of_all(int topK, int count)
    {
        IReadOnlyList<Ranking> all = reranker.Rank(Query, Documents, cancellationToken: TestEnd);
        Assert.Equal(all.Take(count), reranker.Rank(Query, Documents, topK, TestEnd));
    }

    [Fact]
    public void Scores_too_near_to_1_to_differ_are_still_ranked_by_their_logits()
    {
        // "good" counts 50: one of it and two of it have the same sigmoid.
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier([0, 0, 0, 0, 0, 50, -50, 0], 1, "float[batch,1]"));
        using SequenceClassifier classifier = model.Load();
        IReadOnlyList<Ranking> ranked = classifier.Rank("good", ["bad bad", "", "good good", "bad", "good"], cancellationToken: TestEnd);
        Assert.Equal([2, 4, 1, 3, 0], ranked.Select(entry => entry.Index));
        Assert.Equal(ranked[0].Score, ranked[1].Score);
        Assert.Equal("2 (1.0000) good good", ranked[0].ToString());
    }

    [Theory]
    [InlineData(ScoreFunction.None)]
    [InlineData(ScoreFunction.Sigmoid)]
    [InlineData(ScoreFunction.Softmax)]
    public void Whatever_scores_are_the_order_is_that_of_the_logits(ScoreFunction function)
    {
        using SequenceClassifier other = SequenceClassifier.Load(
            Repository.Contract("bert-one-label"), new SequenceClassifierOptions { ScoreFunction = function });
        Assert.Equal(
            reranker.Rank(Query, Documents, cancellationToken: TestEnd).Select(entry => entry.Index),
            other.Rank(Query, Documents, cancellationToken: TestEnd).Select(entry => entry.Index));
    }

    [Theory]
    [InlineData(WindowPooling.Mean)]
    [InlineData(WindowPooling.Maximum)]
    public void Long_documents_are_ranked_by_their_windows(WindowPooling pooling)
    {
        using SequenceClassifier windowing = SequenceClassifier.Load(
            Repository.Contract("bert-one-label"),
            new SequenceClassifierOptions { MaxLength = 24, LongText = LongText.Windows, Stride = 4, WindowPooling = pooling });
        string[] documents = [.. Documents, string.Join(' ', Documents), string.Join(' ', Documents.Reverse())];
        IReadOnlyList<Ranking> ranked = windowing.Rank(Query, documents, cancellationToken: TestEnd);
        Classification[] alone = [.. documents.Select(document => windowing.Classify((Query, document), TestEnd))];
        Assert.Contains(alone, result => result.Windows.Count > 1);
        Assert.All(ranked, entry => Assert.Equal(alone[entry.Index].Score, entry.Score));
        Assert.Equal(alone.Select(result => result.Score).OrderDescending(), ranked.Select(entry => entry.Score));
    }

    [Fact]
    public void What_cannot_be_ranked_is_refused_by_name()
    {
        Assert.Empty(reranker.Rank(Query, [], cancellationToken: TestEnd));
        Assert.Throws<ArgumentNullException>(() => reranker.Rank(null!, Documents));
        Assert.Throws<ArgumentNullException>(() => reranker.Rank(Query, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => reranker.Rank(Query, Documents, topK: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => reranker.Rank(Query, Documents, topK: -1));
        Assert.Contains("Document 1 is null.", Assert.Throws<ArgumentException>(() => reranker.Rank(Query, ["a", null!])).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<OperationCanceledException>(() => reranker.Rank(Query, Documents, cancellationToken: new CancellationToken(canceled: true)));

        using SequenceClassifier nli = SequenceClassifier.Load(Repository.Contract("bert-cased-pairs"));
        var refusal = Assert.Throws<InvalidOperationException>(() => nli.Rank(Query, Documents));
        Assert.Contains($"has 3 labels ({string.Join(", ", nli.Labels)}), and documents are ranked by a single one.", refusal.Message, StringComparison.Ordinal);

        reranker.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reranker.Rank(Query, Documents));
    }
}
