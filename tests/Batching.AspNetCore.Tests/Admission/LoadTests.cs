using System.Text.Json;
using Batching.Hosting.Tests;
using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.AspNetCore.Tests.Admission;

/// <summary>What happens when there is more than the server can do.</summary>
public sealed class LoadTests
{
    private const string PoisonedWord = "cat";

    private static Action<IServiceCollection> With(HeldWorker worker) => services =>
        services.PostConfigure<SequenceClassifierHostingOptions>(worker.Configure);

    // What a request sends off reaches the server in its own time.
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RunningServer.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_with_the_time_to_try_again_and_computes_nothing_for_it()
    {
        var worker = new HeldWorker();
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-tokens-waiting", "200"], With(worker));
        using HeldWorker.Hold hold = await worker.HoldAsync(server.Classifier);
        int before = worker.Rows;
        string text = string.Join(' ', Enumerable.Repeat("the", 100));
        Task<JsonElement> waits = server.AskAsync("/predict", $$"""{"inputs": "{{text}}"}""");
        await UntilAsync(() => server.Classifier.QueueStatus!.RowsWaiting == 1);

        foreach ((string path, string inputs) in ((string, string)[])[("/predict", $"[[\"a\"], [\"{text} b\"]]"), ("/", $"[\"a\", \"{text} b\"]")])
        {
            using HttpResponseMessage refused = await server.PostAsync(path, $$"""{"inputs": {{inputs}}}""");
            Assert.Contains("200", await refused.AssertErrorAsync(429, "Overloaded"), StringComparison.Ordinal);
            Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
            Assert.False(refused.Headers.Contains("x-compute-tokens"));
        }

        hold.Dispose();
        Assert.Single((await waits).Predictions());
        await server.AskAsync("/predict", """{"inputs": "afterwards"}""");
        Assert.Equal(before + 2, worker.Rows);
    }

    [Fact]
    public async Task A_request_that_could_never_be_taken_is_no_overload()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-tokens-waiting", "50"]);
        string text = string.Join(' ', Enumerable.Repeat("the", 30));
        using HttpResponseMessage refused = await server.PostAsync("/predict", $$"""{"inputs": [["{{text}}"], ["{{text}} a"]]}""");
        await refused.AssertErrorAsync(422, "Validation");
        Assert.Single((await server.AskAsync("/predict", $$"""{"inputs": "{{text}}"}""")).Predictions());
    }

    [Fact]
    public async Task More_requests_at_a_time_than_allowed_are_refused()
    {
        var worker = new HeldWorker();
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-concurrent-requests", "2"], With(worker));
        using HeldWorker.Hold hold = await worker.HoldAsync(server.Classifier);
        Task<JsonElement>[] waiting = [.. Enumerable.Range(0, 2).Select(i => server.AskAsync("/predict", $$"""{"inputs": "{{i}}"}"""))];
        await UntilAsync(() => server.Classifier.QueueStatus!.RowsWaiting == 2);
        using HttpResponseMessage refused = await server.PostAsync("/tokenize", """{"inputs": "a"}""");
        await refused.AssertErrorAsync(429, "Overloaded");
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));

        // Who looks after the server gets through.
        using HttpResponseMessage health = await server.Client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.True(health.IsSuccessStatusCode);
        hold.Dispose();
        await Task.WhenAll(waiting);
        await server.AskAsync("/tokenize", """{"inputs": "a"}""");
    }

    [Fact]
    public async Task A_client_that_leaves_costs_nothing_more()
    {
        var worker = new HeldWorker();
        await using RunningServer server = await RunningServer.StartSmallAsync(configure: With(worker));
        using HeldWorker.Hold hold = await worker.HoldAsync(server.Classifier);
        int before = worker.Rows;
        using var leaving = new CancellationTokenSource();
        Task<HttpResponseMessage> leaves = server.PostAsync("/predict", """{"inputs": [["leaves"], ["goes"], ["is off"]]}""", leaving.Token);
        Task<JsonElement> stays = server.AskAsync("/predict", """{"inputs": "stays"}""");
        await UntilAsync(() => server.Classifier.QueueStatus!.RowsWaiting == 4);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await UntilAsync(() => server.Classifier.QueueStatus!.RowsWaiting == 1);
        hold.Dispose();
        Assert.Single((await stays).Predictions());
        await server.AskAsync("/predict", """{"inputs": "afterwards"}""");
        Assert.Equal(before + 2, worker.Rows);
    }

    [Fact]
    public async Task A_text_on_which_the_model_fails_fails_its_own_request_and_no_other()
    {
        using var model = new PoisonedModel(Repository.Contract(RunningServer.OneLabel), "model.onnx", PoisonedWord);
        var worker = new HeldWorker();
        await using RunningServer server = await RunningServer.StartAsync(["--model", model.Folder], With(worker));
        using HeldWorker.Hold hold = await worker.HoldAsync(server.Classifier);
        Task<JsonElement>[] good = [.. Enumerable.Range(0, 6).Select(i => server.AskAsync("/predict", $$"""{"inputs": "the {{i}}"}"""))];
        Task<HttpResponseMessage> bad = server.PostAsync("/predict", $$"""{"inputs": [["the a"], ["the {{PoisonedWord}}"], ["the b"]]}""");
        await UntilAsync(() => server.Classifier.QueueStatus!.RowsWaiting == 9);
        hold.Dispose();
        using HttpResponseMessage failed = await bad;
        Assert.Contains("not a finite number", await failed.AssertErrorAsync(424, "Backend"), StringComparison.Ordinal);
        JsonElement[] answers = await Task.WhenAll(good);
        using SequenceClassifier expected = SequenceClassifier.Load(Repository.Contract(RunningServer.OneLabel));
        Assert.All(answers.Index(), answer => Assert.Equal(expected.Classify($"the {answer.Index}").Score, answer.Item.Predictions()[0].Score));
    }

    [Fact]
    public async Task A_reload_under_load_loses_no_request_and_mixes_no_answer()
    {
        const int Callers = 4;
        string[] models = [RunningServer.OneLabel, "bert-regression"];
        string[] texts = [.. Enumerable.Range(0, 30).Select(i => string.Join(' ', Enumerable.Range(0, 1 + (i % 9)).Select(word => $"{i + word}")))];
        var expected = new Dictionary<string, float>[models.Length];
        for (int model = 0; model < models.Length; model++)
        {
            using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract(models[model]));
            expected[model] = texts.ToDictionary(text => text, text => classifier.Classify(text).Logits.Span[0], StringComparer.Ordinal);
        }

        await using RunningServer server = await RunningServer.StartSmallAsync();
        bool isOver = false;
        Task<int>[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            int answered = 0;
            for (int i = caller; !Volatile.Read(ref isOver) || answered == 0; i++)
            {
                string[] batch = [texts[i % texts.Length], texts[(i + 7) % texts.Length]];
                JsonElement answer = await server.AskAsync("/predict", $$"""{"inputs": [["{{batch[0]}}"], ["{{batch[1]}}"]], "raw_scores": true}""");
                float[] logits = [.. answer.EnumerateArray().Select(list => list.Predictions().Single().Score)];
                Assert.Contains(expected, of => of[batch[0]] == logits[0] && of[batch[1]] == logits[1]);
                answered++;
            }

            return answered;
        }))];
        for (int reload = 1; reload <= 4; reload++)
        {
            await server.Classifier.ReloadAsync(Repository.Contract(models[reload % 2]));
            JsonElement answer = await server.AskAsync("/predict", $$"""{"inputs": "{{texts[reload]}}", "raw_scores": true}""");
            Assert.Equal(expected[reload % 2][texts[reload]], answer.Predictions()[0].Score);
        }

        Volatile.Write(ref isOver, true);
        Assert.All(await Task.WhenAll(callers).WaitAsync(RunningServer.Patience), answered => Assert.True(answered > 0));
    }
}
