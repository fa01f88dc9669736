using Xunit;

namespace Batching.Tests.Hub;

/// <summary>Downloads that break off, for whatever reason, go on where they ended.</summary>
public sealed class BrokenDownloadTests : IDisposable
{
    private const string Model = "onnx/model.onnx";
    private const int Half = 3 << 20;

    private readonly HubWorkspace workspace = new();
    private readonly ImpatientClock clock = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_download_that_is_cut_off_goes_on_where_it_ended()
    {
        await using HubServer server = await StartAsync();
        server.Misbehave(server.Content(Model), server.CutOff(Model, Half));
        await DownloadAsync(server);
        string?[] ranges = RangesOf(server);
        Assert.Equal(2, ranges.Length);
        Assert.Null(ranges[0]);
        Assert.InRange(StartOf(ranges[1]), 1, Half);
    }

    [Fact]
    public async Task A_download_that_is_cut_off_again_and_again_goes_on_as_long_as_it_gets_on()
    {
        await using HubServer server = await StartAsync(length: 12 << 20);

        // Every other time nothing comes at all.
        server.Misbehave(server.Content(Model), [.. Enumerable.Range(1, 9).SelectMany(part => (Func<Microsoft.AspNetCore.Http.HttpContext, Task>[])
            [server.CutOff(Model, part * 5 << 18), HubServer.Status(503)])]);
        await DownloadAsync(server);
        Assert.Equal(RangesOf(server).Select(StartOf).Order(), RangesOf(server).Select(StartOf));
    }

    [Fact]
    public async Task A_download_that_does_not_get_on_is_given_up_and_kept()
    {
        await using HubServer server = await StartAsync();
        server.Misbehave(server.Content(Model), server.CutOff(Model, Half));
        server.AlwaysMisbehave(server.Content(Model), HubServer.Status(503));
        using (ModelHub hub = workspace.Hub(server, clock))
        {
            var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
            Assert.Contains("what was downloaded is kept", refusal.Message, StringComparison.Ordinal);
        }

        long kept = new FileInfo(Assert.Single(workspace.Incomplete())).Length;
        Assert.InRange(kept, 1, Half);
        workspace.AssertSound(server);
        server.Behave();
        await DownloadAsync(server);
        Assert.Equal(kept, StartOf(RangesOf(server)[^1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Half)]
    public async Task A_server_that_goes_silent_is_asked_again(int length)
    {
        await using HubServer server = await StartAsync();
        server.Misbehave(server.Content(Model), server.Stall(Model, length, clock.StallOnce));
        server.Misbehave(HubServer.IsListing, server.Stall("config.json", 2, clock.StallOnce));
        server.Misbehave(HubServer.Head(Model), Silence);
        await DownloadAsync(server);
        Assert.Equal(2, RangesOf(server).Length);
        Assert.Equal(3, clock.Pauses.Count);

        async Task Silence(Microsoft.AspNetCore.Http.HttpContext context)
        {
            clock.StallOnce();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    [Fact]
    public async Task A_download_that_was_cancelled_is_resumed_by_the_next()
    {
        await using HubServer server = await StartAsync();
        using var cancelled = new CancellationTokenSource();
        using ModelHub hub = workspace.Hub(server, clock);
        var reports = new ProgressRecord(report =>
        {
            if (report.File == Model && report.FileBytes >= Half)
            {
                cancelled.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hub.DownloadAsync(HubServer.Repository, progress: reports, cancellationToken: cancelled.Token));

        long kept = new FileInfo(Assert.Single(workspace.Incomplete())).Length;
        Assert.InRange(kept, Half, server.Files[Model].Length - 1);
        Assert.False(File.Exists(Path.Combine(workspace.Snapshot, Model)));
        Assert.False(Directory.Exists(Path.Combine(workspace.Repository, "refs")));
        workspace.AssertSound(server);

        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        Assert.Equal(kept, StartOf(RangesOf(server)[^1]));
        Assert.Equal(2, RangesOf(server).Length);
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task A_download_that_was_cancelled_before_it_began_sends_nothing()
    {
        await using HubServer server = await StartAsync();
        using ModelHub hub = workspace.Hub(server, clock);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_server_that_ignores_the_range_is_read_from_the_start()
    {
        await using HubServer server = await StartAsync();
        server.Misbehave(server.Content(Model), server.CutOff(Model, Half), context =>
        {
            context.Request.Headers.Range = default;
            return HubServer.SendAsync(context, server.Files[Model]);
        });
        await DownloadAsync(server);
        Assert.Equal(2, RangesOf(server).Length);
    }

    [Theory]
    [InlineData(416, null)]
    [InlineData(206, null)]
    [InlineData(206, "bytes 5-9/10")]
    [InlineData(206, "bytes 0-5/6")]
    public async Task A_server_that_does_not_go_on_where_it_ended_is_asked_from_the_start(int status, string? range)
    {
        await using HubServer server = await StartAsync();
        (string, string)[] headers = range is null ? [] : [("Content-Range", range)];
        server.Misbehave(server.Content(Model), server.CutOff(Model, Half), HubServer.Status(status, headers));
        await DownloadAsync(server);
        Assert.Equal(3, RangesOf(server).Length);
        Assert.Null(RangesOf(server)[^1]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(6 << 20)]
    [InlineData(7 << 20)]
    public async Task What_an_earlier_run_left_is_not_trusted(int length)
    {
        await using HubServer server = await StartAsync();
        Directory.CreateDirectory(Path.Combine(workspace.Repository, "blobs"));
        await File.WriteAllBytesAsync($"{workspace.Blob(server.EtagOf(Model))}.incomplete", [.. Enumerable.Repeat((byte)7, length)], TestEnd);
        await DownloadAsync(server);
        Assert.Null(RangesOf(server)[^1]);
    }

    [Fact]
    public async Task What_an_earlier_run_downloaded_whole_is_not_downloaded_again()
    {
        await using HubServer server = await StartAsync();
        Directory.CreateDirectory(Path.Combine(workspace.Repository, "blobs"));
        await File.WriteAllBytesAsync($"{workspace.Blob(server.EtagOf(Model))}.incomplete", server.Files[Model], TestEnd);
        await File.WriteAllBytesAsync(workspace.Blob(server.EtagOf("vocab.txt")), server.Files["vocab.txt"], TestEnd);
        await DownloadAsync(server);
        Assert.Empty(RangesOf(server));
        Assert.Equal(0, server.CountOf("vocab.txt"));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        await using HubServer server = await StartAsync();
        server.Files["special_tokens_map.json"] = [];
        await DownloadAsync(server);
        Assert.True(File.Exists(Path.Combine(workspace.Snapshot, "special_tokens_map.json")));
    }

    private static async Task<HubServer> StartAsync(int length = 6 << 20)
    {
        HubServer server = await HubServer.StartAsync();
        var content = new byte[length];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(i * 31 / 7);
        }

        server.Files[Model] = content;
        return server;
    }

    private static int StartOf(string? range) => range is null ? 0 : int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);

    // The requests for the model's content, which is on the second server.
    private static string?[] RangesOf(HubServer server) =>
        [.. server.Requests.Where(request => request is { IsForContents: true, Method: "GET" }).Select(request => request.Range)];

    private async Task DownloadAsync(HubServer server)
    {
        using ModelHub hub = workspace.Hub(server, clock);
        await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        Assert.Empty(workspace.Incomplete());
        Assert.True(File.Exists(Path.Combine(workspace.Snapshot, Model)));
        workspace.AssertSound(server);
    }
}
