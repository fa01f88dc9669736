using Xunit;

namespace Batching.Tests.Inference;

/// <summary>The share of padding in what models run.</summary>
public sealed class PaddingListenerTests
{
    [Fact]
    public void Padding_is_told_as_the_batches_report_it()
    {
        using var model = SequenceModel.Load(Repository.DefaultModel, new SequenceModelOptions { Precision = ModelPrecision.Int8 });
        using var padding = new PaddingListener();
        Assert.Null(padding.Share);
        using var batch = TokenBatch.Pad([[101, 2307, 102], [101, 102]], padTokenId: 0, new PaddingOptions { MultipleOf = 5 });
        model.Run(batch, TestContext.Current.CancellationToken);
        Assert.InRange(padding.Share!.Value, 0.01, 0.99);
    }
}
