namespace Batching.Benchmarks.Racing;

/// <summary>The times of all rounds.</summary>
internal sealed class RaceResult(IReadOnlyList<IContender> contenders)
{
    private readonly Dictionary<IContender, List<double>> seconds = contenders.ToDictionary(contender => contender, _ => new List<double>());
    private readonly Dictionary<IContender, float[]> logits = [];

    public void Keep(IContender contender, float[] ofWarmUp) => logits[contender] = ofWarmUp;

    public void Add(IContender contender, Pass pass) => seconds[contender].Add(pass.Elapsed.TotalSeconds);

    /// <summary>The logits of the warm-up.</summary>
    public float[] LogitsOf(IContender contender) => logits[contender];

    public Spread Seconds(IContender contender) => Spread.Of(seconds[contender]);

    public Spread PerSecond(IContender contender, int count) => Spread.Of(seconds[contender].Select(time => count / time));

    /// <summary>How many times as fast one is as another, round by round.</summary>
    public Spread Speedup(IContender of, IContender over) =>
        Spread.Of(seconds[of].Zip(seconds[over], (mine, others) => others / mine));

    /// <summary>The share of its time that one takes beyond another's, round by round.</summary>
    public Spread ShareBeyond(IContender whole, IContender part) =>
        Spread.Of(seconds[whole].Zip(seconds[part], (all, some) => 1 - (some / all)));

    public T Fastest<T>(params IEnumerable<T> among)
        where T : IContender => among.MinBy(contender => Seconds(contender).Median)!;
}
