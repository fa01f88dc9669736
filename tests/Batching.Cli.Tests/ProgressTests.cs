using Batching.Cli.Progress;
using Spectre.Console;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>What is shown of a run while it goes on.</summary>
public sealed class ProgressTests
{
    private readonly Clock clock = new();

    [Fact]
    public async Task Without_a_terminal_there_is_a_line_every_five_seconds()
    {
        var writer = new StringWriter();
        var figures = new RunFigures(clock, () => 0.0125);
        await new PlainProgress(writer, clock).RunAsync(report =>
        {
            for (int row = 1; row <= 120; row++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                figures.Update(rows: row, tokens: row * 20, position: row * 10, length: 2_400);
                report(figures);
            }

            return Task.CompletedTask;
        });
        Assert.Equal(
            ["50 rows, 10 rows/s, 200 tokens/s, 1.3 % padding, 00:00:19 left", "100 rows, 10 rows/s, 200 tokens/s, 1.3 % padding, 00:00:14 left"],
            writer.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("120 rows in 12.0 s: 10 rows/s, 200 tokens/s, 1.3 % padding.", figures.Summary());
    }

    [Fact]
    public async Task On_a_terminal_there_is_a_bar_with_the_figures()
    {
        var writer = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 120;
        await new BarProgress(console, clock).RunAsync(report =>
        {
            var figures = new RunFigures(clock, () => 0.0125);
            clock.Advance(TimeSpan.FromSeconds(2));
            figures.Update(rows: 1, tokens: 20, position: 100, length: 1_000);
            figures.Update(rows: 2, tokens: 40, position: 250, length: 1_000);
            report(figures);
            return Task.CompletedTask;
        });
        Assert.Contains("loading", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("25%", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 rows, 1 rows/s, 20 tokens/s, 1.3 % padding, 00:00:10 left", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_end_no_time_is_left()
    {
        var figures = new RunFigures(clock, () => 0.0125);
        clock.Advance(TimeSpan.FromSeconds(1));
        figures.Update(rows: 1, tokens: 5, position: 100, length: null);
        Assert.Null(figures.Fraction);
        Assert.Equal("1 rows, 1 rows/s, 5 tokens/s, 1.3 % padding", figures.ToString());
    }

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class Clock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan time) => ticks += time.Ticks;
    }
}
