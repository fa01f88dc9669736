using System.Numerics.Tensors;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>What a model takes, what it refuses, and how a run ends early.</summary>
public sealed class SequenceModelTests(DefaultModel models) : IClassFixture<DefaultModel>
{
    private readonly SequenceModel model = models[ModelPrecision.Int8];

    [Fact]
    public void A_rank_1_tensor_is_refused_with_its_shape_the_shape_needed_and_the_fix()
    {
        Tensor<long> ids = Tensor.Create<long>([1045, 1005, 2310], [3]);
        var refusal = Assert.Throws<ArgumentException>(() => model.Run(ids));
        Assert.Contains("have the shape [3], of rank 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("takes [rows, columns], of rank 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Reshape([1, 3])", refusal.Message, StringComparison.Ordinal);

        Tensor<float> logits = model.Run(Tensor.Reshape(ids, [1, 3]), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], logits.Lengths.ToArray());
    }

    [Fact]
    public void A_missing_mask_means_ones_everywhere()
    {
        Tensor<long> ids = Tensor.Create<long>([200, 200, 200, 200, 200, 0], [2, 3]);
        Tensor<long> ones = Tensor.Create<long>([1, 1, 1, 1, 1, 1], [2, 3]);
        Assert.Equal(Flat(model.Run(ids, ones)), Flat(model.Run(ids)));
        Assert.Equal(Flat(model.Run(ids, ones)), Flat(model.Run(ids, default(ReadOnlyTensorSpan<long>))));
        Assert.NotEqual(Flat(model.Run(ids, Tensor.Create<long>([1, 1, 1, 1, 1, 0], [2, 3]))), Flat(model.Run(ids)));
    }

    [Fact]
    public void A_tensor_that_is_a_view_of_another_is_read_as_it_is_seen()
    {
        Tensor<long> wide = Tensor.Create<long>([7, 200, 201, 9, 7, 202, 203, 9], [2, 4]);
        Tensor<long> view = wide.Slice(.., 1..3);
        Assert.Equal(Flat(model.Run(Tensor.Create<long>([200, 201, 202, 203], [2, 2]))), Flat(model.Run(view)));
    }

    [Theory]
    [InlineData(new long[] { 200, 30522 }, new long[] { 1, 1 }, new[] { 1, 2 }, "The input id 30522 at [0, 1] is not from 0 to 30521")]
    [InlineData(new long[] { -1, 200 }, new long[] { 1, 1 }, new[] { 1, 2 }, "The input id -1 at [0, 0] is not from 0 to 30521")]
    [InlineData(new long[] { 200, 200 }, new long[] { 1, 2 }, new[] { 1, 2 }, "The attention mask 2 at [0, 1] is not from 0 to 1")]
    [InlineData(new long[] { 200, 200 }, new long[] { 1, 1 }, new[] { 2, 1 }, "attention mask has the shape [1, 2] and the input ids [2, 1]")]
    [InlineData(new long[] { 200, 200 }, new long[] { 1, 1 }, new[] { 1, 1, 2 }, "of rank 3; a model takes [rows, columns]")]
    [InlineData(new long[] { }, new long[] { }, new[] { 0, 5 }, "holds no token")]
    [InlineData(new long[] { }, new long[] { }, new[] { 5, 0 }, "holds no token")]
    public void What_the_model_has_no_answer_for_is_refused(long[] ids, long[] mask, int[] shape, string reason)
    {
        nint[] lengths = [.. shape.Select(length => (nint)length)];
        var refusal = Assert.Throws<ArgumentException>(() => model.Run(
            Tensor.Create(ids, lengths), mask.Length == 0 ? Tensor.Create(mask, [0]) : Tensor.Create(mask, [1, 2])));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_longer_than_the_models_positions_are_refused()
    {
        using TokenBatch batch = TokenBatch.Pad([[.. Enumerable.Repeat(200, 513)]], padTokenId: 0);
        var refusal = Assert.Throws<ArgumentException>(() => model.Run(batch));
        Assert.Contains("513 columns", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("positions for 512", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_knows_its_labels_its_vocabulary_and_its_positions() =>
        Assert.Equal((2, 30522, 512), (model.LabelCount, model.VocabularySize, model.MaxLength));

    [Fact]
    public void A_cancelled_token_runs_nothing()
    {
        using TokenBatch batch = TokenBatch.Pad([[200]], padTokenId: 0);
        var cancelled = new CancellationToken(canceled: true);
        Assert.Equal(cancelled, Assert.Throws<OperationCanceledException>(() => model.Run(batch, cancelled)).CancellationToken);
    }

    [Fact]
    public void Cancellation_stops_a_run_in_flight_and_the_model_goes_on_working()
    {
        // Seconds of work, of which a tenth of one is done.
        using TokenBatch large = TokenBatch.Pad([.. Enumerable.Repeat(Enumerable.Repeat(200, 512).ToArray(), 48)], padTokenId: 0);
        using TokenBatch small = TokenBatch.Pad([[200, 201]], padTokenId: 0);
        SequenceModel float32 = models[ModelPrecision.Float32];
        float[] expected = Flat(float32.Run(small));
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var stopped = Assert.Throws<OperationCanceledException>(() => float32.Run(large, source.Token));
        Assert.Equal(source.Token, stopped.CancellationToken);
        Assert.Equal(expected, Flat(float32.Run(small)));
    }

    [Fact]
    public void A_disposed_model_or_batch_is_not_run()
    {
        SequenceModel disposed = SequenceModel.Load(Repository.Contract("bert-one-label"));
        TokenBatch batch = TokenBatch.Pad([[1]], padTokenId: 0);
        disposed.Run(batch, TestContext.Current.CancellationToken);
        disposed.Dispose();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => disposed.Run(batch));
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Run(batch));
    }

    [Fact]
    public void A_run_whose_model_and_batch_are_disposed_meanwhile_is_refused_or_right_and_never_wrong()
    {
        int[][] rows = [.. Enumerable.Repeat(Enumerable.Repeat(200, 60).ToArray(), 4)];
        using TokenBatch reference = TokenBatch.Pad(rows, padTokenId: 0);
        float[] expected = Flat(model.Run(reference));
        for (int round = 0; round < 40; round++)
        {
            SequenceModel busy = SequenceModel.Load(Repository.DefaultModel, new SequenceModelOptions { Precision = ModelPrecision.Int8 });
            TokenBatch batch = TokenBatch.Pad(rows, padTokenId: 0);
            using var begin = new Barrier(2);
            float[]? logits = null;
            var runner = new Thread(() =>
            {
                begin.SignalAndWait();
                try
                {
                    logits = Flat(busy.Run(batch));
                }
                catch (ObjectDisposedException)
                {
                    // The disposal came first.
                }
            });
            runner.Start();
            begin.SignalAndWait(TestContext.Current.CancellationToken);

            // Later from round to round: before the run, at its start, within it.
            Thread.SpinWait(round * 2_000);
            batch.Dispose();
            busy.Dispose();

            // Were its memory back in the pool, these would write over what the run still reads.
            using (TokenBatch.Pad([.. rows.Select(row => row.Select(_ => 999).ToArray())], padTokenId: 0))
            using (TokenBatch.Pad([.. rows.Select(row => row.Select(_ => 998).ToArray())], padTokenId: 0))
            {
                runner.Join();
            }

            Assert.True(logits is null || logits.SequenceEqual(expected));
            Assert.Throws<ObjectDisposedException>(() => busy.Run(reference));
        }
    }

    private static float[] Flat(Tensor<float> tensor)
    {
        var flat = new float[tensor.FlattenedLength];
        tensor.FlattenTo(flat);
        return flat;
    }
}
