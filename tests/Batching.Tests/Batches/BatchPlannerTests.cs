using Batching.Batches;
using CsCheck;
using Xunit;

namespace Batching.Tests.Batches;

/// <summary>Lengths in, batches out.</summary>
public sealed class BatchPlannerTests
{
    [Fact]
    public void Every_row_is_in_exactly_one_batch_within_the_budget() => Gen.Select(Gen.Int[0, 512].Array[0, 300], Gen.Int[1, 2000]).Sample(
        (lengths, budget) =>
        {
            BatchPlan plan = BatchPlanner.Plan(lengths, budget);
            List<int> rows = [];
            for (int batch = 0; batch < plan.Count; batch++)
            {
                int[] selected = plan[batch].ToArray();
                Assert.NotEmpty(selected);
                Assert.True(selected.Length == 1 || selected.Length * selected.Max(row => lengths[row]) <= budget);
                rows.AddRange(selected);
            }

            Assert.Equal(Enumerable.Range(0, lengths.Length), rows.Order());
        },
        seed: Generators.Seed, iter: 5_000, threads: 2);
}
