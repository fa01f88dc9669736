using Spectre.Console;

namespace Batching.Cli.Commands;

/// <summary>Tables on stdout.</summary>
internal static class Tables
{
    // No row of a table is broken where there is no screen to break it at.
    private const int FileWidth = 4_096;

    /// <summary>Stdout; where it is no terminal, without colours and as wide as needed.</summary>
    public static IAnsiConsole NewConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = FileWidth;
        }

        return console;
    }

    /// <summary>A table: with lines on a terminal, as Markdown in a file, which is read by people and programs alike.</summary>
    public static Table New(params string[] columns)
    {
        Table table = new Table().Border(Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        return table;
    }

    /// <summary>Adds a row of texts that are shown as they are.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));
}
