using Xunit;

namespace Batching.Tests.Hub;

/// <summary>Caches that are damaged, cannot be written to, or cannot hold what they should: what can be used is, and nothing wrong ever.</summary>
public sealed class CacheFaultTests : IDisposable
{
    private static readonly string[] Names = ["config.json", "onnx/model.onnx", "tokenizer_config.json", "vocab.txt"];

    private readonly HubWorkspace workspace = new();
    private readonly ImpatientClock clock = new();

    /// <summary>What may happen to a blob, by a file of each kind of checksum.</summary>
    public static TheoryData<string, string> Damages { get; } = new MatrixTheoryData<string, string>(
        ["vocab.txt", "onnx/model.onnx"], ["a changed bit", "cut off", "empty", "longer"]);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_blob_is_downloaded_again_and_nothing_else_is(string name, string damage)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        Damage(server, name, damage);
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, HubServer.Commit, cancellationToken: TestEnd));
        Assert.Equal(1, server.CountOf(name));
        Assert.Equal(0, Names.Except([name]).Sum(server.CountOf));
        workspace.AssertFiles(Names);
        workspace.AssertSound(server);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Offline_a_damaged_blob_is_refused_by_name(string name, string damage)
    {
        await using HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        Damage(server, name, damage);
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Offline = true });
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Equal(Path.Combine(workspace.Snapshot, name), refusal.File);
        Assert.Contains($"'{name}' of '{HubServer.Repository}' is damaged in the cache", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(server.EtagOf(name), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("HF_HUB_OFFLINE", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task With_the_server_down_a_damaged_blob_is_refused_by_name_and_the_reason_is_given()
    {
        HubServer server = await HubServer.StartAsync();
        workspace.WriteAsPython(server, "main", Names);
        Damage(server, "vocab.txt", "cut off");
        await server.DisposeAsync();
        using ModelHub hub = workspace.Hub(server, clock);
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Equal(Path.Combine(workspace.Snapshot, "vocab.txt"), refusal.File);
        Assert.Contains("cannot be downloaded again", refusal.Message, StringComparison.Ordinal);
        Assert.IsType<HttpRequestException>(refusal.InnerException);
    }

    [Theory]
    [InlineData("main")]
    [InlineData(HubServer.Commit)]
    public async Task A_cache_that_holds_everything_is_used_although_nothing_can_be_remembered_in_it(string revision)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove("tokenizer_config.json");
        workspace.WriteAsPython(server, branch: null, [.. Names.Where(name => name != "tokenizer_config.json")]);

        // Also for a user who may write everywhere: where the folders would have to be, there are files.
        string[] inTheWay = [".no_exist", "refs"];
        foreach (string name in inTheWay)
        {
            await File.WriteAllTextAsync(Path.Combine(workspace.Repository, name), "", TestEnd);
        }

        await File.WriteAllTextAsync(Path.Combine(workspace.Cache, ".locks"), "", TestEnd);
        using ModelHub hub = workspace.Hub(server, clock);
        Assert.Equal(workspace.Snapshot, await hub.DownloadAsync(HubServer.Repository, revision, cancellationToken: TestEnd));
        Assert.Single(server.Requests);
        SequenceClassifier.Load(workspace.Snapshot).Dispose();
        Assert.All(inTheWay, name => Assert.True(File.Exists(Path.Combine(workspace.Repository, name))));
    }

    [Theory]
    [InlineData("v1", "v1/next")]
    [InlineData("v1/next", "v1")]
    public async Task A_revision_whose_name_goes_on_in_another_is_remembered_beside_it(string first, string second)
    {
        await using HubServer server = await HubServer.StartAsync();
        using (ModelHub hub = workspace.Hub(server, clock))
        {
            await hub.DownloadAsync(HubServer.Repository, first, cancellationToken: TestEnd);
            await hub.DownloadAsync(HubServer.Repository, second, cancellationToken: TestEnd);
        }

        Assert.Equal(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(workspace.Repository, "refs", first), TestEnd));
        using ModelHub offline = workspace.Hub(server, clock, options => options with { Offline = true });
        Assert.Equal(workspace.Snapshot, await offline.DownloadAsync(HubServer.Repository, first, cancellationToken: TestEnd));
        Assert.Equal(workspace.Snapshot, await offline.DownloadAsync(HubServer.Repository, second, cancellationToken: TestEnd));
        workspace.AssertSound(server);
    }

    private void Damage(HubServer server, string name, string damage)
    {
        string blob = workspace.Blob(server.EtagOf(name));
        DateTime written = File.GetLastWriteTimeUtc(blob);
        byte[] content = File.ReadAllBytes(blob);
        content[^1] ^= (byte)(damage == "a changed bit" ? 1 : 0);
        File.WriteAllBytes(blob, damage switch
        {
            "cut off" => content[..^1],
            "empty" => [],
            "longer" => [.. content, 0],
            _ => content,
        });
        File.SetLastWriteTimeUtc(blob, written);
    }
}
