using System.IO.Compression;
using System.Text;
using Xunit;

namespace Batching.Rows.Tests.Runs;

/// <summary>Several files are read as one, in an order that is known, and each row says where it is from.</summary>
public sealed class SeveralInputsTests(ClassifierFixture fixture) : IClassFixture<ClassifierFixture>, IDisposable
{
    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Rows_are_numbered_through_and_say_their_file_and_their_number_in_it()
    {
        string folder = Folder(("b.csv", "id,text\n1,man\n2,plan\n"), ("a.csv", "text,id\nsix,3\n"), ("B.csv", "text,id\n"), ("_SUCCESS", ""), (".hidden", "x"));
        foreach (string given in new[] { folder, Path.Combine(folder, "*.csv"), Path.Combine(folder, "?.csv"), folder + "/" })
        {
            string output = files.PathOf("out.csv");
            RowClassificationResult result = await RunAsync([given], output);
            Assert.Equal(3, result.Rows);
            Assert.Equal(
                ["row,file,file_row,id,label", $"1,{folder}/a.csv,1,3", $"2,{folder}/b.csv,1,1", $"3,{folder}/b.csv,2,2"],
                (await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken))
                    .Select((line, index) => string.Join(',', line.Replace("//", "/", StringComparison.Ordinal).Split(',')[..(index == 0 ? 5 : 4)])));
        }
    }

    [Fact]
    public async Task Files_that_are_named_are_read_in_the_order_they_are_named_in()
    {
        string folder = Folder(("b.txt", "man\n"), ("a.txt", "plan\n"));
        string output = files.PathOf("out.jsonl");
        await RunAsync([$"{folder}/b.txt", $"{folder}/a.txt"], output, kept: "text");
        string[] lines = await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken);
        Assert.StartsWith($"{{\"row\":1,\"file\":\"{folder}/b.txt\",\"file_row\":1,\"text\":\"man\",", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{{\"row\":2,\"file\":\"{folder}/a.txt\",\"file_row\":1,\"text\":\"plan\",", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_packed_and_plain_files_has_the_results_of_the_files_by_themselves()
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"), ("c.csv", "text,id\nsix,3\nman,4\n"));
        await using (var packed = new GZipStream(File.Create(Path.Combine(folder, "b.csv.gz")), CompressionLevel.Optimal))
        {
            await packed.WriteAsync("text,id\nplan,2\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        await RunAsync([folder], files.PathOf("all.csv"));
        string[] all = await File.ReadAllLinesAsync(files.PathOf("all.csv"), TestContext.Current.CancellationToken);
        var single = new List<string>();
        foreach (string name in new[] { "a.csv", "b.csv.gz", "c.csv" })
        {
            await RunAsync([Path.Combine(folder, name)], files.PathOf("one.csv"));
            single.AddRange((await File.ReadAllLinesAsync(files.PathOf("one.csv"), TestContext.Current.CancellationToken)).Skip(1));
        }

        Assert.Equal(single.Select(line => line.Split(',', 2)[1]), all.Skip(1).Select(line => line.Split(',', 4)[3]));
    }

    [Theory]
    [InlineData("a.csv b.tsv", "'/a.csv' is csv and '/b.tsv' is tsv. Give files of one format.")]
    [InlineData("a.csv b.dat", "holds '/b.dat', whose ending is no format")]
    [InlineData("_SUCCESS", "holds no files to read")]
    public async Task A_folder_that_is_not_of_one_format_is_refused(string names, string message)
    {
        string folder = Folder([.. names.Split(' ').Select(name => (name, "text\nman\n"))]);
        RowsException refusal = await RefusalAsync([folder]);
        Assert.Contains(message.Replace("'/", $"'{folder}/", StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(RowClassificationOptions.Inputs), refusal.Setting);
    }

    [Fact]
    public async Task Folders_within_folders_patterns_without_files_and_stdin_beside_files_are_refused()
    {
        string folder = Folder(("a.csv", "text\nman\n"));
        Assert.Contains("No file is", (await RefusalAsync([$"{folder}/*.jsonl"])).Message, StringComparison.Ordinal);
        Assert.Contains("in the name of a folder", (await RefusalAsync([$"{folder}/*/a.csv"])).Message, StringComparison.Ordinal);
        Assert.Contains("stdin is an input by itself", (await RefusalAsync([$"{folder}/a.csv", "-"])).Message, StringComparison.Ordinal);
        Assert.Contains("is given twice", (await RefusalAsync([$"{folder}/a.csv", folder])).Message, StringComparison.Ordinal);
        Assert.Contains("No input is given", (await RefusalAsync([])).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder, "inner"));
        Assert.Contains("folders within folders are not read", (await RefusalAsync([folder])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_wildcards_that_is_there_is_that_file()
    {
        string folder = Folder(("a*.csv", "text,id\nman,1\n"), ("ab.csv", "text,id\nplan,2\n"));
        Assert.Equal(1, (await RunAsync([$"{folder}/a*.csv"], files.PathOf("out.csv"))).Rows);
    }

    [Theory]
    [InlineData("text,id\nman,1\n", "sentence,id\nplan,2\n", "has no column 'text'")]
    [InlineData("text,id\nman,1\n", "text\nplan\n", "has no column 'id'")]
    public async Task Columns_are_found_by_name_in_every_file_before_the_first_row_is_classified(string first, string second, string message)
    {
        string folder = Folder(("a.csv", first), ("b.csv", second));
        RowsException refusal = await RefusalAsync([folder]);
        Assert.Contains($"{folder}/b.csv {message}", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.IsRefusal);
    }

    [Fact]
    public async Task A_bad_row_is_named_by_its_file_and_line_and_a_reject_says_both()
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"), ("b.csv", "text,id\nplan,2\nbad\n"));
        RowsException failure = await Assert.ThrowsAsync<RowsException>(() => RunAsync([folder], files.PathOf("out.csv")));
        Assert.StartsWith($"{folder}/b.csv, line 3: it has 1 fields", failure.Message, StringComparison.Ordinal);
        await RunAsync([folder], files.PathOf("out.csv"), skips: true);
        Assert.StartsWith(
            $"{{\"row\":3,\"file\":\"{folder}/b.csv\",\"file_row\":2,\"line\":3,\"error\":", files.Read("out.csv.rejects.jsonl"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}", "{0}/out.csv")]
    [InlineData("{0}/*.csv", "{0}/out.csv")]
    [InlineData("{0}/*", "{0}/out.jsonl")]
    [InlineData("{0}/", "{0}/../in/out.parquet")]
    public async Task An_output_among_the_inputs_is_refused_whether_it_is_there_or_not(string input, string output)
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"));
        string path = string.Format(System.Globalization.CultureInfo.InvariantCulture, output, folder);
        string given = string.Format(System.Globalization.CultureInfo.InvariantCulture, input, folder);
        RowsException refusal = await RefusalAsync([given], path);
        Assert.Contains("lies among the inputs", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task An_output_beside_inputs_that_do_not_match_it_is_written()
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"));
        Assert.Equal(1, (await RunAsync([$"{folder}/*.csv"], $"{folder}/out.jsonl")).Rows);
    }

    [Fact]
    public async Task A_packed_output_is_refused()
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"));
        Assert.Contains("Leave the ending '.gz' out", (await RefusalAsync([folder], files.PathOf("out.csv.gz"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task Stopped_at_any_row_it_goes_on_to_the_bytes_of_an_undisturbed_run(string format)
    {
        string folder = Folder([.. Enumerable.Range(0, 4).Select(file => ($"{file}.csv", "text,id\n" + string.Concat(Enumerable.Range(0, file).Select(row => $"plan {row},{row}\n"))))]);
        await RunAsync([folder], files.PathOf($"whole.{format}"));
        byte[] whole = await File.ReadAllBytesAsync(files.PathOf($"whole.{format}"), TestContext.Current.CancellationToken);
        for (int row = 1; row <= 6; row++)
        {
            string output = files.PathOf($"{row}.{format}");
            await Assert.ThrowsAsync<StopAt.StoppedException>(() => RunAsync([folder], output, progress: new StopAt(row)));
            RowClassificationResult result = await RunAsync([folder], output, resume: true);
            Assert.Equal((row, 6 - row), (result.RowsDoneBefore, result.Rows));
            Assert.Equal(whole, await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_list_of_files_that_changed_is_not_gone_on_with()
    {
        string folder = Folder(("a.csv", "text,id\nman,1\n"), ("b.csv", "text,id\nplan,2\nsix,3\n"));
        string output = files.PathOf("out.csv");
        await Assert.ThrowsAsync<StopAt.StoppedException>(() => RunAsync([folder], output, progress: new StopAt(2)));
        string b = Path.Combine(folder, "b.csv");

        // The same size, another content.
        await File.WriteAllTextAsync(b, "text,id\nplan,2\nsix,4\n", TestContext.Current.CancellationToken);
        await RefusedAsync($"another input '{b}' (its content differs)");
        await File.WriteAllTextAsync(b, "text,id\nplan,2\nsix,3\n", TestContext.Current.CancellationToken);
        File.Copy(b, Path.Combine(folder, "c.csv"));
        await RefusedAsync("another files of the input (names or sizes differ)");
        File.Delete(Path.Combine(folder, "c.csv"));
        File.Move(b, Path.Combine(folder, "0.csv"));
        await RefusedAsync("files of the input (names or sizes differ)");
        File.Move(Path.Combine(folder, "0.csv"), b);
        Assert.Equal(2, (await RunAsync([folder], output, resume: true)).RowsDoneBefore);

        async Task RefusedAsync(string message)
        {
            RowsException refusal = await Assert.ThrowsAsync<RowsException>(() => RunAsync([folder], output, resume: true));
            Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        }
    }

    private string Folder(params (string Name, string Content)[] contents)
    {
        string folder = Directory.CreateDirectory(files.PathOf("in")).FullName;
        foreach ((string name, string content) in contents)
        {
            File.WriteAllText(Path.Combine(folder, name), content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        return folder;
    }

    private async Task<RowClassificationResult> RunAsync(
        string[] inputs, string output, bool resume = false, bool skips = false, IProgress<RowClassificationProgress>? progress = null, string kept = "id")
    {
        await using RowClassification run = await RowClassification.OpenAsync(
            new() { Inputs = inputs, Output = output, Rows = new() { KeptColumns = [kept] }, Resume = resume, SkipUnreadableRows = skips }, TestContext.Current.CancellationToken);
        return await run.RunAsync(fixture.Classifier, progress, TestContext.Current.CancellationToken);
    }

    private Task<RowsException> RefusalAsync(string[] inputs, string? output = null) =>
        Assert.ThrowsAsync<RowsException>(() => RunAsync(inputs, output ?? files.PathOf("out.csv")));
}
