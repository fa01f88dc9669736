using System.Text;
using Batching.Rows.Inputs;
using Xunit;

namespace Batching.Rows.Tests.Inputs;

/// <summary>Rows of an input, read in this process.</summary>
internal static class RowFiles
{
    public static ColumnChoice Columns(params string[] others) => new(Text: null, Pair: null, others);

    /// <summary>The rows of a file.</summary>
    public static async Task<TextRow[]> ReadAsync(string path, RowFormat format, ColumnChoice columns)
    {
        await using IRowReader reader = RowReaders.Open(new InputSource(path), format, columns);
        return await AllAsync(reader);
    }

    /// <summary>The rows of a text, through buffers and up to lines of a size.</summary>
    public static async Task<TextRow[]> ReadAsync(
        Workspace files, RowFormat format, byte[] content, int bufferSize = 1 << 16, int longest = LineReader.LongestLine, params string[] others)
    {
        string path = files.PathOf($"{Guid.NewGuid():N}.data");
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        try
        {
            var lines = new LineReader(new InputSource(path), bufferSize, longest);
            ColumnChoice columns = Columns(others);
            await using IRowReader reader = format switch
            {
                RowFormat.Txt => new TxtRowReader(lines, columns),
                RowFormat.Csv => new CsvRowReader(lines, columns),
                RowFormat.Tsv => new TsvRowReader(lines, columns),
                _ => new JsonlRowReader(lines, columns),
            };
            return await AllAsync(reader);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Task<TextRow[]> ReadAsync(Workspace files, RowFormat format, string content, int bufferSize = 1 << 16, int longest = LineReader.LongestLine) =>
        ReadAsync(files, format, Encoding.UTF8.GetBytes(content), bufferSize, longest);

    private static async Task<TextRow[]> AllAsync(IRowReader reader)
    {
        var rows = new List<TextRow>();
        await foreach (TextRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(row);
        }

        // Numbered without gaps, and results and rejects are told apart.
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(number => (long)number), rows.Select(row => row.Number));
        Assert.All(rows, row => Assert.True(row.Error is null || (row.Text.Length == 0 && !row.Error.Contains('\n', StringComparison.Ordinal))));
        return [.. rows];
    }
}
