using ScottPlot;

namespace Batching.Benchmarks.Reports;

/// <summary>A plot, and where it goes.</summary>
internal sealed record Picture(string FileName, Plot Plot, int Width, int Height);
