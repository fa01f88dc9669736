using System.Text;
using Classify.Inputs;
using Xunit;

namespace Batching.Tests.CommandLine;

/// <summary>Rows of an input, read in this process.</summary>
internal static class Rows
{
    public static ColumnChoice Columns(params string[] others) => new(Text: null, Pair: null, others);

    /// <summary>The rows of a file.</summary>
    public static async Task<InputRow[]> ReadAsync(string path, FileFormat format, ColumnChoice columns)
    {
        await using IRowReader reader = RowReaders.Open(new InputSource(path), format, columns);
        return await AllAsync(reader);
    }

    /// <summary>The rows of a text, through buffers and up to lines of a size.</summary>
    public static async Task<InputRow[]> ReadAsync(
        Workspace files, FileFormat format, byte[] content, int bufferSize = 1 << 16, int longest = LineReader.LongestLine, params string[] others)
    {
        string path = files.PathOf($"{Guid.NewGuid():N}.data");
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        try
        {
            var lines = new LineReader(new InputSource(path), bufferSize, longest);
            ColumnChoice columns = Columns(others);
            await using IRowReader reader = format switch
            {
                FileFormat.Txt => new TxtRowReader(lines, columns),
                FileFormat.Csv => new CsvRowReader(lines, columns),
                FileFormat.Tsv => new TsvRowReader(lines, columns),
                _ => new JsonlRowReader(lines, columns),
            };
            return await AllAsync(reader);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Task<InputRow[]> ReadAsync(Workspace files, FileFormat format, string content, int bufferSize = 1 << 16, int longest = LineReader.LongestLine) =>
        ReadAsync(files, format, Encoding.UTF8.GetBytes(content), bufferSize, longest);

    private static async Task<InputRow[]> AllAsync(IRowReader reader)
    {
        var rows = new List<InputRow>();
        await foreach (InputRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(row);
        }

        // Numbered without gaps, and results and rejects are told apart.
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(number => (long)number), rows.Select(row => row.Row));
        Assert.All(rows, row => Assert.True(row.Error is null || (row.Text.Length == 0 && !row.Error.Contains('\n', StringComparison.Ordinal))));
        return [.. rows];
    }
}
