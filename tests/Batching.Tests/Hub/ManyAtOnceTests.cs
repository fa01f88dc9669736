using System.Diagnostics;
using Batching.Hub;
using Xunit;

namespace Batching.Tests.Hub;

/// <summary>Several hubs, and several processes, at one cache.</summary>
public sealed class ManyAtOnceTests : IDisposable
{
    private const string Endpoint = "BATCHING_TESTS_HUB_ENDPOINT";
    private const string Cache = "BATCHING_TESTS_HUB_CACHE";
    private const string Model = "onnx/model.onnx";

    private static readonly string[] Names = ["config.json", Model, "tokenizer_config.json", "vocab.txt"];

    private readonly HubWorkspace workspace = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task Several_hubs_at_one_cache_fetch_every_file_once()
    {
        await using HubServer server = await HubServer.StartAsync();
        HoldUntilAllHaveAsked(server, hubs: 4);
        string[] folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using ModelHub hub = workspace.Hub(server);
            return await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        })));
        Assert.All(folders, folder => Assert.Equal(workspace.Snapshot, folder));
        AssertFetchedOnce(server);
    }

    [Fact]
    public async Task Several_processes_at_one_cache_fetch_every_file_once()
    {
        // Within such a process this test is the download.
        if (Environment.GetEnvironmentVariable(Endpoint) is { } endpoint)
        {
            using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
            using var hub = new ModelHub(new ModelHubOptions
            {
                Endpoint = new Uri(endpoint), CacheFolder = Environment.GetEnvironmentVariable(Cache), Token = "", HttpHandler = handler, StallTimeout = TimeSpan.FromMinutes(5),
            });
            await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
            return;
        }

        await using HubServer server = await HubServer.StartAsync();
        HoldUntilAllHaveAsked(server, hubs: 2);
        await Task.WhenAll(RunProcessAsync(server), RunProcessAsync(server));
        AssertFetchedOnce(server);
    }

    [Fact]
    public async Task A_lock_that_another_holds_is_waited_for_until_it_is_cancelled()
    {
        await using HubServer server = await HubServer.StartAsync();
        string path = Path.Combine(workspace.Cache, ".locks", "models--someone--a-classifier", $"{server.EtagOf("config.json")}.lock");
        using ModelHub hub = workspace.Hub(server);
        using (await FileLock.AcquireAsync(path, TimeProvider.System, TestEnd))
        {
            using var cancelled = new CancellationTokenSource();
            var asked = new TaskCompletionSource();
            server.Misbehave(HubServer.Head(Model), context =>
            {
                asked.SetResult();
                return server.AnswerFileAsync(context);
            });
            Task<string> waiting = hub.DownloadAsync(HubServer.Repository, cancellationToken: cancelled.Token);
            await asked.Task;
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.Equal(0, server.CountOf("config.json"));
        }

        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        workspace.AssertFiles(Names);
        workspace.AssertSound(server);
    }

    private static async Task RunProcessAsync(HubServer server, string cache)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList =
            {
                "exec", typeof(ManyAtOnceTests).Assembly.Location, "-method", $"{typeof(ManyAtOnceTests).FullName}.{nameof(Several_processes_at_one_cache_fetch_every_file_once)}",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Endpoint] = server.Endpoint.AbsoluteUri;
        start.Environment[Cache] = cache;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestEnd);
        string output = await process.StandardOutput.ReadToEndAsync(TestEnd);
        await process.WaitForExitAsync(TestEnd);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    private Task RunProcessAsync(HubServer server) => RunProcessAsync(server, workspace.Cache);

    // The first content is held back until every hub knows that it is missing.
    private static void HoldUntilAllHaveAsked(HubServer server, int hubs)
    {
        var all = new TaskCompletionSource();
        int asked = 0;
        server.Misbehave(HubServer.Head(Model), [.. Enumerable.Repeat(
            (Microsoft.AspNetCore.Http.HttpContext context) =>
            {
                if (Interlocked.Increment(ref asked) == hubs)
                {
                    all.SetResult();
                }

                return server.AnswerFileAsync(context);
            },
            hubs)]);
        server.Misbehave(server.Content("config.json"), async context =>
        {
            await all.Task;
            await server.AnswerFileAsync(context);
        });
    }

    private void AssertFetchedOnce(HubServer server)
    {
        Assert.All(Names, name => Assert.Equal(1, server.CountOf(name)));
        workspace.AssertFiles(Names);
        workspace.AssertSound(server);
    }
}
