namespace Batching.Tokenization;

/// <summary>A set of Unicode scalars in the making, as sorted ranges that do not touch. Immutable.</summary>
internal sealed class ScalarRanges
{
    private const int Limit = 0x110000;

    // Where each range starts and, after it, where it has ended.
    private readonly int[] bounds;

    private ScalarRanges(int[] bounds) => this.bounds = bounds;

    public static ScalarRanges None { get; } = new([]);

    public static ScalarRanges All { get; } = Of(0, Limit - 1);

    public bool IsEmpty => bounds.Length == 0;

    /// <summary>The first scalar of each range, and the last.</summary>
    public IEnumerable<(int First, int Last)> Items
    {
        get
        {
            for (int i = 0; i < bounds.Length; i += 2)
            {
                yield return (bounds[i], bounds[i + 1] - 1);
            }
        }
    }

    public static ScalarRanges Of(int scalar) => Of(scalar, scalar);

    public static ScalarRanges Of(int first, int last) => new([first, last + 1]);

    public static ScalarRanges Of(IEnumerable<(int First, int Last)> ranges)
    {
        var edges = new List<int>();
        foreach ((int first, int last) in ranges.OrderBy(range => range.First))
        {
            if (edges.Count > 0 && first <= edges[^1])
            {
                edges[^1] = Math.Max(edges[^1], last + 1);
            }
            else
            {
                edges.Add(first);
                edges.Add(last + 1);
            }
        }

        return new ScalarRanges([.. edges]);
    }

    public bool Contains(int scalar)
    {
        int index = Array.BinarySearch(bounds, scalar);
        return (index >= 0 ? index : ~index - 1) % 2 == 0;
    }

    public ScalarRanges Or(ScalarRanges other) => Combine(other, (one, two) => one || two);

    public ScalarRanges And(ScalarRanges other) => Combine(other, (one, two) => one && two);

    public ScalarRanges Not() => All.Combine(this, (all, one) => all && !one);

    // Where one of the two sets begins or ends, the outcome may change.
    private ScalarRanges Combine(ScalarRanges other, Func<bool, bool, bool> isIn)
    {
        var combined = new List<int>();
        int mine = 0;
        int others = 0;
        bool inside = false;
        while (mine < bounds.Length || others < other.bounds.Length)
        {
            int at = Math.Min(
                mine < bounds.Length ? bounds[mine] : int.MaxValue,
                others < other.bounds.Length ? other.bounds[others] : int.MaxValue);
            mine += mine < bounds.Length && bounds[mine] == at ? 1 : 0;
            others += others < other.bounds.Length && other.bounds[others] == at ? 1 : 0;
            if (isIn(mine % 2 == 1, others % 2 == 1) != inside)
            {
                inside = !inside;
                combined.Add(at);
            }
        }

        return new ScalarRanges([.. combined]);
    }
}
