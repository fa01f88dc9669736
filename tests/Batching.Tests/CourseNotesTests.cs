using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using CourseNotes;
using Xunit;

namespace Batching.Tests;

/// <summary>The cells of the course notes, as the sample runs them, against what Hugging Face gave for each.</summary>
public sealed class CourseNotesTests
{
    private const float Tolerance = 1e-4f;

    private static readonly Lazy<IReadOnlyList<Cell>> Cells = new(() => Notes.Run(Repository.DefaultModel));

    private static readonly JsonArray Goldens =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.DefaultModel, "goldens.json")))!["cells"]!.AsArray();

    [Fact]
    public void The_sequence_has_the_tokens_of_the_notes()
    {
        JsonNode golden = Golden("tokenize");
        CodeLine[] lines = Lines("Tokenize");
        Assert.Equal($"string sequence = \"{golden["text"]}\";", lines[0].Code);
        Assert.Equal($"[{string.Join(", ", golden["tokens"]!.AsArray().Select(token => $"\"{token}\""))}]", lines[1].Output);
    }

    [Fact]
    public void The_tokens_have_the_ids_of_the_notes() =>
        Assert.Equal(
            $"[{string.Join(", ", Golden("convert_tokens_to_ids")["ids"]!.Ints())}]",
            Assert.Single(Lines("Convert to ids")).Output);

    [Fact]
    public void A_tensor_of_rank_1_is_refused_with_its_shape_and_the_fix()
    {
        string? refusal = Lines("A tensor of rank 1 is refused")[^1].Output;
        Assert.StartsWith("ArgumentException: ", refusal, StringComparison.Ordinal);
        Assert.Contains("the shape [14], of rank 1;", refusal, StringComparison.Ordinal);
        Assert.Contains("[rows, columns], of rank 2.", refusal, StringComparison.Ordinal);
        Assert.Contains("inputIds.Reshape([1, 14])", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fix_of_the_message_works_as_it_is_written()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var model = SequenceModel.Load(Repository.DefaultModel);
        long[] array = [.. Golden("batch of one")["input_ids"]![0]!.Ints()];
        string refusal = Assert.Throws<ArgumentException>(() => model.Run(array, cancellationToken)).Message;

        // What follows is the message's own C#, with its own names.
        Assert.Contains("inputIds.Reshape([1, 14])", refusal, StringComparison.Ordinal);
        Assert.Contains("Tensor.Create(inputIds, [1, 14])", refusal, StringComparison.Ordinal);
        AssertGolden("batch of one", OfTensor(Tensor.Create(array)));
        AssertGolden("batch of one", OfArray(array));

        float[][] OfTensor(Tensor<long> inputIds) => [[.. model.Run(inputIds.Reshape([1, 14]))]];
        float[][] OfArray(long[] inputIds) => [[.. model.Run(Tensor.Create(inputIds, [1, 14]))]];
    }

    [Fact]
    public void A_batch_of_one_gets_the_logits_of_Hugging_Face() =>
        AssertGolden("batch of one", Logits("A batch of one"));

    [Fact]
    public void Two_equal_rows_get_equal_logits()
    {
        float[][] logits = Logits("Two equal rows");
        AssertGolden("two equal rows", logits);
        AssertSameBits(logits[0], logits[1]);
        AssertSameBits(Logits("A batch of one")[0], logits[0]);
    }

    [Fact]
    public void Each_sequence_alone_gets_the_logits_of_Hugging_Face()
    {
        AssertGolden("sequence 1", Logits("Each sequence alone", 0));
        AssertGolden("sequence 2", Logits("Each sequence alone", 1));
    }

    [Fact]
    public void Ragged_rows_are_refused_with_the_way_to_pad_them()
    {
        string? refusal = Lines("Ragged rows are refused")[^1].Output;
        Assert.StartsWith("ArgumentException: ", refusal, StringComparison.Ordinal);
        Assert.Contains("from 2 to 3 tokens", refusal, StringComparison.Ordinal);
        Assert.Contains("Pad them with PaddingStrategy.Longest", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pad_token_id_fills_up_the_shorter_row()
    {
        CodeLine[] lines = Lines("The pad token id");
        Assert.Equal("0", $"{Golden("pad_token_id")["value"]}");
        Assert.Equal("0", lines[0].Output);
        Assert.Equal("[[200, 200, 200], [200, 200, 0]]", lines[^1].Output);
    }

    [Fact]
    public void Without_its_mask_a_padded_row_gets_other_logits()
    {
        float[][] logits = Logits("Padded without a mask");
        AssertGolden("padded without a mask", logits);
        AssertSameBits(Logits("Each sequence alone", 0)[0], logits[0]);
        Assert.All(
            logits[1].Zip(Logits("Each sequence alone", 1)[0]),
            pair => Assert.True(MathF.Abs(pair.First - pair.Second) > 0.1f));
    }

    [Fact]
    public void With_its_mask_a_padded_row_gets_the_bits_that_it_gets_alone()
    {
        Assert.Equal("[[1, 1, 1], [1, 1, 0]]", Lines("Padded with a mask")[0].Output);
        for (int run = 0; run < 2; run++)
        {
            float[][] logits = Logits("Padded with a mask", run);
            AssertGolden("padded with a mask", logits);
            AssertSameBits(Logits("Each sequence alone", 0)[0], logits[0]);
            AssertSameBits(Logits("Each sequence alone", 1)[0], logits[1]);
        }
    }

    [Fact]
    public void A_row_longer_than_the_model_is_refused_with_its_limit()
    {
        string? refusal = Lines("A row that is too long is refused")[^1].Output;
        Assert.StartsWith("ArgumentException: ", refusal, StringComparison.Ordinal);
        Assert.Contains("1402 columns", refusal, StringComparison.Ordinal);
        Assert.Contains("positions for 512. Truncate the texts", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_truncated_to_the_limit_and_keeps_its_special_tokens() =>
        Assert.Equal(
            ["512", "512", "True", "[\"[CLS]\", \"[SEP]\"]"],
            Lines("Truncation").Select(line => line.Output).OfType<string>(),
            StringComparer.Ordinal);

    [Fact]
    public void The_windows_of_a_long_text_are_rows_of_one_batch()
    {
        // 1,400 tokens: 510 in a window beside [CLS] and [SEP], each after the first 32 back.
        CodeLine[] lines = Lines("Windows");
        Assert.Equal("[512, 512, 446]", lines.Select(line => line.Output).OfType<string>().First());
        Assert.Equal(3, Logits("Windows").Length);
    }

    [Fact]
    public void A_long_text_gets_one_result_of_all_its_windows()
    {
        string[] outputs = Outputs("One result for a long text");
        Assert.Contains(outputs[0], (string[])["NEGATIVE", "POSITIVE"]);
        Assert.Equal(["[512, 512, 446]", "False"], outputs[1..]);
    }

    [Fact]
    public void A_model_for_longer_texts_loads_as_any_other()
    {
        string[] outputs = Outputs("Models for longer texts");
        Assert.StartsWith("[\"I\", \"'\", \"ve\", ", outputs[0], StringComparison.Ordinal);
        Assert.Equal(["128", "113", "False"], outputs[1..]);
    }

    [Fact]
    public void A_line_is_shown_as_it_stands_in_the_source()
    {
        using var notebook = new Notebook();
        notebook.Cell("Lines", "of each kind");
        notebook.Let(out int[] ids, [1, 2]);
        notebook.Show(out var count, ids.Length);
        notebook.Using(out TokenBatch batch, TokenBatch.Pad([ids], padTokenId: 0));
        notebook.Show(batch.Rows + count);
        notebook.Refused(() => TokenBatch.Pad([], padTokenId: 0));
        notebook.Refused(() => batch);

        Assert.Equal(
            [
                "int[] ids = [1, 2];",
                "var count = ids.Length;",
                "using TokenBatch batch = TokenBatch.Pad([ids], padTokenId: 0);",
                "batch.Rows + count",
                "TokenBatch.Pad([], padTokenId: 0)",
                "batch",
            ],
            notebook.Cells[0].Lines.Select(line => line.Code),
            StringComparer.Ordinal);
        Assert.Equal("3", notebook.Cells[0].Lines[3].Output);
        Assert.StartsWith("ArgumentException: There is no row", notebook.Cells[0].Lines[4].Output, StringComparison.Ordinal);
        Assert.Equal("This model took it.", notebook.Cells[0].Lines[5].Output);
    }

    [Fact]
    public async Task The_sample_runs_on_the_default_model()
    {
        (int exitCode, string output, string error) = await RunSampleAsync();
        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        Assert.All(Cells.Value, (cell, index) =>
        {
            Assert.Contains($"{index + 1}. {cell.Title}{Environment.NewLine}", output, StringComparison.Ordinal);
            Assert.All(cell.Lines, line => Assert.Contains(line.Code, output, StringComparison.Ordinal));
        });
        Assert.DoesNotContain("Beside the notes", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_models_figures_stand_beside_the_notes_and_are_not_called_theirs()
    {
        (int exitCode, string output, string error) = await RunSampleAsync(Repository.DefaultModel);
        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        string table = output[output.IndexOf("Beside the notes", StringComparison.Ordinal)..];
        foreach (string row in (string[])["[-2.7276, 2.8789]", "[1.5694, -1.3895]", "[0.5803, -0.4125]", "[1.3374, -1.2163]"])
        {
            Assert.Contains(row, table, StringComparison.Ordinal);
        }

        Assert.Contains("[-2.7276, 2.8789]   2.5673      [-0.2479, 0.3116]", table, StringComparison.Ordinal);
        Assert.Contains("These are not the notes' figures", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_model_is_named_and_gives_no_stack_trace()
    {
        string folder = Path.Combine(Repository.Root, "no-such-model");
        (int exitCode, string output, string error) = await RunSampleAsync(folder);
        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
        Assert.Equal(Assert.Throws<ModelLoadException>(() => Notes.Run(folder)).Message, error.Trim());
    }

    [Fact]
    public void The_genuine_model_gives_the_figures_of_the_notes()
    {
        string? folder = GenuineModel.Find(Environment.GetEnvironmentVariable);
        Assert.SkipWhen(folder is null, GenuineModel.Missing);
        Comparison[] rows = [.. Comparison.Of(Notes.Run(folder))];
        Assert.Equal(7, rows.Length);
        Assert.All(rows, row =>
        {
            Assert.Equal(row.NotesLogits.Length, row.Logits.Length);
            Assert.All(row.NotesLogits.Zip(row.Logits), pair => Assert.Equal(pair.First, pair.Second, 5e-4f));
            Assert.True(row.IsSame);
        });
    }

    private static string[] Outputs(string cell) => [.. Lines(cell).Select(line => line.Output).OfType<string>()];

    private static CodeLine[] Lines(string title) => [.. Cells.Value.Single(cell => cell.Title == title).Lines];

    private static float[][] Logits(string title, int index = 0) =>
        Lines(title).Select(line => line.Logits).OfType<float[][]>().ElementAt(index);

    private static JsonNode Golden(string cell) => Goldens.Single(golden => (string)golden!["cell"]! == cell)!;

    private static void AssertGolden(string cell, float[][] logits)
    {
        JsonArray expected = Golden(cell)["logits"]!.AsArray();
        Assert.Equal(expected.Count, logits.Length);
        foreach ((JsonNode? expectedRow, float[] row) in expected.Zip(logits))
        {
            Assert.Equal(expectedRow!.Floats().Length, row.Length);
            Assert.All(expectedRow!.Floats().Zip(row), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));

    private static async Task<(int ExitCode, string Output, string Error)> RunSampleAsync(params string[] arguments)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string sample = Path.Combine(AppContext.BaseDirectory, "CourseNotes.dll");
        using var process = Process.Start(new ProcessStartInfo(host, ["exec", sample, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
