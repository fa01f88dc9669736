using Batching.Queue;
using CsCheck;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>Numbers in, the next batch out: every row once, the oldest soon, and fairly.</summary>
public sealed class WaitingRowsTests
{
    private const int TokensPerBatch = 64;
    private const double BulkShare = 0.25;

    private static readonly BatchPlanner Planner = new(BatchCost.Of(ModelPrecision.Int8), TokensPerBatch);

    private readonly WaitingRows waiting = new(BulkShare);
    private readonly List<WaitingRow> batch = [];

    [Fact]
    public void Every_row_is_taken_once_in_batches_within_the_bound() =>
        Gen.Select(Gen.Int[1, 100], Gen.Bool, Gen.Int[0, 3]).Array[0, 400].Select(Gen.Int[1, 4]).Sample(
            (rows, freeWorkers) =>
            {
                var picker = new WaitingRows(BulkShare);
                var taken = new List<WaitingRow>();
                var left = new HashSet<WaitingRow>();
                foreach ((int length, bool isBulk, int client) in rows)
                {
                    var row = new WaitingRow(length);
                    left.Add(row);
                    picker.Add(row, isBulk ? RequestPriority.Bulk : RequestPriority.Interactive, $"{client}");
                }

                Assert.Equal((rows.Length, rows.Sum(row => row.Item1)), (picker.Count, picker.TokenCount));
                while (picker.Count > 0)
                {
                    picker.Take(Planner, freeWorkers, taken);
                    Assert.NotEmpty(taken);
                    Assert.True(taken.Count == 1 || taken.Count * taken.Max(row => row.Length) <= TokensPerBatch);
                    Assert.All(taken, row => Assert.True(left.Remove(row)));
                    Assert.Equal((left.Count, left.Sum(row => row.Length)), (picker.Count, picker.TokenCount));
                }

                Assert.Empty(left);
                Assert.Equal((0, 0, null), (picker.ClientCount, picker.BulkTokenCount, picker.OldestArrival));
            },
            seed: Generators.Seed, iter: 2_000, threads: 2);

    [Fact]
    public void A_row_is_passed_over_no_more_often_than_there_were_rows_before_it() =>
        Gen.Int[1, 100].Array[1, 300].Select(Gen.Int[0, 20].Array[1, 50]).Sample(
            (lengths, arrivals) =>
            {
                var picker = new WaitingRows(BulkShare);
                var taken = new List<WaitingRow>();
                var bound = new Dictionary<WaitingRow, int>();
                int next = 0;
                for (int take = 0; next < lengths.Length || picker.Count > 0; take++)
                {
                    // However many come later.
                    for (int i = arrivals[take % arrivals.Length] + (picker.Count == 0 ? 1 : 0); i > 0 && next < lengths.Length; i--)
                    {
                        var row = new WaitingRow(lengths[next++]);
                        bound.Add(row, take + picker.Count);
                        picker.Add(row, RequestPriority.Interactive, "");
                    }

                    picker.Take(Planner, freeWorkers: 1, taken);
                    Assert.All(taken, row => Assert.InRange(take, 0, bound[row]));
                }
            },
            seed: Generators.Seed, iter: 2_000, threads: 2);

    [Fact]
    public void The_oldest_row_runs_now_whatever_its_length_and_others_of_its_length_go_along()
    {
        Add(30);
        for (int i = 0; i < 14; i++)
        {
            Add(5 + (i % 3));
        }

        Add(29);
        Assert.Equal([30, 29], Take());
        Assert.Equal([5, 5, 5, 5, 5], Take());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void Rows_of_one_length_fill_batch_after_batch_however_many_there_are(int length)
    {
        int full = TokensPerBatch / length;
        for (int i = 0; i < (10 * full) + 1; i++)
        {
            Add(length);
        }

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(full, Take().Length);
        }

        Assert.Single(Take());
    }

    [Fact]
    public void What_is_there_is_split_among_the_workers_that_are_free()
    {
        for (int i = 0; i < 8; i++)
        {
            Add(8);
        }

        Assert.Equal(4, Take(freeWorkers: 2).Length);
        Assert.Equal(4, Take().Length);
    }

    [Fact]
    public void Interactive_rows_run_before_those_in_bulk()
    {
        Add(10, RequestPriority.Bulk);
        Add(10);
        Assert.Equal(RequestPriority.Interactive, waiting.Take(Planner, 1, batch));
        Assert.Equal(RequestPriority.Bulk, waiting.Take(Planner, 1, batch));
    }

    [Fact]
    public void Bulk_gets_its_share_however_much_is_interactive()
    {
        var tokens = new Dictionary<RequestPriority, int> { [RequestPriority.Interactive] = 0, [RequestPriority.Bulk] = 0 };
        for (int round = 0; round < 1_000; round++)
        {
            while (waiting.Count < 400)
            {
                Add(1 + (waiting.Count % 40));
                Add(1 + (waiting.Count % 40), RequestPriority.Bulk);
            }

            tokens[waiting.Take(Planner, 1, batch)] += batch.Sum(row => row.Length);
        }

        Assert.Equal(BulkShare, tokens[RequestPriority.Bulk] / (double)tokens.Values.Sum(), 0.01);
    }

    [Fact]
    public void A_client_gets_as_many_tokens_as_another_that_asks_for_far_more()
    {
        // One always has a thousand short rows waiting, the other three long ones.
        var waitingOf = new Dictionary<string, int>(StringComparer.Ordinal) { ["heavy"] = 0, ["light"] = 0 };
        var tokensOf = new Dictionary<string, int>(StringComparer.Ordinal) { ["heavy"] = 0, ["light"] = 0 };
        for (int round = 0; round < 2_000; round++)
        {
            Fill("heavy", 1_000, 5);
            Fill("light", 3, 50);
            waiting.Take(Planner, 1, batch);
            foreach (WaitingRow row in batch)
            {
                string client = row.Length == 5 ? "heavy" : "light";
                waitingOf[client]--;
                tokensOf[client] += row.Length;
            }
        }

        Assert.Equal(0.5, tokensOf["light"] / (double)tokensOf.Values.Sum(), 0.05);

        void Fill(string client, int count, int length)
        {
            for (; waitingOf[client] < count; waitingOf[client]++)
            {
                Add(length, client: client);
            }
        }
    }

    [Fact]
    public void A_client_that_comes_is_served_within_a_round_however_much_waits_for_the_others()
    {
        for (int client = 0; client < 10; client++)
        {
            for (int i = 0; i < 500; i++)
            {
                Add(10, client: $"{client}");
            }
        }

        for (int take = 0; take < 25; take++)
        {
            Take();
        }

        WaitingRow late = Add(40, client: "late");
        int takes = 1;
        while (!Take().Contains(40))
        {
            takes++;
        }

        Assert.Null(late.Client);

        // Of each of the ten no more than two batches come first: a turn ends with the batch that uses it up.
        Assert.InRange(takes, 1, 21);
    }

    [Fact]
    public void Who_was_a_guest_in_batches_of_others_is_not_kept_waiting_for_it()
    {
        // The guest's rows fill up what the host leaves of each batch.
        for (int i = 0; i < 2_000; i++)
        {
            Add(8, client: "guest");
        }

        for (int round = 0; round < 200; round++)
        {
            Add(8, client: "host");
            Take();
        }

        for (int i = 0; i < 200; i++)
        {
            Add(60, client: "rival");
        }

        Assert.Contains(8, Enumerable.Range(0, 4).SelectMany(_ => Take()));
    }

    [Fact]
    public void Rows_that_leave_are_not_taken_and_their_tokens_do_not_count() =>
        Gen.Select(Gen.Int[1, 50], Gen.Bool, Gen.Bool).Array[1, 100].Sample(
            rows =>
            {
                var picker = new WaitingRows(BulkShare);
                var taken = new List<WaitingRow>();
                var staying = new List<WaitingRow>();
                foreach ((int length, bool isBulk, bool leaves) in rows)
                {
                    var row = new WaitingRow(length);
                    picker.Add(row, isBulk ? RequestPriority.Bulk : RequestPriority.Interactive, $"{length % 3}");
                    if (leaves)
                    {
                        picker.Remove(row);
                    }
                    else
                    {
                        staying.Add(row);
                    }
                }

                Assert.Equal(staying.Sum(row => row.Length), picker.TokenCount);
                var run = new List<WaitingRow>();
                while (picker.Count > 0)
                {
                    picker.Take(Planner, 1, taken);
                    run.AddRange(taken);
                }

                Assert.Equal(staying.ToHashSet(), run.ToHashSet());
            },
            seed: Generators.Seed, iter: 1_000, threads: 2);

    [Fact]
    public void A_row_in_bulk_that_becomes_urgent_runs_with_the_interactive_ones()
    {
        Add(20, RequestPriority.Bulk);
        WaitingRow promoted = Add(10, RequestPriority.Bulk);
        Add(30);
        waiting.Promote(promoted, "");
        Assert.Equal(20, waiting.BulkTokenCount);
        Assert.Equal([30], Take());
        Assert.Equal([10], Take());
        Assert.Equal([20], Take());
    }

    [Fact]
    public void What_a_decision_allocates_does_not_grow_with_the_number_of_rows()
    {
        long few = BytesOfATake(rows: 1_000);
        long many = BytesOfATake(rows: 100_000);
        Assert.InRange(many, few / 2, few * 2);

        static long BytesOfATake(int rows)
        {
            var picker = new WaitingRows(BulkShare);
            var taken = new List<WaitingRow>();
            for (int i = 0; i < rows; i++)
            {
                picker.Add(new WaitingRow(1 + (i * 7919 % 50)), RequestPriority.Interactive, $"{i % 3}");
            }

            picker.Take(Planner, 1, taken);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int take = 0; take < 20; take++)
            {
                picker.Take(Planner, 1, taken);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void How_much_runs_before_a_request_follows_from_priority_and_client()
    {
        Add(40, client: "a");
        Add(20, client: "b");
        Add(100, RequestPriority.Bulk, "a");

        // Interactive: all that is interactive, but no more than the turns of one client among so many.
        Assert.Equal(60 + 30, waiting.TokensBefore(RequestPriority.Interactive, "a", 30));
        Assert.Equal(3 * 10, waiting.TokensBefore(RequestPriority.Interactive, "c", 10));

        // Bulk: what is interactive as well, but no more than its share makes of its own.
        Assert.Equal(100 + 8 + 60, waiting.TokensBefore(RequestPriority.Bulk, "a", 8));
        Assert.Equal(2 * 5 / BulkShare, waiting.TokensBefore(RequestPriority.Bulk, "c", 5));
    }

    private WaitingRow Add(int length, RequestPriority priority = RequestPriority.Interactive, string client = "")
    {
        var row = new WaitingRow(length);
        waiting.Add(row, priority, client);
        return row;
    }

    private int[] Take(int freeWorkers = 1)
    {
        waiting.Take(Planner, freeWorkers, batch);
        return [.. batch.Select(row => row.Length)];
    }
}
