using Batching.Inference;
using Batching.Queue;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>What becomes of the rows of a batch, whichever of them cannot be run.</summary>
public sealed class BatchExecutionTests
{
    private static readonly BatchPlanner Planner = new(BatchCost.Of(ModelPrecision.Int8), tokensPerBatch: 1024);

    [Fact]
    public void Every_row_is_answered_or_fails_once_and_only_those_that_cannot_be_run_fail()
    {
        var random = new Random(12);
        for (int round = 0; round < 200; round++)
        {
            string[] texts = [.. Enumerable.Range(0, random.Next(1, 24)).Select(row => $"{row:00}{(random.Next(6) == 0 ? FakeBackend.Poison : 'a')}")];
            var outcome = new Outcome();
            using RunningBatch batch = BatchOf(texts);
            new BatchExecution(new FakeBackend(), TimeProvider.System, outcome).Run(batch);
            Assert.Equal(texts.Where(text => text.EndsWith('a')).Order(StringComparer.Ordinal), outcome.Answered.Order(StringComparer.Ordinal));
            Assert.Equal(texts.Where(text => text.EndsWith(FakeBackend.Poison)).Order(StringComparer.Ordinal), outcome.Failed.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_batch_that_runs_is_run_once()
    {
        var backend = new FakeBackend();
        using RunningBatch batch = BatchOf("a", "b", "c");
        new BatchExecution(backend, TimeProvider.System, new Outcome()).Run(batch);
        Assert.Equal(3, Assert.Single(backend.Runs).Texts.Length);
    }

    [Fact]
    public void What_nobody_waits_for_any_more_is_not_run_again_after_a_failure()
    {
        var backend = new FakeBackend();
        var outcome = new Outcome { Unwanted = "b" };
        using RunningBatch batch = BatchOf("a", "b", "c!", "d");
        new BatchExecution(backend, TimeProvider.System, outcome).Run(batch);
        Assert.Equal(["a", "d"], outcome.Answered.Order(StringComparer.Ordinal));
        Assert.Equal(["c!"], outcome.Failed);
        Assert.Single(backend.Runs, run => run.Texts.Contains("b"));
    }

    [Fact]
    public void A_batch_that_is_stopped_tells_nothing_whatever_it_throws()
    {
        using RunningBatch batch = BatchOf("a!", "b");
        var backend = new FakeBackend { Running = _ => batch.IsStopped = true };
        var outcome = new Outcome();
        new BatchExecution(backend, TimeProvider.System, outcome).Run(batch);
        new BatchExecution(backend, TimeProvider.System, outcome).Run(batch);
        Assert.Single(backend.Runs);
        Assert.Empty(outcome.Answered.Concat(outcome.Failed));
    }

    [Fact]
    public void A_disposed_model_fails_all_rows_at_once()
    {
        var backend = new FakeBackend { Running = _ => throw new ObjectDisposedException("model") };
        var outcome = new Outcome();
        using RunningBatch batch = BatchOf("a", "b", "c");
        new BatchExecution(backend, TimeProvider.System, outcome).Run(batch);
        Assert.Single(backend.Runs);
        Assert.Equal(["a", "b", "c"], outcome.Failed);
    }

    private static RunningBatch BatchOf(params string[] texts)
    {
        var ledger = new RowLedger(bulkShare: 0.5);
        var request = new AnsweredRequest<int>(
            [.. texts.Select(text => new SequenceEncoding([.. text.Select(character => (int)character)], [], isTruncated: false))],
            textEnds: null,
            new RequestOptions(),
            static _ => 0)
        {
            DeadlineAt = QueuedRequest.NoDeadline,
        };
        ledger.Share(request, shares: false);
        ledger.Add(request, now: 1);
        RunningBatch batch = ledger.Take(Planner, freeWorkers: 1, now: 2, [], [])!;
        Assert.Equal(texts.Length, batch.Rows.Length);
        batch.Rows = [.. batch.Rows.OrderBy(TextOf, StringComparer.Ordinal)];
        batch.Cores = CoreUse.Shared;
        return batch;
    }

    private static string TextOf(QueuedRow row) => string.Concat(row.Encoding.InputIds.Select(id => (char)id));

    private sealed class Outcome : IBatchListener
    {
        public List<string> Answered { get; } = [];

        public List<string> Failed { get; } = [];

        public string? Unwanted { get; init; }

        public QueuedRow[] StillWanted(QueuedRow[] batchRows) => Array.FindAll(batchRows, row => TextOf(row) != Unwanted);

        public void Answer(RunningBatch batch, QueuedRow[] batchRows, Classification[] results, TimeSpan duration)
        {
            Assert.Equal(batchRows.Select(TextOf), results.Select(result => result.Label));
            Answered.AddRange(batchRows.Select(TextOf));
        }

        public void Fail(RunningBatch batch, QueuedRow[] batchRows, Exception exception) => Failed.AddRange(batchRows.Select(TextOf));
    }
}
