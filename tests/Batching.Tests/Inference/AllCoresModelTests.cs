using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>A text that is classified alone gets all cores, and the same bits.</summary>
public sealed class AllCoresModelTests(DefaultModel models) : IClassFixture<DefaultModel>
{
    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public async Task The_second_session_is_used_because_it_gives_the_same_bits(ModelPrecision precision)
    {
        SequenceModel model = models[precision];
        SequenceModel second = SequenceModel.Load(Repository.DefaultModel, new SequenceModelOptions { Precision = precision, ThreadsPerRun = 2, AllowSpinning = true });
        using var latency = new AllCoresModel(() => second, model);
        foreach (int _ in Enumerable.Range(0, 7))
        {
            Assert.Null(latency.TryGet());
        }

        Assert.Same(second, await latency.LoadAsync());
        Assert.Same(second, latency.TryGet());
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void Each_text_that_is_alone_counts_once_before_the_second_session_is_loaded(int texts, bool isLoaded)
    {
        using var latency = new AllCoresModel(
            () => throw new ModelLoadException("Only whether it is loaded is of interest."), models[ModelPrecision.Int8]);
        using TokenBatch batch = TokenBatch.Pad([[200]], padTokenId: 0);
        var logits = new float[2];
        for (int text = 0; text < texts; text++)
        {
            latency.Run(batch, tokens: 1, latency.IsFasterOnAllCores(1), logits, CancellationToken.None);
        }

        Assert.Equal(isLoaded, latency.IsLoading);
    }

    [Fact]
    public async Task A_session_with_other_bits_or_none_is_not_used()
    {
        SequenceModel other = SequenceModel.Load(Repository.DefaultModel, new SequenceModelOptions { Precision = ModelPrecision.Float32 });
        using var otherBits = new AllCoresModel(() => other, models[ModelPrecision.Int8]);
        Assert.Null(await otherBits.LoadAsync());
        using TokenBatch batch = TokenBatch.Pad([[200]], padTokenId: 0);
        Assert.Throws<ObjectDisposedException>(() => other.Run(batch));

        using var missing = new AllCoresModel(() => throw new ModelLoadException("gone"), models[ModelPrecision.Int8]);
        Assert.Null(await missing.LoadAsync());
        Assert.Null(missing.TryGet());
    }

    [Fact]
    public async Task Disposed_it_frees_the_session_that_it_loaded_and_loads_none()
    {
        SequenceModel second = SequenceModel.Load(Repository.DefaultModel, new SequenceModelOptions { Precision = ModelPrecision.Int8 });
        var latency = new AllCoresModel(() => second, models[ModelPrecision.Int8]);
        await latency.LoadAsync();
        latency.Dispose();
        using TokenBatch batch = TokenBatch.Pad([[200]], padTokenId: 0);
        Assert.Throws<ObjectDisposedException>(() => second.Run(batch));

        var never = new AllCoresModel(() => throw new InvalidOperationException("Nothing is to be loaded."), models[ModelPrecision.Int8]);
        never.Dispose();
        Assert.Null(await never.LoadAsync());
    }

    [Fact]
    public void What_the_threads_are_for_changes_no_bit()
    {
        string[] texts = ["So have I!", "I love this movie and would watch it again tomorrow.", ""];
        float[][]? expected = null;
        foreach (OptimizationGoal goal in Enum.GetValues<OptimizationGoal>())
        {
            using SequenceClassifier classifier = SequenceClassifier.Load(
                Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8, OptimizeFor = goal });
            float[][] together = [.. classifier.Classify(texts).Select(result => result.Logits.ToArray())];
            Assert.Equal(expected ??= together, together);
            for (int round = 0; round < 30; round++)
            {
                Assert.Equal(expected, texts.Select(text => classifier.Classify(text).Logits.ToArray()));
            }
        }
    }
}
