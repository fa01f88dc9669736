using Batching.Pipeline;
using CsCheck;
using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>A row that comes again is recognized, and run once where logits are exact.</summary>
public sealed class DistinctRowsTests
{
    [Fact]
    public void A_row_is_known_by_its_ids_and_its_types() => Gen.Select(Gen.Int[0, 3].Array[0, 4], Gen.Int[0, 1].Array[0, 4]).Array[0, 200].Sample(
        rows =>
        {
            using var distinct = new DistinctRows(labelCount: 2);
            Dictionary<string, int> expected = new(StringComparer.Ordinal);
            foreach ((int[] ids, int[] types) in rows)
            {
                // Types are as long as the ids, or left out where all are 0.
                int[] typesOfIds = [.. Enumerable.Range(0, ids.Length).Select(i => types.Length == 0 ? 0 : types[i % types.Length])];
                string key = $"{string.Join(',', ids)}|{string.Join(',', typesOfIds)}";
                bool isNew = expected.TryAdd(key, expected.Count);
                int number = distinct.Find(ids, typesOfIds.All(type => type == 0) && types.Length % 2 == 0 ? [] : typesOfIds, out bool foundNew);
                Assert.Equal((expected[key], isNew), (number, foundNew));
            }
        },
        seed: Generators.Seed, iter: 2_000, threads: 2);

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 6)]
    public void Rows_that_come_again_are_run_once_where_they_may_share_logits(bool mayShare, int runs)
    {
        using var distinct = new DistinctRows(labelCount: 1);
        var planner = new BatchPlanner(new BatchCost(0, 1, 1), tokensPerBatch: 1);
        int planned = 0;
        foreach (int[][] rows in new int[][][] { [[1, 2], [3], [1, 2]], [[3], [4, 5, 6], [4, 5, 6]] })
        {
            using var window = new TextWindow(labelCount: 1);
            foreach (int[] row in rows)
            {
                window.Rows.Add(row);
            }

            // With a bound of one token, every row that is run is a batch.
            window.Plan(planner, workers: 1, distinct, _ => mayShare);
            planned += window.BatchCount;
        }

        Assert.Equal(runs, planned);
    }

    [Fact]
    public void Memory_is_bounded_and_what_is_not_remembered_is_run()
    {
        using var distinct = new DistinctRows(labelCount: 1);
        var row = new int[1 << 19];
        for (int i = 0; i < 6; i++)
        {
            row[0] = i;
            int number = distinct.Find(row, [], out bool isNew);
            Assert.Equal(i < 4 ? (i, true) : (DistinctRows.Unknown, false), (number, isNew));
        }
    }
}
