using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;

namespace Batching.Benchmarks.Parts;

/// <summary>Adds the columns that say what a pass over the sentences comes to.</summary>
public sealed class TokensPerSecondConfig : ManualConfig
{
    public TokensPerSecondConfig() => AddColumn(
        new PerPassColumn("Tokens/s", "Millions of tokens a second", (nanoseconds, tokens, _) => $"{tokens / nanoseconds * 1e3:0.00} M"),
        new PerPassColumn("Bytes/text", "Bytes allocated for a sentence", (_, _, bytes) => $"{bytes:0}"));

    private sealed class PerPassColumn(string name, string legend, Func<double, double, double, string> format) : IColumn
    {
        public string Id => name;

        public string ColumnName => name;

        public string Legend => legend;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public bool IsAvailable(BenchmarkDotNet.Reports.Summary summary) => true;

        public bool IsDefault(BenchmarkDotNet.Reports.Summary summary, BenchmarkDotNet.Running.BenchmarkCase benchmarkCase) => false;

        public string GetValue(BenchmarkDotNet.Reports.Summary summary, BenchmarkDotNet.Running.BenchmarkCase benchmarkCase)
        {
            BenchmarkDotNet.Reports.BenchmarkReport? report = summary[benchmarkCase];
            if (report?.ResultStatistics is not { } statistics)
            {
                return "-";
            }

            var benchmarks = new TokenizerBenchmarks();
            benchmarks.Setup();
            var tokens = (int)benchmarkCase.Descriptor.WorkloadMethod.Invoke(benchmarks, null)!;
            long bytes = report.GcStats.GetBytesAllocatedPerOperation(benchmarkCase) ?? 0;
            return format(statistics.Mean, tokens, (double)bytes / Workload.Sentences().Length);
        }

        public string GetValue(
            BenchmarkDotNet.Reports.Summary summary,
            BenchmarkDotNet.Running.BenchmarkCase benchmarkCase,
            BenchmarkDotNet.Reports.SummaryStyle style) => GetValue(summary, benchmarkCase);
    }
}
