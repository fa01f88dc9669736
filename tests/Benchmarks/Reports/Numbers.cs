using System.Globalization;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Reports;

/// <summary>How numbers are written, on every machine.</summary>
internal static class Numbers
{
    public const string Ratio = "0.00";
    public const string Percent = "0.0 %";
    public const string Whole = "#,0";

    public static string Format(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    /// <returns>For instance <c>2.31 (2.20-2.44)</c>.</returns>
    public static string Format(Spread spread, string format) =>
        $"{Format(spread.Median, format)} ({Format(spread.Min, format)} to {Format(spread.Max, format)})";

    /// <summary>Three digits of it: milliseconds go over several orders of magnitude.</summary>
    public static string Milliseconds(double seconds) => Format(seconds * 1e3, (seconds * 1e3) switch
    {
        < 1 => "0.000",
        < 10 => "0.00",
        < 100 => "0.0",
        _ => Whole,
    });
}
