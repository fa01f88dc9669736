using ScottPlot;
using ScottPlot.TickGenerators;

namespace Batching.Benchmarks.Reports;

/// <summary>The few kinds of pictures that the document has.</summary>
internal static class Charts
{
    private const int Width = 760;
    private const int LineHeight = 380;
    private const int RowHeight = 30;
    private const int Frame = 90;

    // Colours that are told apart also by those who do not see red and green.
    private static readonly Color[] Colors = [new("#0072B2"), new("#E69F00"), new("#009E73"), new("#CC79A7"), new("#999999"), new("#56B4E9")];

    /// <summary>A bar for each name, the first at the top, with its number beside it; a bar's group gives its colour.</summary>
    public static Picture Bars(string fileName, string title, string unit, string format, IReadOnlyList<(string Name, double Value, int Group)> bars)
    {
        Plot plot = NewPlot(title);
        for (int i = 0; i < bars.Count; i++)
        {
            var bar = new Bar
            {
                Position = -i,
                Value = bars[i].Value,
                FillColor = Colors[bars[i].Group],
                LineWidth = 0,
                Size = 0.7,
                Orientation = Orientation.Horizontal,
                Label = Numbers.Format(bars[i].Value, format),
                CenterLabel = false,
            };
            plot.Add.Bar(bar);
        }

        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. bars.Select((_, i) => (double)-i)], [.. bars.Select(bar => bar.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.Label.Text = unit;
        plot.HideGrid();
        plot.Axes.SetLimits(0, bars.Max(bar => bar.Value) * 1.12, -bars.Count + 0.4, 0.6);
        return new Picture(fileName, plot, Width, Frame + (bars.Count * RowHeight));
    }

    /// <summary>A line for each name, over an axis whose steps double.</summary>
    public static Picture Lines(
        string fileName, string title, string xUnit, string yUnit, bool isLogarithmic, IReadOnlyList<(string Name, double[] X, double[] Y)> lines)
    {
        Plot plot = NewPlot(title);
        foreach (((string name, double[] xs, double[] ys), int i) in lines.Select((line, i) => (line, i)))
        {
            var line = plot.Add.Scatter(
                xs.Select(Math.Log2).ToArray(), isLogarithmic ? ys.Select(Math.Log10).ToArray() : ys, Colors[i]);
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = 7;
        }

        double[] ticks = [.. lines.SelectMany(line => line.X).Distinct().Order()];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. ticks.Select(Math.Log2)], [.. ticks.Select(tick => Numbers.Format(tick, Numbers.Whole))]);
        plot.Axes.Bottom.Label.Text = xUnit;
        plot.Axes.Left.Label.Text = yUnit;
        if (isLogarithmic)
        {
            plot.Axes.Left.TickGenerator = new NumericAutomatic
            {
                IntegerTicksOnly = true,
                LabelFormatter = exponent => Numbers.Format(Math.Pow(10, exponent), "#,0.###"),
            };
        }
        else
        {
            plot.Axes.SetLimitsY(0, lines.Max(line => line.Y.Max()) * 1.1);
            plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = value => Numbers.Format(value, "#,0.##") };
        }

        plot.ShowLegend(Edge.Right);
        return new Picture(fileName, plot, Width, LineHeight);
    }

    private static Plot NewPlot(string title)
    {
        var plot = new Plot();

        // Widespread, and a plain face takes its place where it is missing.
        plot.Font.Set("DejaVu Sans");
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Title.Label.FontSize = 15;
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        return plot;
    }
}
