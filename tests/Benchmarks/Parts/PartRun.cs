using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Batching.Benchmarks.Parts;

/// <summary>Runs a class of benchmarks without a word.</summary>
internal static class PartRun
{
    // As few rounds as this are meant to be over soon.
    private const int FewRounds = 5;

    /// <exception cref="InvalidOperationException">BenchmarkDotNet could not run them.</exception>
    public static IReadOnlyList<PartResult> Of<T>(Settings settings)
    {
        Console.Error.WriteLine($"{typeof(T).Name}: BenchmarkDotNet runs");
        IConfig config = ManualConfig.CreateEmpty()
            .AddLogger(NullLogger.Instance)
            .AddJob(settings.Rounds < FewRounds ? Job.ShortRun : Job.Default);
        Summary summary = BenchmarkRunner.Run<T>(config);
        return [.. summary.BenchmarksCases.Select(benchmark =>
        {
            BenchmarkReport? report = summary[benchmark];
            return report?.ResultStatistics is { } statistics
                ? new PartResult(
                    benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                    benchmark.Descriptor.WorkloadMethod,
                    statistics.Mean,
                    report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0)
                : throw new InvalidOperationException(
                    $"BenchmarkDotNet has no result of {benchmark.Descriptor.WorkloadMethod.Name}; run it with --filter to see why.");
        })];
    }
}
