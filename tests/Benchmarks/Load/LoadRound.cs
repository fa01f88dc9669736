using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>What came of each contender at each load, in one round.</summary>
/// <param name="Capacity">How many texts a second the queue got through when the round began.</param>
/// <param name="Bound">The longest that the queue lets a text take, in seconds.</param>
internal sealed record LoadRound(double Capacity, double Bound)
{
    public const int Queue = 0;
    public const int Runs = 1;
    public const int Windows = 2;

    private readonly Dictionary<(int Contender, string Setting, double Load), LoadResult> results = [];

    /// <summary>The contenders' names, by their numbers.</summary>
    public static IReadOnlyList<string> Contenders { get; } = ["queue", "a run each", "a window of 5 ms"];

    public void Add(int contender, string setting, double load, LoadResult result) => results.Add((contender, setting, load), result);

    /// <summary>The setting of a contender that has the lowest p50 at a load, and its results, one a round.</summary>
    public static (string Setting, IReadOnlyList<LoadResult> Results) Best(IReadOnlyList<LoadRound> rounds, int contender, double load) =>
        rounds[0].results.Keys
            .Where(key => key.Contender == contender && key.Load.Equals(load))
            .Select(key => (key.Setting, Results: (LoadResult[])[.. rounds.Select(round => round.results[key])]))
            .MinBy(setting => Spread.Of(setting.Results.Select(result => result.AnswerTime(0.5))).Median);
}
