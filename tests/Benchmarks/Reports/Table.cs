using System.Text;

namespace Batching.Benchmarks.Reports;

/// <summary>A table in Markdown. The first column is text, the others are numbers.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public static string RowOf(string[] cells) => $"| {string.Join(" | ", cells)} |";

    public override string ToString()
    {
        var text = new StringBuilder();
        AppendRow(text, columns);
        AppendRow(text, [.. columns.Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach (string[] row in rows)
        {
            AppendRow(text, row);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] cells) => text.Append(RowOf(cells)).Append('\n');
}
