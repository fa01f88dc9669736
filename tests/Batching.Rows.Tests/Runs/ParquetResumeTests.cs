using Xunit;

namespace Batching.Rows.Tests.Runs;

/// <summary>A Parquet output is there whole or not at all, and a run that died at any byte goes on to the bytes of an undisturbed one.</summary>
public sealed class ParquetResumeTests(ClassifierFixture fixture) : IClassFixture<ClassifierFixture>, IDisposable
{
    private const int Rows = 24;

    private readonly Workspace files = new();

    private string Output => files.PathOf("out.parquet");

    private string Journal => $"{Output}.part";

    private string State => $"{Output}.resume";

    private string Rejects => $"{Output}.rejects.jsonl";

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_byte_it_gives_the_bytes_of_an_undisturbed_run(bool hasBadRows)
    {
        string input = Input(hasBadRows);
        byte[] whole = await UndisturbedAsync(input);
        byte[] rejects = Bytes(Rejects);
        (byte[] journal, byte[] state) = await StoppedAsync(input, Rows - (hasBadRows ? Rows / 5 : 0));
        int resumed = 0;
        foreach (int length in Enumerable.Range(0, journal.Length + 1).Where(length => length % 29 == 0 || length == journal.Length || (length > 0 && journal[length - 1] == '\n')))
        {
            // An earlier output, half a temporary file, and rejects that came further or less far.
            Put(Journal, journal[..length]);
            Put(State, state);
            Put(Output, length % 3 == 0 ? null : length % 3 == 1 ? whole[..(whole.Length / 2)] : whole);
            Put($"{Journal}.tmp", length % 2 == 0 ? whole[..(whole.Length / 3)] : null);
            Put(Rejects, hasBadRows ? rejects[..(rejects.Length * length / journal.Length)] : null);
            RowClassificationResult result = await RunAsync(input, resume: true);
            Assert.Equal(Rows, result.Rows + result.RowsDoneBefore + result.Rejected);
            AssertFinished(whole, rejects);
            resumed += result.RowsDoneBefore > 0 ? 1 : 0;
        }

        Assert.NotEqual(0, resumed);
    }

    [Fact]
    public async Task Killed_between_the_last_steps_it_is_finished_or_finishes()
    {
        string input = Input(hasBadRows: true);
        byte[] whole = await UndisturbedAsync(input);
        byte[] rejects = Bytes(Rejects);
        (byte[] journal, byte[] state) = await StoppedAsync(input, Rows - (Rows / 5));
        await RunAsync(input, resume: true);
        byte[] finished = Bytes(State);
        foreach ((byte[]? rows, byte[] note) in new[] { (journal, state), (journal, finished), (null, finished), ([], finished) })
        {
            Put(Output, whole);
            Put(Rejects, rejects);
            Put(State, note);
            Put(Journal, rows);
            RowClassificationResult result = await RunAsync(input, resume: true);
            Assert.Equal((0, Rows), (result.Rows, result.RowsDoneBefore + result.Rejected));
            AssertFinished(whole, rejects);
        }
    }

    [Fact]
    public async Task What_is_not_the_runs_own_is_refused_and_left_alone()
    {
        string input = Input(hasBadRows: false);
        await RunAsync(input, resume: true);
        byte[] whole = Bytes(Output);

        // Another file of that name.
        byte[] other = [.. whole, 0];
        Put(Output, other);
        Assert.Contains("is not what the run left", (await RefusalAsync(input)).Message, StringComparison.Ordinal);
        Assert.Equal(other, Bytes(Output));

        // Other options.
        Put(Output, whole);
        RowsException refusal = await Assert.ThrowsAsync<RowsException>(() => RunAsync(input, resume: true, topK: 2));
        Assert.Contains("was begun with another number of best labels (none, now 2)", refusal.Message, StringComparison.Ordinal);

        // One that no run says anything of.
        Put(State, null);
        Assert.Contains("it is finished, or something else wrote it", (await RefusalAsync(input)).Message, StringComparison.Ordinal);
        Assert.Equal(whole, Bytes(Output));
    }

    [Fact]
    public async Task Until_all_rows_are_there_an_earlier_output_stays()
    {
        string input = Input(hasBadRows: false);
        await RunAsync(input, resume: false);
        byte[] whole = Bytes(Output);
        await using RowClassification run = await RowClassification.OpenAsync(
            new() { Inputs = [input], Output = Output }, TestContext.Current.CancellationToken);
        var seen = new List<byte[]>();
        await run.RunAsync(fixture.Classifier, new Watch(() => seen.Add(File.ReadAllBytes(Output))), TestContext.Current.CancellationToken);
        Assert.Equal(Rows, seen.Count);
        Assert.All(seen, bytes => Assert.Equal(whole, bytes));
        Assert.Equal([input, Output, Rejects], Directory.GetFiles(Path.GetDirectoryName(Output)!).Order(StringComparer.Ordinal));
    }

    private string Input(bool hasBadRows) => files.Write("in.csv", "text,id\n" + string.Concat(
        Enumerable.Range(1, Rows).Select(row => hasBadRows && row % 5 == 0 ? $"bad {row}\n" : $"\"plan {row},\n a \"\"man\"\"\u2028é😀\",{row}\n")));

    private async Task<byte[]> UndisturbedAsync(string input)
    {
        await RunAsync(input, resume: false);
        Assert.False(File.Exists(State));
        return Bytes(Output);
    }

    private async Task<(byte[] Journal, byte[] State)> StoppedAsync(string input, int rows)
    {
        await Assert.ThrowsAsync<StopAt.StoppedException>(() => RunAsync(input, resume: false, new StopAt(rows)));
        return (Bytes(Journal), Bytes(State));
    }

    private async Task<RowClassificationResult> RunAsync(string input, bool resume, IProgress<RowClassificationProgress>? progress = null, int? topK = null)
    {
        await using RowClassification run = await RowClassification.OpenAsync(
            new()
            {
                Inputs = [input], Output = Output, Rows = new() { KeptColumns = ["text", "id"] }, WriteLogits = true, SkipUnreadableRows = true, Resume = resume, TopK = topK,
            },
            TestContext.Current.CancellationToken);
        Assert.True(run.CanBeResumed);
        return await run.RunAsync(fixture.Classifier, progress, TestContext.Current.CancellationToken);
    }

    private Task<RowsException> RefusalAsync(string input) => Assert.ThrowsAsync<RowsException>(() => RunAsync(input, resume: true));

    private void AssertFinished(byte[] whole, byte[] rejects)
    {
        Assert.Equal(whole, Bytes(Output));
        Assert.Equal(rejects, Bytes(Rejects));
        Assert.False(File.Exists(Journal));
        Assert.False(File.Exists($"{Journal}.tmp"));
    }

    private static byte[] Bytes(string path) => File.ReadAllBytes(path);

    private static void Put(string path, byte[]? content)
    {
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllBytes(path, content);
        }
    }

    private sealed class Watch(Action look) : IProgress<RowClassificationProgress>
    {
        public void Report(RowClassificationProgress value) => look();
    }
}
