using Batching.Queue;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>Which rows belong to whom, by state alone: no lock, no clock, no thread.</summary>
public sealed class RowLedgerTests
{
    private static readonly BatchPlanner Planner = new(BatchCost.Of(ModelPrecision.Int8), tokensPerBatch: 32);

    private readonly RowLedger ledger = new(bulkShare: 0.5);
    private readonly List<RunningBatch> unwanted = [];
    private readonly List<QueuedRequest> expired = [];

    [Fact]
    public void A_request_waits_for_its_rows_and_is_answered_with_the_last()
    {
        QueuedRequest request = Add("one", "two");
        RunningBatch batch = Take()!;
        Assert.Equal(2, batch.Rows.Length);
        Assert.Empty(ledger.Answer(batch, batch.Rows[..1], [Result("one")], now: 5));
        Assert.Equal([request], ledger.Answer(batch, batch.Rows[1..], [Result("two")], now: 6));
        Assert.Equal(6, request.EndedAt);
        ledger.Finish(batch);
        Assert.True(ledger.IsEmpty);
        batch.Dispose();
    }

    [Fact]
    public void The_same_row_waits_once_for_two_requests_and_answers_both()
    {
        QueuedRequest first = Add("same");
        QueuedRequest second = New("same");
        Assert.Equal((0, 0), ledger.Share(second, shares: true));
        ledger.Add(second, now: 2);
        Assert.Equal(1, ledger.Waiting.Count);
        using RunningBatch batch = Take()!;
        Assert.Equal([first, second], ledger.Answer(batch, batch.Rows, [Result("same")], now: 3));
    }

    [Fact]
    public void Where_sharing_is_not_exact_every_request_has_rows_of_its_own()
    {
        Add("same");
        QueuedRequest second = New("same");
        Assert.Equal((1, 4), ledger.Share(second, shares: false));
        ledger.Add(second, now: 2);
        Assert.Equal(2, ledger.Waiting.Count);
    }

    [Fact]
    public void Who_leaves_takes_the_rows_along_that_nobody_else_waits_for()
    {
        QueuedRequest leaving = Add("own", "shared");
        Add("shared");
        ledger.Leave(leaving, unwanted);
        Assert.True(leaving.IsOver);
        Assert.Equal(1, ledger.Waiting.Count);
        Assert.Empty(unwanted);
        using RunningBatch batch = Take()!;
        Assert.Equal("shared", TextOf(Assert.Single(batch.Rows)));
    }

    [Fact]
    public void A_running_batch_is_unwanted_when_the_last_who_waits_for_it_leaves()
    {
        QueuedRequest first = Add("first");
        QueuedRequest second = Add("other");
        using RunningBatch batch = Take()!;
        ledger.Leave(first, unwanted);
        Assert.Empty(unwanted);
        ledger.Leave(second, unwanted);
        Assert.Equal([batch], unwanted);
        Assert.True(batch.IsStopped);
    }

    [Fact]
    public void Nobody_joins_a_batch_that_is_to_be_stopped()
    {
        QueuedRequest leaving = Add("text");
        using RunningBatch batch = Take()!;
        ledger.Leave(leaving, unwanted);
        QueuedRequest late = New("text");
        Assert.Equal((1, 4), ledger.Share(late, shares: true));
        ledger.Add(late, now: 3);
        Assert.Equal(1, ledger.Waiting.Count);
    }

    [Fact]
    public void Who_joins_a_running_row_keeps_its_batch_wanted()
    {
        QueuedRequest first = Add("text");
        using RunningBatch batch = Take()!;
        QueuedRequest second = Add("text");
        ledger.Leave(first, unwanted);
        Assert.Empty(unwanted);
        Assert.Equal([second], ledger.Answer(batch, batch.Rows, [Result("text")], now: 4));
    }

    [Fact]
    public void A_refused_request_leaves_no_row_for_others_to_share()
    {
        QueuedRequest refused = New("text");
        ledger.Share(refused, shares: true);
        ledger.Refuse(refused);
        Assert.True(refused.IsOver);
        Assert.True(ledger.IsEmpty);
        Assert.Equal((1, 4), ledger.Share(New("text"), shares: true));
    }

    [Fact]
    public void A_row_that_fails_ends_every_request_that_waits_for_it_and_no_other()
    {
        QueuedRequest bad = Add("good", "bad!");
        QueuedRequest alsoBad = Add("bad!");
        QueuedRequest good = Add("good");
        using RunningBatch batch = Take()!;
        QueuedRow[] poisoned = Array.FindAll(batch.Rows, row => TextOf(row) == "bad!");
        List<RowWaiter> failed = ledger.Fail(batch, poisoned, unwanted);
        Assert.Equal([bad, alsoBad], failed.Select(waiter => waiter.Request));
        Assert.Equal([1, 0], failed.Select(waiter => waiter.Index));
        Assert.Equal(1, batch.FailedRows);
        Assert.Empty(unwanted);
        Assert.Equal([good], ledger.Answer(batch, ledger.StillWanted(Array.FindAll(batch.Rows, row => TextOf(row) == "good")), [Result("good")], now: 5));
    }

    [Fact]
    public void Requests_whose_time_is_over_leave_before_their_batch_runs()
    {
        QueuedRequest late = Add("late", deadlineAt: 10);
        QueuedRequest inTime = Add("time", deadlineAt: 11);
        using RunningBatch batch = Take(now: 10)!;
        Assert.Equal([late], expired);
        Assert.Equal("time", TextOf(Assert.Single(batch.Rows)));
        Assert.Equal(10, inTime.StartedAt);
    }

    [Fact]
    public void A_batch_of_which_nothing_is_in_time_is_none()
    {
        Add("late", deadlineAt: 10);
        Assert.Null(Take(now: 10));
        Assert.Empty(unwanted);
        Assert.True(ledger.IsEmpty);
    }

    [Fact]
    public void A_request_whose_time_is_over_leaves_its_other_batch_unwanted()
    {
        string longText = new('a', 32);
        QueuedRequest late = Add([longText, new string('b', 32)], deadlineAt: 10);
        using RunningBatch first = Take(now: 5)!;
        Assert.Single(first.Rows);
        Assert.Null(Take(now: 10));
        Assert.Equal([late], expired);
        Assert.Equal([first], unwanted);
    }

    [Fact]
    public void All_leave_once_each()
    {
        HashSet<QueuedRequest> requests = [Add("a", "b", "shared"), Add("shared"), Add("c")];
        using RunningBatch batch = Take()!;
        QueuedRequest last = Add("d");
        IReadOnlyList<QueuedRequest> left = ledger.LeaveAll(unwanted);
        Assert.Equal(4, left.Count);
        Assert.Equal<HashSet<QueuedRequest>>([.. requests, last], [.. left]);
        Assert.Equal([batch], unwanted);
        ledger.Finish(batch);
        Assert.True(ledger.IsEmpty);
    }

    [Fact]
    public void Any_sequence_of_changes_ends_every_request_once_and_leaves_nothing()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var rows = new RowLedger(bulkShare: 0.25);
            var open = new HashSet<QueuedRequest>();
            var batches = new List<RunningBatch>();
            var stopped = new List<RunningBatch>();
            int ended = 0;
            int added = 0;
            for (int step = 0; step < 200; step++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        QueuedRequest request = New([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new string((char)('a' + random.Next(5)), random.Next(1, 20)))]);
                        rows.Share(request, shares: random.Next(3) > 0);
                        rows.Add(request, step);
                        open.Add(request);
                        added++;
                        break;
                    case 1 when open.Count > 0:
                        QueuedRequest leaving = open.ElementAt(random.Next(open.Count));
                        rows.Leave(leaving, stopped);
                        End(leaving);
                        break;
                    case 2 when rows.Waiting.Count > 0:
                        batches.Add(rows.Take(Planner, freeWorkers: 2, step, expired, stopped)!);
                        break;
                    case 3 when batches.Count > 0:
                        Run(batches[random.Next(batches.Count)], fails: random.Next(4) == 0, step);
                        break;
                }
            }

            while (rows.Waiting.Count > 0)
            {
                batches.Add(rows.Take(Planner, freeWorkers: 2, now: 1000, expired, stopped)!);
            }

            foreach (RunningBatch batch in batches.ToArray())
            {
                Run(batch, fails: false, now: 1001);
            }

            Assert.Empty(open);
            Assert.Equal(added, ended);
            Assert.True(rows.IsEmpty);
            Assert.Equal((1, 1), rows.Share(New("a"), shares: true));

            void End(QueuedRequest over)
            {
                Assert.True(over.IsOver);
                Assert.True(open.Remove(over));
                ended++;
            }

            void Run(RunningBatch batch, bool fails, int now)
            {
                QueuedRow[] wanted = rows.StillWanted(batch.Rows);
                if (!batch.IsStopped && fails)
                {
                    rows.Fail(batch, wanted, stopped).ForEach(waiter => End(waiter.Request));
                }
                else if (!batch.IsStopped)
                {
                    rows.Answer(batch, wanted, Array.ConvertAll(wanted, row => Result(TextOf(row))), now).ForEach(End);
                }

                rows.Finish(batch);
                batch.Dispose();
                batches.Remove(batch);
            }
        }
    }

    private static AnsweredRequest<int> New(params string[] texts) => New(texts, QueuedRequest.NoDeadline);

    private static AnsweredRequest<int> New(string[] texts, long deadlineAt) =>
        new AnsweredRequest<int>(
            [.. texts.Select(text => new SequenceEncoding([.. text.Select(character => (int)character)], [], isTruncated: false))],
            textEnds: null,
            new RequestOptions(),
            static _ => 0)
        {
            DeadlineAt = deadlineAt,
        };

    private static Classification Result(string text) => new()
    {
        Label = text,
        LabelIndex = 0,
        Score = 1,
        Logits = new float[1],
        Scores = new float[1],
        TokenCount = text.Length,
        IsTruncated = false,
    };

    private static string TextOf(QueuedRow row) => string.Concat(row.Encoding.InputIds.Select(id => (char)id));

    private QueuedRequest Add(params string[] texts) => Add(texts, QueuedRequest.NoDeadline);

    private QueuedRequest Add(string text, long deadlineAt) => Add([text], deadlineAt);

    private QueuedRequest Add(string[] texts, long deadlineAt)
    {
        QueuedRequest request = New(texts, deadlineAt);
        ledger.Share(request, shares: true);
        ledger.Add(request, now: 1);
        return request;
    }

    private RunningBatch? Take(long now = 2) => ledger.Take(Planner, freeWorkers: 1, now, expired, unwanted);
}
