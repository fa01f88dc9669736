using System.Diagnostics;
using System.Globalization;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>
/// The server for a long time, asked over HTTP by honest clients on every endpoint, each of whose answers has to be, byte for
/// byte, what was answered before the load; and by hostile ones, which must neither change that nor make memory grow.
/// </summary>
internal static class ServerSoak
{
    private const int HonestCount = 4;
    private const int HostileCount = 100;

    // What the garbage collector keeps differs from moment to moment; a leak of the hostile clients' bytes would be many times this.
    private const double MostGrowth = 0.25;

    // What the server may estimate for all requests is 268 MB; the heap is larger than what is alive in it, and the pools of
    // buffers keep some of each size for every thread.
    private const double MostMegabytesOfLoad = 4 * 268;

    // In less time the pools and the heap are still filling up to the size that they keep.
    private static readonly TimeSpan TimeToFill = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Warmth = TimeSpan.FromSeconds(120);

    /// <summary>Goes on for the time given, and writes what came of it.</summary>
    /// <returns>0 where all was well, otherwise 1.</returns>
    public static async Task<int> RunAsync(TimeSpan time)
    {
        string model = Path.Combine(Repository.Root, "tests", "Batching.Tests", "Contracts", "bert-one-label");
        using ServerProcess server = await ServerProcess.StartAsync(model).ConfigureAwait(false);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = HonestCount + HostileCount }) { BaseAddress = server.Address };
        await WaitUntilReadyAsync(client).ConfigureAwait(false);
        var counts = new ServerSoakCounts();
        HonestRequest[] requests = await HonestRequest.AskAloneAsync(client, model).ConfigureAwait(false);

        double before = server.ResidentBytes() / 1e6;
        using var over = new CancellationTokenSource(time);
        var megabytes = new List<double>();
        Task[] clients =
        [
            .. Enumerable.Range(0, HonestCount).Select(first => Task.Run(() => AskAsync(client, requests, first, counts, over.Token))),
            .. Enumerable.Range(0, HostileCount).Select(seed => Task.Run(() => new HostileClient(server.Address, client, new Random(seed), counts).RunAsync(over.Token))),
            Task.Run(() => WatchAsync(server, megabytes, over.Token)),
        ];
        await Task.WhenAll(clients).ConfigureAwait(false);

        // Whatever came, it goes on.
        foreach (HonestRequest request in requests)
        {
            await request.AskAsync(client, counts, CancellationToken.None).ConfigureAwait(false);
        }

        return Tell(counts, requests, before, megabytes, time);
    }

    private static async Task AskAsync(HttpClient client, HonestRequest[] requests, int first, ServerSoakCounts counts, CancellationToken over)
    {
        for (int i = first; !over.IsCancellationRequested; i++)
        {
            await requests[i % requests.Length].AskAsync(client, counts, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task WatchAsync(ServerProcess server, List<double> megabytes, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                megabytes.Add(server.ResidentBytes() / 1e6);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
    }

    private static async Task WaitUntilReadyAsync(HttpClient client)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            using HttpResponseMessage health = await client.GetAsync(new Uri("/health", UriKind.Relative)).ConfigureAwait(false);
            if (health.IsSuccessStatusCode)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > Warmth)
            {
                throw new InvalidOperationException($"The server is not ready after {Warmth}: {health.StatusCode}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
        }
    }

    private static int Tell(ServerSoakCounts counts, HonestRequest[] requests, double before, List<double> megabytes, TimeSpan time)
    {
        double[] fifths = [.. megabytes.Chunk((megabytes.Count + 4) / 5).Select(part => Spread.Of(part).Median)];
        (double warm, double end) = (fifths[1], fifths[^1]);
        List<string> failures = [];
        if (counts.FirstWrong is { } wrong)
        {
            failures.Add($"{counts.WrongCount} answers were wrong. The first: {wrong}");
        }

        if (Array.Find(requests, request => request.Answers < 2) is { } unanswered)
        {
            failures.Add($"Hostile clients kept honest ones out: {unanswered.Path} was not answered.");
        }

        if (megabytes.Max() > before + MostMegabytesOfLoad)
        {
            failures.Add($"The load took more than {MostMegabytesOfLoad} MB.");
        }

        if (time >= TimeToFill && end > warm * (1 + MostGrowth))
        {
            failures.Add($"Memory grew by more than {MostGrowth:P0}.");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.AnsweredCount} honest requests answered byte for byte, {counts.RefusedCount} told to try again, {counts.HostileCount} hostile ones survived, {counts.WrongCount} wrong. Resident memory {before:0} MB before, {string.Join(", ", fifths.Select(part => Math.Round(part)))} MB in each fifth of the time, at most {megabytes.Max():0} MB."));
        failures.ForEach(Console.Error.WriteLine);
        return failures.Count == 0 ? 0 : 1;
    }
}
