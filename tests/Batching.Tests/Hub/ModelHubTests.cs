using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Hub;

/// <summary>What a download fetches, and where it lays it.</summary>
public sealed class ModelHubTests : IDisposable
{
    private static readonly string[] ContractFiles = ["config.json", "onnx/model.onnx", "tokenizer_config.json", "vocab.txt"];

    private readonly HubWorkspace workspace = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("distilbert-vocab-txt-only", "onnx/model.onnx")]
    [InlineData("bert-cased-pairs", "model.onnx")]
    [InlineData("bert-multilabel-int32", "onnx/model.onnx")]
    public async Task A_classifier_that_was_downloaded_gives_Hugging_Faces_logits(string contract, string modelFile)
    {
        await using HubServer server = await HubServer.StartAsync(contract, modelFile);
        using ModelHub hub = workspace.Hub(server);
        using SequenceClassifier classifier = await hub.LoadClassifierAsync(HubServer.Repository, cancellationToken: TestEnd);

        var goldens = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Tests.Repository.Contract(contract), "goldens.json"), TestEnd))!;
        JsonNode golden = goldens["rows"]![0]!;
        var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
        Assert.All(golden["logits"]!.Floats(), (logit, label) => Assert.Equal(logit, classifier.Classify(input, TestEnd).Logits.Span[label], 1e-4f));
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task The_cache_is_laid_out_as_Pythons()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server);
        string folder = await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);

        Assert.Equal(workspace.Snapshot, folder);
        Assert.Equal(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(workspace.Repository, "refs", "main"), TestEnd));
        Assert.All(ContractFiles, name =>
        {
            var file = new FileInfo(Path.Combine(folder, name));
            string up = name.Contains('/', StringComparison.Ordinal) ? "../../.." : "../..";
            Assert.Equal($"{up}/blobs/{server.EtagOf(name)}", file.LinkTarget?.Replace('\\', '/'));
            Assert.True(File.Exists(Path.Combine(workspace.Cache, ".locks", "models--someone--a-classifier", $"{server.EtagOf(name)}.lock")));
        });
        workspace.AssertFiles(ContractFiles);
        Assert.Empty(workspace.Incomplete());
        workspace.AssertSound(server);
    }

    [Theory]
    [InlineData(new[] { "onnx/model.onnx", "model.onnx", "onnx/model_fp16.onnx" }, null, null, new[] { "onnx/model.onnx" })]
    [InlineData(new[] { "model.onnx", "onnx/model_fp16.onnx" }, null, null, new[] { "model.onnx" })]
    [InlineData(new[] { "model.onnx", "onnx/model_fp16.onnx" }, ModelPrecision.Float16, null, new[] { "onnx/model_fp16.onnx" })]
    [InlineData(new[] { "onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_int8.onnx" }, ModelPrecision.Int8, null, new[] { "onnx/model_int8.onnx" })]
    [InlineData(new[] { "onnx/model.onnx", "onnx/model_q4.onnx" }, ModelPrecision.Int8, "onnx/model_q4.onnx", new[] { "onnx/model_q4.onnx" })]
    [InlineData(
        new[] { "model.onnx", "model.onnx_data", "model.onnx_data_1", "model.onnx_data_2", "model.onnx_data_4", "other.onnx_data" },
        null, null, new[] { "model.onnx", "model.onnx_data", "model.onnx_data_1", "model.onnx_data_2" })]
    [InlineData(new[] { "model.onnx", "model.onnx.data", "model_int8.onnx.data" }, null, null, new[] { "model.onnx", "model.onnx.data" })]
    public async Task Only_the_one_onnx_file_and_its_weights_are_fetched(
        string[] files, ModelPrecision? precision, string? modelFile, string[] fetched)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove("onnx/model.onnx");
        foreach (string file in files)
        {
            server.Files[file] = [.. file.Select(c => (byte)c)];
        }

        using ModelHub hub = workspace.Hub(server);
        var options = new SequenceModelOptions { Precision = precision, ModelFile = modelFile };
        await hub.DownloadAsync(HubServer.Repository, options: options, cancellationToken: TestEnd);
        workspace.AssertFiles(["config.json", "tokenizer_config.json", "vocab.txt", .. fetched]);
        workspace.AssertSound(server);
    }

    [Theory]
    [InlineData(new[] { "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt" }, new[] { "tokenizer.json" })]
    [InlineData(new[] { "vocab.json", "merges.txt", "sentencepiece.bpe.model" }, new[] { "vocab.json", "merges.txt" })]
    [InlineData(new[] { "vocab.json", "sentencepiece.bpe.model", "special_tokens_map.json" }, new[] { "sentencepiece.bpe.model", "special_tokens_map.json" })]
    public async Task Only_one_tokenizer_is_fetched(string[] files, string[] fetched)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove("vocab.txt");
        foreach (string file in files)
        {
            server.Files[file] = [.. file.Select(c => (byte)c)];
        }

        using ModelHub hub = workspace.Hub(server);
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        workspace.AssertFiles(["config.json", "tokenizer_config.json", "onnx/model.onnx", .. fetched]);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("refs/pr/1")]
    public async Task A_revision_remembers_its_commit(string revision)
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server);
        string folder = await hub.DownloadAsync(HubServer.Repository, revision, cancellationToken: TestEnd);
        Assert.Equal(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(workspace.Repository, "refs", revision), TestEnd));

        using ModelHub offline = workspace.Hub(server: null, change: options => options with { Offline = true });
        Assert.Equal(folder, await offline.DownloadAsync(HubServer.Repository, revision, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task A_commit_is_fetched_once_and_then_nothing_is_asked()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server);
        string folder = await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd);
        int asked = server.Requests.Count;
        Assert.Equal(folder, await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd));
        Assert.Equal(asked, server.Requests.Count);
        Assert.False(Directory.Exists(Path.Combine(workspace.Repository, "refs")));
    }

    [Fact]
    public async Task A_file_that_the_repository_does_not_have_is_asked_for_once()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove("tokenizer_config.json");
        using ModelHub hub = workspace.Hub(server);
        await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd);
        int asked = server.Requests.Count;
        await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd);
        Assert.Equal(asked, server.Requests.Count);
        Assert.True(File.Exists(Path.Combine(workspace.Repository, ".no_exist", HubServer.Commit, "tokenizer_config.json")));
    }

    [Fact]
    public async Task A_branch_is_asked_for_every_time_and_its_files_once()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server);
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        int asked = server.Requests.Count;
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        Assert.Equal(asked + 1, server.Requests.Count);
    }

    [Fact]
    public async Task Without_links_the_files_themselves_lie_in_the_snapshot()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server, allowsLinks: false);
        for (int time = 0; time < 2; time++)
        {
            string folder = await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
            Assert.All(ContractFiles, name => Assert.Null(new FileInfo(Path.Combine(folder, name)).LinkTarget));
            SequenceClassifier.Load(folder).Dispose();
        }

        Assert.Equal(1, server.CountOf("onnx/model.onnx"));
        workspace.AssertFiles(ContractFiles);
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task Weights_beside_the_onnx_file_load_through_the_links_of_the_cache()
    {
        await using HubServer server = await HubServer.StartAsync();
        (server.Files["onnx/model.onnx"], server.Files["onnx/model.onnx_data"]) = ExternalWeights.Split(server.Files["onnx/model.onnx"], "model.onnx_data");
        using ModelHub hub = workspace.Hub(server);
        using SequenceClassifier classifier = await hub.LoadClassifierAsync(HubServer.Repository, cancellationToken: TestEnd);
        using SequenceClassifier original = SequenceClassifier.Load(Tests.Repository.Contract("distilbert-vocab-txt-only"));
        Assert.Equal(original.Classify("a man", TestEnd).Logits.ToArray(), classifier.Classify("a man", TestEnd).Logits.ToArray());
    }

    [Fact]
    public async Task Progress_counts_every_byte_once_and_ends_with_all_of_them()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files["onnx/model.onnx"] = new byte[(5 << 20) + 7];
        using ModelHub hub = workspace.Hub(server);
        var reports = new ProgressRecord();
        await hub.DownloadAsync(HubServer.Repository, progress: reports, cancellationToken: TestEnd);

        long total = ContractFiles.Sum(name => (long)server.Files[name].Length);
        Assert.All(reports.Reports, report =>
        {
            Assert.Equal(server.Files[report.File].Length, report.FileLength);
            Assert.Equal(total, report.TotalLength);
        });
        Assert.Equal(reports.Reports.Select(report => report.TotalBytes).Order(), reports.Reports.Select(report => report.TotalBytes));
        Assert.Equal(total, reports.Reports[^1].TotalBytes);
        Assert.InRange(reports.Reports.Count(report => report.File == "onnx/model.onnx"), 5, 8);
        Assert.Equal(ContractFiles.Length, reports.Reports.Count(report => report.FileBytes == report.FileLength));
    }

    [Fact]
    public async Task A_hub_that_was_disposed_of_says_so()
    {
        ModelHub hub = workspace.Hub(server: null);
        hub.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task The_hubs_own_handler_serves_as_well_as_one_that_is_given()
    {
        Assert.SkipWhen(SocketsHttpHandlerUsesAProxy(), "Requests to this machine go through a proxy.");
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server, change: options => options with { HttpHandler = null });
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        workspace.AssertFiles(ContractFiles);

        bool SocketsHttpHandlerUsesAProxy() => HttpClient.DefaultProxy.GetProxy(new Uri("http://127.0.0.1")) is not null;
    }
}
