using Batching.Batches;
using CsCheck;
using Xunit;

namespace Batching.Tests.Batches;

/// <summary>Lengths in, batches out: every row once, within the bound, and no way to cut the sorted rows is cheaper.</summary>
public sealed class BatchPlannerTests
{
    private static readonly BatchCost Cost = new(230, 72, 0.115);

    private static readonly Gen<BatchCost> AnyCost = Gen.Select(
        Gen.Double[0, 5000], Gen.Double[0, 300], Gen.Double[0, 2], (batch, token, pair) => new BatchCost(batch, token, pair));

    [Fact]
    public void Every_row_is_in_exactly_one_batch_within_the_bound() =>
        Gen.Select(Gen.Int[0, 512].Array[0, 300], Gen.Int[1, 2000], Gen.Int[1, 8], AnyCost).Sample(
            (lengths, bound, workers, cost) =>
            {
                BatchPlan plan = new BatchPlanner(cost, bound).Plan(lengths, workers);
                List<int> rows = [];
                for (int batch = 0; batch < plan.Count; batch++)
                {
                    int[] selected = plan[batch].ToArray();
                    Assert.NotEmpty(selected);
                    Assert.True(selected.Length == 1 || selected.Length * selected.Max(row => lengths[row]) <= bound);
                    rows.AddRange(selected);
                }

                Assert.Equal(Enumerable.Range(0, lengths.Length), rows.Order());
            },
            seed: Generators.Seed, iter: 3_000, threads: 2);

    [Fact]
    public void Rows_that_are_run_in_company_anyway_have_each_other_for_it()
    {
        // Two rows are beyond the bound, but one costs as much.
        BatchPlan plan = new BatchPlanner(Cost, 512, BatchShape.Any with { LeastRows = 2 }).Plan([400, 400, 400, 400, 7]);
        Assert.Equal([2, 2, 1], Enumerable.Range(0, plan.Count).Select(batch => plan[batch].Length));
        Assert.Equal(5, new BatchPlanner(Cost, 512).Plan([400, 400, 400, 400, 300]).Count);
    }

    [Fact]
    public void A_graph_with_a_fixed_number_of_rows_gets_full_batches_but_for_the_last() =>
        Gen.Select(Gen.Int[0, 64].Array[0, 300], Gen.Int[1, 40], Gen.Int[1, 8], AnyCost).Sample(
            (lengths, rows, workers, cost) =>
            {
                BatchPlan plan = new BatchPlanner(cost, 512, new BatchShape(rows, Columns: 64, ColumnsMultipleOf: 1)).Plan(lengths, workers);
                int[][] batches = [.. Enumerable.Range(0, plan.Count).Select(batch => plan[batch].ToArray())];
                Assert.All(batches, batch => Assert.InRange(batch.Length, 1, rows));
                Assert.Equal((lengths.Length + rows - 1) / rows, batches.Length);
                Assert.Equal(Enumerable.Range(0, lengths.Length), batches.SelectMany(batch => batch).Order());
            },
            seed: Generators.Seed, iter: 2_000, threads: 2);

    [Theory]
    [InlineData(null, 128, 1)]
    [InlineData(null, null, 128)]
    public void A_row_costs_what_it_costs_at_the_length_that_it_is_padded_to(int? rows, int? columns, int multiple)
    {
        // Each of these short rows has 128 columns: four fill up the bound of 512.
        BatchPlan plan = new BatchPlanner(Cost, 512, new BatchShape(rows, columns, multiple)).Plan([5, 9, 100, 1, 7, 8, 6, 30]);
        Assert.Equal([4, 4], [.. Enumerable.Range(0, plan.Count).Select(batch => plan[batch].Length)]);
    }

    [Fact]
    public void No_other_cut_of_the_sorted_rows_is_cheaper() =>
        Gen.Select(Gen.Int[1, 60].Array[1, 11], Gen.Int[1, 300], AnyCost).Sample(
            (lengths, bound, cost) =>
            {
                int[] sorted = [.. lengths.OrderDescending()];
                double planned = TotalOf(new BatchPlanner(cost, bound).Plan(lengths), lengths, cost);
                double least = double.PositiveInfinity;

                // Every set of places to cut between the rows, as bits.
                for (int cuts = 0; cuts < 1 << (sorted.Length - 1); cuts++)
                {
                    double total = 0;
                    int start = 0;
                    for (int end = 1; end <= sorted.Length; end++)
                    {
                        if (end == sorted.Length || (cuts & (1 << (end - 1))) != 0)
                        {
                            bool isAllowed = end - start == 1 || (end - start) * sorted[start] <= bound;
                            total += isAllowed ? cost.Of(end - start, sorted[start]) : double.PositiveInfinity;
                            start = end;
                        }
                    }

                    least = Math.Min(least, total);
                }

                Assert.InRange(planned, least * (1 - 1e-9), least * (1 + 1e-9));
            },
            seed: Generators.Seed, iter: 1_000, threads: 2);

    [Theory]
    [InlineData("all equal")]
    [InlineData("one giant among dwarfs")]
    [InlineData("two humps")]
    [InlineData("like sentences")]
    [InlineData("all different")]
    public void A_plan_never_costs_more_than_sorted_batches_of_any_fixed_size(string distribution)
    {
        int[] lengths = LengthsOf(distribution);
        double planned = TotalOf(new BatchPlanner(Cost).Plan(lengths), lengths, Cost);
        int[] sorted = [.. lengths.OrderDescending()];
        foreach (int rows in new[] { 1, 2, 4, 8, 16, 32, 64 })
        {
            int[][] batches = [.. sorted.Chunk(rows)];
            if (batches.All(batch => batch.Length == 1 || batch.Length * batch[0] <= BatchPlanner.DefaultTokensPerBatch))
            {
                Assert.True(planned <= batches.Sum(batch => Cost.Of(batch.Length, batch[0])) * (1 + 1e-9));
            }
        }

        // Padding that could be planned away is: what is left costs less than the runs that would avoid it.
        double withoutPadding = lengths.Sum(length => Cost.Of(1, length) - Cost.PerBatch);
        Assert.InRange(planned, withoutPadding, withoutPadding + (Cost.PerBatch * lengths.Distinct().Count() * 2) + (Cost.PerBatch * lengths.Sum() / 512));
    }

    [Fact]
    public void Few_rows_are_spread_over_the_workers()
    {
        int[] lengths = [25, 25, 25, 25];
        Assert.Equal(1, new BatchPlanner(Cost).Plan(lengths, workers: 1).Count);
        Assert.Equal(2, new BatchPlanner(Cost).Plan(lengths, workers: 2).Count);
        Assert.Equal(4, new BatchPlanner(Cost).Plan(lengths, workers: 8).Count);
    }

    [Fact]
    public void The_longest_rows_come_first()
    {
        int[] lengths = [.. Enumerable.Range(1, 100)];
        BatchPlan plan = new BatchPlanner(Cost).Plan(lengths);
        int[] longest = [.. Enumerable.Range(0, plan.Count).Select(batch => plan[batch].ToArray().Max(row => lengths[row]))];
        Assert.Equal(longest.OrderDescending(), longest);
    }

    [Fact]
    public void What_cannot_be_planned_is_refused()
    {
        Assert.Equal(0, new BatchPlanner(Cost).Plan([]).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPlanner(Cost).Plan([1, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPlanner(Cost).Plan([1], workers: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPlanner(Cost, tokensPerBatch: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPlanner(Cost).Plan([1])[1].Length);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => new BatchPlanner(Cost with { PerToken = double.NaN })).Message, StringComparison.Ordinal);
    }

    private static int[] LengthsOf(string distribution)
    {
        var random = new Random(5);
        return distribution switch
        {
            "all equal" => [.. Enumerable.Repeat(20, 500)],
            "one giant among dwarfs" => [.. Enumerable.Repeat(4, 499), 512],
            "two humps" => [.. Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? random.Next(3, 8) : random.Next(200, 260))],
            "like sentences" => [.. Enumerable.Range(0, 500).Select(_ => 5 + random.Next(20) + random.Next(20) + random.Next(20))],
            _ => [.. Enumerable.Range(1, 500)],
        };
    }

    private static double TotalOf(BatchPlan plan, int[] lengths, BatchCost cost)
    {
        double total = 0;
        for (int batch = 0; batch < plan.Count; batch++)
        {
            int[] rows = plan[batch].ToArray();
            total += cost.Of(rows.Length, rows.Max(row => lengths[row]));
        }

        return total;
    }
}
