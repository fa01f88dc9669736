using Spectre.Console;

namespace Batching.Cli.Progress;

/// <summary>The display for who is watching.</summary>
internal static class ProgressDisplays
{
    /// <summary>A bar on a terminal, lines where stderr goes to a file.</summary>
    public static IProgressDisplay OnError() => Console.IsErrorRedirected
        ? new PlainProgress(Console.Error, TimeProvider.System)
        : new BarProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), TimeProvider.System);
}
