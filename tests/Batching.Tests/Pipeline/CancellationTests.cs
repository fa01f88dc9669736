using System.Globalization;
using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>A call that is cancelled ends with the node of the graph that runs: not with the run, which here takes minutes.</summary>
public sealed class CancellationTests(CancellationTests.SlowClassifier slow) : IClassFixture<CancellationTests.SlowClassifier>
{
    // A node is some tenths of a second, where a text has twenty words that are bad; no row at load has as many.
    private const int NodeCount = 1000;

    private static readonly string Bad = string.Join(' ', Enumerable.Repeat("bad", 20));

    public static TheoryData<string> Ways => [.. Calls.Keys];

    private static Dictionary<string, Func<SequenceClassifier, CancellationToken, Task>> Calls { get; } = new()
    {
        ["one text"] = (classifier, token) => Task.Run(() => classifier.Classify(Bad, token), TestContext.Current.CancellationToken),
        ["a list"] = (classifier, token) => Task.Run(() => classifier.Classify([Bad, "good", $"{Bad} good"], token), TestContext.Current.CancellationToken),
        ["a stream"] = (classifier, token) => Task.Run(() => classifier.ClassifyStream([Bad, "good"], cancellationToken: token).Count(), TestContext.Current.CancellationToken),
        ["asynchronously"] = (classifier, token) => classifier.ClassifyAsync(Bad, token).AsTask(),
        ["the queue"] = async (classifier, token) =>
        {
            await using var queue = new ClassificationQueue(classifier);
            await queue.ClassifyAsync([Bad, "good"], cancellationToken: token);
        },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ways))]
    public async Task Cancellation_ends_a_call_within_a_node_of_the_graph(string way)
    {
        SequenceClassifier classifier = slow.Classifier;
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Calls[way](classifier, source.Token));
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Equal(0, classifier.Classify("good", TestContext.Current.CancellationToken).Logits.Span[0]);
    }

    // Squares are multiplied one after the other, as large as the row with the most bad words in the batch asks for.
    private static OnnxGraph Slow()
    {
        float[] weights = new float[2 * ModelFolderBuilder.TinyVocabulary.Length];
        weights[2 * Array.IndexOf(ModelFolderBuilder.TinyVocabulary, "bad")] = 1;
        OnnxGraph graph = OnnxGraph.Body(weights)
            .Numbers("few", [11])
            .Numbers("times", [200])
            .Numbers("least", [1])
            .Constant("axis0", 0)
            .Node("ReduceSum", "counts", ["masked", "axis1"], ("keepdims", 0))
            .Node("ReduceMax", "most", ["counts"], ("keepdims", 0))
            .Node("Sub", "many", ["most", "few"])
            .Node("Mul", "large", ["many", "times"])
            .Node("Max", "side", ["large", "least"])
            .Node("Cast", "whole", ["side"], ("to", 7))
            .Node("Unsqueeze", "length", ["whole", "axis0"])
            .Node("Concat", "shape", ["length", "length"], ("axis", 0))
            .Node("ConstantOfShape", "square0", ["shape"]);
        for (int i = 0; i < NodeCount; i++)
        {
            graph.Node("MatMul", Square(i + 1), [Square(i), Square(0)]);
        }

        return graph
            .Node("ReduceMean", "nothing", [Square(NodeCount)], ("keepdims", 0))
            .Node("Add", "logits", ["counts", "nothing"])
            .Output("logits", "float[batch,2]");
    }

    private static string Square(int index) => string.Create(CultureInfo.InvariantCulture, $"square{index}");

    /// <summary>A classifier whose run of a bad text takes minutes.</summary>
    public sealed class SlowClassifier : IDisposable
    {
        private readonly ModelFolderBuilder model = ModelFolderBuilder.Tiny(Slow());

        public SlowClassifier() => Classifier = model.Load();

        public SequenceClassifier Classifier { get; }

        public void Dispose()
        {
            Classifier.Dispose();
            model.Dispose();
        }
    }
}
