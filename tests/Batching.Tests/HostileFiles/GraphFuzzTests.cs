using System.Diagnostics;
using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;

namespace Batching.Tests.HostileFiles;

/// <summary>
/// .onnx files with random changes, in a process of their own: ONNX Runtime is native code, and what it does to its process
/// cannot be caught.
/// </summary>
public sealed class GraphFuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(nameof(Fields_here))]
    [InlineData(nameof(Bytes_here))]
    public async Task A_graph_with_random_changes_is_refused_or_runs_or_fails_by_the_librarys_exceptions(string test)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using Process process = Process.Start(new ProcessStartInfo(
            host, ["exec", typeof(GraphFuzzTests).Assembly.Location, "-explicit", "only", "-method", $"{typeof(GraphFuzzTests).FullName}.{test}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        Task<string> written = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        if (Environment.GetEnvironmentVariable(Fuzzing.Variable) is null)
        {
            stop.CancelAfter(Limit);
        }

        using CancellationTokenRegistration kill = stop.Token.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(CancellationToken.None);
        output.WriteLine(await written);
        Assert.True(process.ExitCode == 0, $"The process ended with {process.ExitCode}.\n{await written}\n{await errors}");
        Assert.Contains("Total: 1, Errors: 0, Failed: 0", await written, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public void Fields_here() => Fuzzing.Sample(GraphMutation.Several, mutations =>
    {
        ModelProto graph = ModelProto.Parser.ParseFrom(OnnxGraph.Classifier().ToBytes());
        foreach (GraphMutation mutation in mutations)
        {
            mutation.Apply(graph);
        }

        LoadAndRun(graph.ToByteArray());
    });

    [Fact(Explicit = true)]
    public void Bytes_here()
    {
        byte[] whole = OnnxGraph.Classifier().ToBytes();
        Fuzzing.Sample(Mutation.Several, mutations => LoadAndRun(mutations.Aggregate(whole, (content, mutation) => mutation.Apply(content))));
    }

    private static void LoadAndRun(byte[] graph)
    {
        using ModelFolderBuilder model = ModelFolderBuilder.Tiny().Write("model.onnx", graph);
        try
        {
            using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { Parallelism = 1 });
            classifier.Classify("good");
            classifier.Classify(["bad", "good bad"]);
        }
        catch (Exception exception) when (exception is ModelLoadException or ModelRunException)
        {
            Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
        }
    }
}
