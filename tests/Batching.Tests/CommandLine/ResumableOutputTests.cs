using System.Text;
using Classify.Outputs;
using Xunit;

namespace Batching.Tests.CommandLine;

/// <summary>Where a run goes on, for every byte at which its output may end.</summary>
public sealed class ResumableOutputTests : IDisposable
{
    private const string Header = "row,text,label,score\n";

    // Rows 2, 3 and 7 are rejected; quotes, commas and line ends are within fields.
    private static readonly (int Row, string Csv, string Jsonl)[] Rows =
    [
        (1, "1,man,A,0.5\n", "{\"row\":1,\"text\":\"man\"}\n"),
        (4, "4,\"two\nlines, one \"\"quote\"\"\n\",B,0.25\n", "{\"row\":4,\"text\":\"two\\nlines\"}\n"),
        (5, "5,\"\n\n\",A,1\n", "{\"row\":5,\"text\":\"\"}\n"),
        (6, "6,中,A,1\n", "{\"row\":6,\"text\":\"中\"}\n"),
        (8, "8,\"\"\"\",A,1\n", "{\"row\":8,\"text\":\"\\\"\"}\n"),
    ];

    private static readonly int[] Rejected = [2, 3, 7];

    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_after_the_last_whole_row_of_the_output(bool isCsv)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string output = files.PathOf("a");
        string rejects = files.PathOf("r");
        byte[] whole = Encoding.UTF8.GetBytes((isCsv ? Header : "") + string.Concat(Rows.Select(row => isCsv ? row.Csv : row.Jsonl)));
        var resumable = new ResumableOutput(output, rejects, isCsv ? Header : null, new SortedDictionary<string, string>(StringComparer.Ordinal));
        for (int length = 0; length <= whole.Length; length++)
        {
            (int rows, int end) = Done(isCsv, length);

            // Rejects are written before what follows them, but how far before nobody knows.
            foreach (int ahead in Enumerable.Range(0, 4))
            {
                byte[] rejected = Encoding.UTF8.GetBytes(string.Concat(Rejected.Where(row => row < rows).Select(Reject)));
                byte[] more = Encoding.UTF8.GetBytes(string.Concat(Rejected.Where(row => row > rows).Take(ahead).Select(Reject)));
                resumable.Begin();
                await File.WriteAllBytesAsync(output, whole[..length], cancellationToken);
                await File.WriteAllBytesAsync(rejects, [.. rejected, .. more[..Math.Max(0, more.Length - ahead)]], cancellationToken);

                ResumePoint point = await resumable.ContinueAsync(cancellationToken);
                Assert.Equal(new ResumePoint(rows, rows == 0 ? 0 : end, rows == 0 ? 0 : rejected.Length), point);
            }
        }
    }

    [Fact]
    public async Task Rejects_that_are_missing_are_noticed()
    {
        string output = files.PathOf("a");
        string rejects = files.PathOf("r");
        var resumable = new ResumableOutput(output, rejects, header: null, new SortedDictionary<string, string>(StringComparer.Ordinal));
        resumable.Begin();
        files.Write("a", Rows[0].Jsonl + Rows[1].Jsonl);
        files.Write("r", Reject(2));
        Exception exception = await Assert.ThrowsAsync<Classify.CommandException>(() => resumable.ContinueAsync(TestContext.Current.CancellationToken));
        Assert.Contains("its last row is 4, and it has 2 rows beside 1 rejected ones", exception.Message, StringComparison.Ordinal);
    }

    private static string Reject(int row) => $"{{\"row\":{row},\"line\":{row + 1},\"error\":\"bad\"}}\n";

    // The last row that ends within so many bytes, and where.
    private static (int Rows, int End) Done(bool isCsv, int length)
    {
        (int rows, int end) = (0, isCsv ? Header.Length : 0);
        int next = end;
        foreach ((int row, string csv, string jsonl) in Rows)
        {
            next += Encoding.UTF8.GetByteCount(isCsv ? csv : jsonl);
            (rows, end) = next <= length ? (row, next) : (rows, end);
        }

        return (rows, end);
    }
}
