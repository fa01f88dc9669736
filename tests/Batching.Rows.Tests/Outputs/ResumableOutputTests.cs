using System.Text;
using Batching.Rows.Outputs;
using Xunit;

namespace Batching.Rows.Tests.Outputs;

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
    public async Task It_is_after_the_last_row_that_is_whole_with_all_rows_before_it(bool isCsv)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        byte[] whole = Encoding.UTF8.GetBytes((isCsv ? Header : "") + string.Concat(Rows.Select(row => isCsv ? row.Csv : row.Jsonl)));
        byte[] rejected = Encoding.UTF8.GetBytes(string.Concat(Rejected.Select(Reject)));

        // Which of the two came further nobody knows: a disk may be full for one of them, a system may die between the two.
        Begin(isCsv);
        for (int length = 0; length <= whole.Length; length++)
        {
            // Every byte of the rejects where the output ends with a row, and every byte of the output where the rejects do.
            bool isWhole = length > 0 && whole[length - 1] == '\n';
            foreach (int rejectsLength in Enumerable.Range(0, rejected.Length + 1).Where(end => isWhole || end == 0 || rejected[end - 1] == '\n'))
            {
                await File.WriteAllBytesAsync(files.PathOf("a"), whole[..length], cancellationToken);
                await File.WriteAllBytesAsync(files.PathOf("r"), rejected[..rejectsLength], cancellationToken);
                ResumePoint point = Continue(isCsv);
                Assert.Equal(length == 0 ? default : Done(isCsv, length, rejectsLength), point);
            }
        }
    }

    [Fact]
    public void Rejects_that_are_missing_are_done_again()
    {
        Begin(isCsv: false);
        files.Write("a", Rows[0].Jsonl + Rows[1].Jsonl);
        files.Write("r", Reject(2));
        Assert.Equal(new ResumePoint(2, Rows[0].Jsonl.Length, Reject(2).Length), Continue(isCsv: false));
    }

    [Fact]
    public void What_a_disk_did_not_get_is_done_again()
    {
        Begin(isCsv: false);
        files.Write("a", $"{Rows[0].Jsonl}\0\0\0\0\n{Rows[1].Jsonl}");
        files.Write("r", $"{Reject(2)}\0\0\0");
        Assert.Equal(new ResumePoint(2, Rows[0].Jsonl.Length, Reject(2).Length), Continue(isCsv: false));
    }

    [Theory]
    [InlineData("{\"row\":1,\"text\":\"\"}\n{\"row\":1,\"text\":\"\"}\n", "row 1 follows row 1 in it")]
    [InlineData("{\"row\":1,\"text\":\"\"}\nplain\n", "what follows row 1 in it has no number of a row")]
    public void What_no_run_leaves_is_refused(string content, string error)
    {
        Begin(isCsv: false);
        files.Write("a", content);
        Exception exception = Assert.Throws<RowsException>(() => Continue(isCsv: false));
        Assert.Contains(error, exception.Message, StringComparison.Ordinal);
        Assert.Equal(content, files.Read("a"));
    }

    [Fact]
    public void Rejects_of_another_run_are_none_of_one_that_stopped_at_bad_rows()
    {
        OutputTarget target = OutputTarget.Of(files.PathOf("a"), "--output");
        using (var output = OutputFile.Open(target))
        {
            new ResumableOutput(output, rejects: null, new ResumeState(target), finished: null, header: null, Settings(ResumeSettings.Stop)).Begin();
        }

        files.Write("a", Rows[0].Jsonl);
        files.Write("r", Reject(2));
        Assert.Equal(new ResumePoint(1, Rows[0].Jsonl.Length, 0), Continue(isCsv: false));
    }

    private static SortedDictionary<string, string> Settings(string onError) =>
        new(StringComparer.Ordinal) { [ResumeSettings.UnreadableRows] = onError };

    private void Begin(bool isCsv) => With(isCsv, resumable => resumable.Begin());

    private ResumePoint Continue(bool isCsv) => With(isCsv, resumable => resumable.Continue(TestContext.Current.CancellationToken));

    private ResumePoint With(bool isCsv, Func<ResumableOutput, ResumePoint> use)
    {
        OutputTarget target = OutputTarget.Of(files.PathOf("a"), "--output");
        using var output = OutputFile.Open(target, reads: true);
        using var rejects = OutputFile.Open(OutputTarget.Of(files.PathOf("r"), "--rejects"), reads: true);
        return use(new ResumableOutput(output, rejects, new ResumeState(target), finished: null, isCsv ? Header : null, Settings("skip")));
    }

    private static string Reject(int row) => $"{{\"row\":{row},\"line\":{row + 1},\"error\":\"bad\"}}\n";

    // Row by row, as far as each is whole in one of the two files.
    private static ResumePoint Done(bool isCsv, int length, int rejectsLength)
    {
        long outputEnd = isCsv ? Header.Length : 0;
        long rejectsEnd = 0;
        for (int row = 1; row <= 8; row++)
        {
            bool isRejected = Rejected.Contains(row);
            string record = isRejected ? Reject(row) : Rows.Where(other => other.Row == row).Select(other => isCsv ? other.Csv : other.Jsonl).Single();
            long end = (isRejected ? rejectsEnd : outputEnd) + Encoding.UTF8.GetByteCount(record);
            if (end > (isRejected ? rejectsLength : length))
            {
                return row == 1 ? default : new ResumePoint(row - 1, outputEnd, rejectsEnd);
            }

            (outputEnd, rejectsEnd) = isRejected ? (outputEnd, end) : (end, rejectsEnd);
        }

        return new ResumePoint(8, outputEnd, rejectsEnd);
    }
}
