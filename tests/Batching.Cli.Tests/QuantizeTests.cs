using Xunit;

namespace Batching.Cli.Tests;

/// <summary>The quantize command: one command from an fp32 folder to an int8 one, and what it does with bad input.</summary>
public sealed class QuantizeTests : IDisposable
{
    private readonly Workspace files = new();
    private readonly string sentences;
    private readonly string output;

    public QuantizeTests()
    {
        sentences = files.Write("sentences.txt", string.Concat(Enumerable.Range(0, 40).Select(number => $"sentence {number} of a man and the course\n")));
        output = files.PathOf("int8");
    }

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task The_int8_model_is_made_reported_and_used()
    {
        ToolResult made = await QuantizeAsync();
        string[] rows = [.. made.Succeeded().Lines.Select(line => string.Join(' ', line.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Contains("logits depend on the batch no no", rows);
        Assert.StartsWith("bytes 499,761 ", Assert.Single(rows, row => row.StartsWith("bytes", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(rows, row => row.StartsWith("sentences/s", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.StartsWith("labels that changed", StringComparison.Ordinal) && row.EndsWith("of 40", StringComparison.Ordinal));
        Assert.Matches(@"^labels kept \d\.\d{4} \(\d+/40\)$", rows[^1]);

        ToolResult int8 = await Tool.RunWithInputAsync("a man", "logits", "--model", output, "--precision", "int8");
        ToolResult fp32 = await Tool.RunWithInputAsync("a man", "logits", "--model", Tool.SmallModel);
        Assert.NotEqual(fp32.Succeeded().Output, int8.Succeeded().Output);
    }

    [Fact]
    public async Task Sentences_come_from_any_file_that_the_other_commands_read()
    {
        string reviews = files.Write("reviews.csv", "id,body,title\n1,a man,the\n2,\"a, woman\",course\n3,,\n");
        ToolResult result = await QuantizeAsync("--activations", reviews, "--column", "body", "--pair-column", "title");
        Assert.EndsWith("/2)", result.Succeeded().Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_file_the_first_sentences_are_used()
    {
        ToolResult result = await QuantizeAsync("--limit", "7");
        Assert.EndsWith("/7)", result.Succeeded().Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_output_is_replaced_only_by_force()
    {
        (await QuantizeAsync()).Succeeded();
        string model = Path.Combine(output, "onnx", "model_int8.onnx");
        await File.WriteAllTextAsync(model, "older");
        (await QuantizeAsync()).Failed(2, output, "exists", "--force");
        Assert.Equal("older", await File.ReadAllTextAsync(model));
        (await QuantizeAsync("--force")).Succeeded();
        Assert.True(new FileInfo(model).Length > 100_000);
        NothingIsLeftBehind("int8");
    }

    [Fact]
    public async Task A_folder_given_by_mistake_is_not_emptied()
    {
        Directory.CreateDirectory(output);
        await File.WriteAllTextAsync(Path.Combine(output, "thesis.doc"), "precious");
        (await QuantizeAsync("--force")).Failed(2, output, "'thesis.doc'", "not deleted");
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(output, "thesis.doc")));
    }

    [Fact]
    public async Task The_model_itself_is_not_replaced()
    {
        string model = CopyOf(Tool.SmallModel);
        foreach (string place in new[] { model, Path.Combine(model, "."), Path.GetDirectoryName(model)! })
        {
            (await QuantizeAsync("--model", model, "--output", place, "--force")).Failed(2, "holds the model itself");
        }
    }

    [Fact]
    public async Task Without_an_output_the_folder_is_beside_the_model()
    {
        string model = CopyOf(Tool.SmallModel);
        ToolResult result = await Tool.RunAsync("quantize", "--model", model + Path.DirectorySeparatorChar, "--activations", sentences);
        result.Succeeded();
        Assert.True(File.Exists(Path.Combine($"{model}-int8", "onnx", "model_int8.onnx")));
    }

    [Theory]
    [InlineData("", "'--model'")]
    [InlineData("--model MODEL", "'--activations'")]
    [InlineData("--model MODEL --activations no-such-file.txt", "'no-such-file.txt' does not exist")]
    [InlineData("--model MODEL --activations a.xlsx", "'a.xlsx'", "--input-format")]
    [InlineData("--model MODEL --activations SENTENCES --limit 0", "--limit is 0")]
    [InlineData("--model MODEL --activations SENTENCES --limit many", "many")]
    [InlineData("--model MODEL --activations SENTENCES --output SENTENCES", "is a file")]
    [InlineData("--model MODEL --activations SENTENCES --column body", "no column 'body'")]
    [InlineData("--model MODEL --activations EMPTY", "has no sentences")]
    [InlineData("--model MODEL --activations BLANK", "has no sentences")]
    public async Task A_command_line_that_cannot_be_carried_out_ends_with_2(string options, params string[] words)
    {
        string empty = files.Write("empty.txt", "");
        string blank = files.Write("blank.txt", "\n  \n\t\n");
        string[] arguments = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument switch
        {
            "MODEL" => Tool.SmallModel,
            "SENTENCES" => sentences,
            "EMPTY" => empty,
            "BLANK" => blank,
            _ => argument,
        })];
        string[] place = arguments.Contains("--output") ? [] : ["--output", output];
        (await Tool.RunAsync(["quantize", .. arguments, .. place])).Failed(2, words);
        NothingIsLeftBehind();
    }

    [Theory]
    [InlineData("--model")]
    [InlineData("--output")]
    public async Task A_folder_without_a_name_ends_with_2(string option) => (await QuantizeAsync(option, "")).Failed(2, option, "is empty");

    [Fact]
    public async Task A_sentence_that_cannot_be_read_ends_with_1()
    {
        string bad = files.Write("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": 5}\n");
        (await QuantizeAsync("--activations", bad)).Failed(1, bad, "line 2");
        NothingIsLeftBehind();
    }

    [Theory]
    [InlineData("model.onnx", "<!DOCTYPE html>", "damaged")]
    [InlineData("model.onnx", "", "is empty")]
    [InlineData("model.onnx", null, "neither", "model.onnx")]
    [InlineData("config.json", "{", "config.json")]
    [InlineData("vocab.txt", null, "vocab.txt")]
    public async Task A_model_that_cannot_be_loaded_ends_with_3_and_leaves_nothing(string name, string? content, params string[] words)
    {
        string model = CopyOf(Tool.SmallModel);
        File.Delete(Path.Combine(model, name));
        if (content is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(model, name), content);
        }

        (await QuantizeAsync("--model", model)).Failed(3, words);
        NothingIsLeftBehind();
    }

    [Fact]
    public async Task A_model_that_is_not_there_ends_with_3()
    {
        (await QuantizeAsync("--model", files.PathOf("no-such-model"))).Failed(3, "no-such-model", "does not exist");
        NothingIsLeftBehind();
    }

    [Fact]
    public async Task A_model_that_is_quantized_already_ends_with_3()
    {
        (await QuantizeAsync()).Succeeded();
        string again = files.PathOf("again");
        (await QuantizeAsync("--model", output, "--output", again)).Failed(3, "model_int8.onnx");
        File.Move(Path.Combine(output, "onnx", "model_int8.onnx"), Path.Combine(output, "model.onnx"));
        (await QuantizeAsync("--model", output, "--output", again)).Failed(3, "QuantizeLinear '", "quantized already");
        Assert.False(Directory.Exists(again));
    }

    // Options given again take the place of these.
    private Task<ToolResult> QuantizeAsync(params string[] options)
    {
        string[] standard = ["--model", Tool.SmallModel, "--activations", sentences, "--output", output];
        IEnumerable<string> kept = standard.Chunk(2).Where(option => !options.Contains(option[0])).SelectMany(option => option);
        return Tool.RunAsync(["quantize", .. kept, .. options]);
    }

    private string CopyOf(string model)
    {
        string copy = files.PathOf("folder/model");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(model))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private void NothingIsLeftBehind(params string[] expected) => Assert.Equal(
        expected, Directory.EnumerateDirectories(files.PathOf("")).Select(path => Path.GetFileName(path)).Where(name => name != "folder"));
}
