using System.Diagnostics;
using Batching.Graphs;
using Batching.Tests.Hub;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using TestGraph = Batching.Tests.Folders.OnnxGraph;

namespace Batching.Tests.Folders;

/// <summary>Weights in files of their own: which are read, what becomes of them, and what is refused.</summary>
public sealed class ExternalWeightsTests
{
    private const string Contract = "bert-cased-pairs";
    private const string Text = "I hate this so much!";

    [Theory]
    [InlineData("/etc/hosts")]
    [InlineData("//etc/hosts")]
    [InlineData("\\\\server\\share\\weights")]
    [InlineData("C:\\weights")]
    [InlineData("weights:stream")]
    [InlineData("../weights")]
    [InlineData("..")]
    [InlineData("a/../../weights")]
    [InlineData("a/../weights")]
    [InlineData("a\\..\\..\\weights")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("weights\0")]
    [InlineData("weights\n")]
    [InlineData("missing")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    public void A_location_that_is_no_file_in_the_models_folder_is_refused(string location)
    {
        using var model = Tiny(location, null, "64").Write("weights", new byte[64]);
        Refusal.Of(model, "model.onnx", "'embeddings'", "Put its weights beside it");
        Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", "'embeddings'", "Put its weights beside it");
    }

    [Theory]
    [InlineData("-1", "64", "'-1'")]
    [InlineData("many", "64", "'many'")]
    [InlineData("0x0", "64", "'0x0'")]
    [InlineData("", "64", "''")]
    [InlineData("99999999999999999999", "64", "'99999999999999999999'")]
    [InlineData("9223372036854775807", "64", "64 from 9223372036854775807 on")]
    [InlineData("65", null, "64 from 65 on")]
    [InlineData("1", "64", "64 from 1 on")]
    [InlineData("1", null, "64 from 1 on")]
    [InlineData("0", "-64", "'-64'")]
    [InlineData("0", "65", "65 from 0 on")]
    [InlineData("0", "9223372036854775807", "9223372036854775807 from 0 on")]
    [InlineData("0", "18446744073709551615", "'18446744073709551615'")]
    [InlineData("0", "0", "its shape takes 64 bytes")]
    [InlineData("0", "60", "its shape takes 64 bytes")]
    public void A_part_that_the_file_does_not_have_is_refused(string offset, string? length, string says)
    {
        using var model = Tiny("weights", offset, length).Write("weights", new byte[64]);
        Refusal.Of(model, "model.onnx", "'embeddings'", says);
        Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", "'embeddings'", says);
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("./weights")]
    [InlineData("sub/weights.bin")]
    [InlineData("model.onnx")]
    public void Weights_are_found_under_any_name_and_without_offset_and_length(string location)
    {
        using var model = Tiny(location, null, null);
        if (location != "model.onnx")
        {
            model.Write(location, new byte[64]);
        }

        using SequenceClassifier fromFolder = model.Load();
        using var fromStreams = SequenceClassifier.Load(model.Open);
        float[] logits = fromFolder.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray();
        Assert.Equal(logits, fromStreams.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray());
        Assert.Equal(location != "model.onnx", logits is [0, 0]);
    }

    [Fact]
    public void A_function_is_asked_for_weights_by_their_path_from_the_models_folder()
    {
        using var model = Split("data");
        List<string> asked = [];
        using SequenceClassifier fromFolder = model.Load();
        using var fromStreams = SequenceClassifier.Load(name =>
        {
            asked.Add(name);
            string inFolder = name.StartsWith("onnx/", StringComparison.Ordinal) ? name["onnx/".Length..] : name;
            return name == "model.onnx" ? null : model.Open(inFolder);
        });
        Assert.Contains("onnx/data", asked);
        Assert.Equal(LogitsOf(fromFolder), LogitsOf(fromStreams));
    }

    [Fact]
    public void Weights_beside_a_stream_are_not_taken_from_the_current_folder()
    {
        string name = $"{Guid.NewGuid():N}.weights";
        string here = Path.Combine(Environment.CurrentDirectory, name);
        using var model = Tiny(name, null, null);
        File.WriteAllBytes(here, new byte[64]);
        try
        {
            Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", $"there is no '{name}' in the given streams");
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void A_link_to_a_file_elsewhere_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few make symbolic links.");
        using var elsewhere = ModelFolderBuilder.Tiny().Write("weights", new byte[64]);
        using var model = Tiny("sub/weights", null, null);
        File.CreateSymbolicLink(model.PathOf("sub"), elsewhere.Folder);
        Refusal.Of(model, "model.onnx", "'embeddings'", "is a link to a file elsewhere");
    }

    [Fact]
    public void Links_within_the_folder_and_into_the_hubs_cache_are_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few make symbolic links.");
        using var model = Tiny("weights", null, null).Write("blobs/1", new byte[64]);
        model.Move("model.onnx", "blobs/2").Move("vocab.txt", "snapshots/main/vocab.txt");
        File.CreateSymbolicLink(model.PathOf("snapshots/main/weights"), "../../blobs/1");
        File.CreateSymbolicLink(model.PathOf("snapshots/main/model.onnx"), "../../blobs/2");
        File.CreateSymbolicLink(model.PathOf("linked"), "snapshots/main");
        using var classifier = SequenceClassifier.Load(model.PathOf("linked"));
        Assert.Equal([0, 0], classifier.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray());
    }

    [Fact]
    public void Weights_in_files_of_their_own_give_the_bits_that_they_give_within_the_model()
    {
        using var whole = ModelFolderBuilder.Copy(Contract);
        using var split = Split("data");
        using SequenceClassifier expected = whole.Load();
        using SequenceClassifier classifier = split.Load();
        Assert.Equal(LogitsOf(expected), LogitsOf(classifier));
    }

    [Fact]
    public void Weights_that_are_copied_give_the_same_graph_and_the_copies_are_deleted()
    {
        byte[] inner = TestGraph.Classifier().ToBytes();
        using var model = ModelFolderBuilder.Tiny(TestGraph.Classifier().ExternalWeights("embeddings", "weights", 8, 2))
            .Write("weights", ModelProto.Parser.ParseFrom(inner).Graph.Initializer.Single(tensor => tensor.Name == "embeddings").RawData.ToByteArray());
        using var copied = GraphContent.Gather(
            ModelFolder.At(model.Folder), "model.onnx", OnnxModel.Read(File.ReadAllBytes(model.PathOf("model.onnx")), "model.onnx"), mostInBytes: 0);
        string folder = copied.Folder;
        Assert.True(Directory.Exists(folder));
        Assert.Equal(File.ReadAllBytes(model.PathOf("weights")), File.ReadAllBytes(Path.Combine(folder, "0")));
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        using var session = new InferenceSession(copied.Bytes, options);
        bool isDeleted = copied.Release();
        Assert.Equal(isDeleted, !Directory.Exists(folder));
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(new long[] { 5 }, [1, 1]);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(new long[] { 1 }, [1, 1]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["input_ids", "attention_mask"], [ids, mask], ["logits"]);
        Assert.Equal([2, -1], outputs[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public async Task A_model_does_not_change_when_its_weights_are_overwritten_or_cut()
    {
        // What a process had mapped would end it.
        string program = Path.ChangeExtension(typeof(ExternalWeightsTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null)!;
        var start = new ProcessStartInfo(
            program, ["-explicit", "on", "-method", $"{typeof(ExternalWeightsTests).FullName}.{nameof(Overwrite_and_cut_weights_under_load)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Failed: 0", output, StringComparison.Ordinal);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Overwrite_and_cut_weights_under_load()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var model = Split("data");
        using SequenceClassifier classifier = model.Load();
        float[] expected = LogitsOf(classifier);
        int runs = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var ran = new SemaphoreSlim(0);
        Task load = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Assert.Equal(expected, LogitsOf(classifier));
                    runs++;
                    ran.Release();
                }
            },
            cancellation);
        using (FileStream weights = new(model.PathOf("data"), FileMode.Open, FileAccess.Write))
        {
            var other = new byte[weights.Length];
            new Random(1).NextBytes(other);
            await ran.WaitAsync(cancellation);
            await weights.WriteAsync(other, cancellation);
            await weights.FlushAsync(cancellation);
            await RunTwiceAsync();
            weights.SetLength(0);
            await RunTwiceAsync();
        }

        await stop.CancelAsync();
        await load;

        async Task RunTwiceAsync()
        {
            int before = Volatile.Read(ref runs);
            while (Volatile.Read(ref runs) < before + 2)
            {
                Task done = await Task.WhenAny(ran.WaitAsync(cancellation), load);
                await done;
            }
        }
    }

    private static float[] LogitsOf(SequenceClassifier classifier) =>
        classifier.Classify(Text, TestContext.Current.CancellationToken).Logits.ToArray();

    private static ModelFolderBuilder Split(string location)
    {
        var model = ModelFolderBuilder.Copy(Contract);
        (byte[] graph, byte[] weights) = ExternalWeights.Split(File.ReadAllBytes(model.PathOf("model.onnx")), location);
        return model.Write("model.onnx", graph).Write(location, weights);
    }

    // The embeddings take 64 bytes.
    private static ModelFolderBuilder Tiny(string location, string? offset, string? length)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(TestGraph.Classifier().ExternalWeights("embeddings", location, 8, 2).ToBytes());
        TensorProto tensor = proto.Graph.Initializer.Single(tensor => tensor.Name == "embeddings");
        tensor.ExternalData.Clear();
        foreach ((string key, string? value) in ((string, string?)[])[("location", location), ("offset", offset), ("length", length)])
        {
            if (value is not null)
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        return ModelFolderBuilder.Tiny().Write("model.onnx", proto.ToByteArray());
    }
}
