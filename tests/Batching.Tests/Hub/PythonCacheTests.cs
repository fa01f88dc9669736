using Xunit;

namespace Batching.Tests.Hub;

/// <summary>A cache that Python has filled: found, used, and not asked about where that is not needed.</summary>
public sealed class PythonCacheTests : IDisposable
{
    private static readonly string[] Names = ["config.json", "onnx/model.onnx", "tokenizer_config.json", "vocab.txt"];

    private readonly HubWorkspace workspace = new();
    private readonly ImpatientClock clock = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("main")]
    [InlineData(HubServer.Commit)]
    public async Task A_model_that_Python_fetched_is_found_with_the_server_down(string? revision)
    {
        using ModelHub hub = await WithServerDownAsync("main", Names);
        string folder = await hub.DownloadAsync(HubServer.Repository, revision, cancellationToken: TestEnd);
        Assert.Equal(workspace.Snapshot, folder);
        SequenceClassifier.Load(folder).Dispose();

        // Whoever has something to fall back on is not kept waiting.
        Assert.Empty(clock.Pauses);
    }

    [Fact]
    public async Task A_commit_that_Python_fetched_is_found_without_a_word_to_the_server()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task What_Python_did_not_fetch_is_all_that_is_fetched()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", ["config.json", "onnx/model.onnx", "tokenizer_config.json"]);
        using ModelHub hub = workspace.Hub(server, clock);
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        Assert.Equal(1, server.CountOf("vocab.txt"));
        Assert.Equal(3, server.Requests.Count);
        workspace.AssertFiles(Names);
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task A_link_to_a_blob_that_is_gone_is_mended()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        File.Delete(workspace.Blob(server.EtagOf("vocab.txt")));
        using ModelHub hub = workspace.Hub(server, clock);
        await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd);
        Assert.Equal(1, server.CountOf("vocab.txt"));
        workspace.AssertFiles(Names);
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task A_branch_that_has_moved_on_is_followed()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, branch: null, Names);
        Directory.CreateDirectory(Path.Combine(workspace.Repository, "refs"));
        await File.WriteAllTextAsync(Path.Combine(workspace.Repository, "refs", "main"), new string('a', 40), TestEnd);
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Single(server.Requests);
        Assert.Equal(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(workspace.Repository, "refs", "main"), TestEnd));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_server_that_cannot_answer_leaves_the_cache_to_be_used(int status)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Status(status));
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Empty(clock.Pauses);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    public async Task A_server_that_says_no_is_believed(int status)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Status(status));
        using ModelHub hub = workspace.Hub(server, clock);
        await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task Offline_nothing_is_sent_and_what_is_there_is_used()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Offline = true });
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("onnx/model.onnx")]
    [InlineData("vocab.txt", "tokenizer.json")]
    public async Task Offline_the_file_that_is_missing_is_named_with_its_place(string name, string? named = null)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", [.. Names.Where(other => other != name)]);
        ModelLoadException refusal = await OfflineRefusalAsync(server);
        Assert.Equal(Path.Combine(workspace.Snapshot, named ?? name), refusal.File);
        Assert.Contains($"'{named ?? name}' of '{HubServer.Repository}' is not in '{workspace.Snapshot}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_weights_that_the_graph_names_are_missed()
    {
        await using HubServer server = await HubServer.StartAsync();
        (server.Files["onnx/model.onnx"], _) = ExternalWeights.Split(server.Files["onnx/model.onnx"], "model.onnx_data");
        workspace.WriteAsPython(server, "main", Names);
        Assert.Contains("'onnx/model.onnx_data'", (await OfflineRefusalAsync(server)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_a_repository_that_is_not_there_is_named_with_the_cache()
    {
        await using HubServer server = await HubServer.StartAsync();
        ModelLoadException refusal = await OfflineRefusalAsync(server);
        Assert.Contains($"'{HubServer.Repository}' with the revision 'main' is not in the cache '{workspace.Cache}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a commit")]
    [InlineData("../../../../x")]
    public async Task A_branch_whose_commit_is_damaged_is_not_known(string content)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        await File.WriteAllTextAsync(Path.Combine(workspace.Repository, "refs", "main"), content, TestEnd);
        await OfflineRefusalAsync(server);
    }

    [Fact]
    public async Task A_cache_with_the_whole_model_is_not_written_to()
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        string[] before = State();
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Equal(before, State(), StringComparer.Ordinal);

        string[] State() => [.. new DirectoryInfo(workspace.Cache)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc:O}")
            .Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_cache_folder_that_is_a_file_is_said_to_be_unusable()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server, clock, options => options with { CacheFolder = workspace.PathOf("untouched") });
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Contains("HF_HUB_CACHE", refusal.Message, StringComparison.Ordinal);
        workspace.AssertSound(server);
    }

    [Theory]
    [InlineData("models--distilbert--distilbert-base-uncased-finetuned-sst-2-english")]
    [InlineData("models--distilbert-base-uncased-finetuned-sst-2-english")]
    public void The_genuine_model_is_looked_for_under_both_of_its_names(string name)
    {
        Assert.Null(GenuineModel.Find(Variable));
        string snapshot = Path.Combine(workspace.Cache, name, "snapshots", HubServer.Commit);
        Directory.CreateDirectory(Path.Combine(snapshot, "onnx"));
        Assert.All(["config.json", "vocab.txt"], file => File.WriteAllText(Path.Combine(snapshot, file), "{}"));
        Assert.Null(GenuineModel.Find(Variable));
        File.WriteAllText(Path.Combine(snapshot, "onnx", "model.onnx"), "");
        Assert.Equal(snapshot, GenuineModel.Find(Variable));
        Assert.Equal("elsewhere", GenuineModel.Find(variable => variable == GenuineModel.Variable ? "elsewhere" : null));

        string? Variable(string variable) => variable == "HF_HUB_CACHE" ? workspace.Cache : null;
    }

    private async Task<ModelLoadException> OfflineRefusalAsync(HubServer server)
    {
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Offline = true });
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Contains("HF_HUB_OFFLINE", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        return refusal;
    }

    private async Task<ModelHub> WithServerDownAsync(string branch, string[] names)
    {
        HubServer server = await HubServer.StartAsync();
        await server.DisposeAsync();
        workspace.WriteAsPython(server, branch, names);
        return workspace.Hub(server, clock);
    }
}
