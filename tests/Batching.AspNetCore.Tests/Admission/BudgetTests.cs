using System.Text.Json;
using Batching.AspNetCore.Admission;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.AspNetCore.Tests.Admission;

/// <summary>What a request costs is known before it is spent; nobody takes what all need, by much, by many or by slowness.</summary>
public sealed class BudgetTests
{
    private const string Small = """{"inputs": "a"}""";

    private static RequestBudget BudgetOf(RunningServer server) => server.Services.GetRequiredService<RequestBudget>();

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("a", count));

    // What the server counts changes in its own time.
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
    public async Task A_text_of_more_tokens_than_the_server_takes_is_refused_on_every_endpoint()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-tokens-waiting", "1000", "--Batching:Classifier:LongText", "Windows"]);
        string text = Words(1_001);
        foreach ((string path, string body) in ((string, string)[])
            [
                ("/predict", $$"""{"inputs": "{{text}}"}"""), ("/", $$"""{"inputs": "{{text}}"}"""), ("/inspect", $$"""{"inputs": "{{text}}"}"""),
                ("/tokenize", $$"""{"inputs": "{{text}}"}"""), ("/tokenize", $$"""{"inputs": ["{{Words(500)}}", "{{Words(501)}}"], "add_special_tokens": false}"""),
                ("/rerank", $$"""{"query": "a", "texts": ["{{text}}"]}"""),
            ])
        {
            using HttpResponseMessage refused = await server.PostAsync(path, body);
            Assert.Contains("1000", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
        }

        JsonElement whole = await server.AskAsync("/tokenize", $$"""{"inputs": "{{Words(1_000)}}", "add_special_tokens": false}""");
        Assert.Equal(1_000, whole[0].GetArrayLength());
    }

    [Fact]
    public async Task A_body_of_two_megabytes_is_no_answer_of_many_more()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        using HttpResponseMessage refused = await server.PostAsync("/tokenize", $$"""{"inputs": "{{new string('!', 1_990_000)}}"}""");
        Assert.Contains("the 65536 that", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
        Assert.Equal((0, 0L), (BudgetOf(server).UnderWay, BudgetOf(server).Bytes));
    }

    [Theory]
    [InlineData("/predict", """{"inputs": [["a"], ["a"], ["a"], ["a"]]}""")]
    [InlineData("/", """{"inputs": ["a", "a", "a", "a"]}""")]
    [InlineData("/rerank", """{"query": "a", "texts": ["a", "a", "a", "a"], "return_text": true}""")]
    [InlineData("/tokenize", """{"inputs": ["a", "a"]}""")]
    [InlineData("/inspect", """{"inputs": ["a", "a"]}""")]
    public async Task An_answer_that_would_be_too_long_is_refused_before_anything_is_computed(string path, string body)
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--Batching:Server:MaxAnswerBytes", "250"]);
        using HttpResponseMessage refused = await server.PostAsync(path, body);
        Assert.Contains("at most 250", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
        Assert.False(refused.Headers.Contains("x-compute-tokens"));
    }

    [Theory]
    [InlineData("/predict", """{"inputs": [["TEXT"], ["a", "TEXT"]]}""")]
    [InlineData("/", """{"inputs": ["TEXT", {"text": "a", "text_pair": "TEXT"}]}""")]
    [InlineData("/rerank", """{"query": "a", "texts": ["TEXT", "a"], "return_text": true}""")]
    [InlineData("/tokenize", """{"inputs": ["TEXT", "a"]}""")]
    [InlineData("/inspect", """{"inputs": ["TEXT", "a"]}""")]
    public async Task An_answer_is_no_longer_than_was_counted(string path, string body)
    {
        // Characters that are escaped, beyond the basic plane, unknown to the vocabulary, and plain.
        string text = string.Concat(Enumerable.Repeat("\\u0001 \\\" \\ud83d\\ude00 我 the where ", 10));
        await using RunningServer server = await RunningServer.StartSmallAsync();
        using HttpResponseMessage response = await server.PostAsync(path, body.Replace("TEXT", text, StringComparison.Ordinal));
        int length = (await response.Content.ReadAsByteArrayAsync()).Length;
        Assert.True(response.IsSuccessStatusCode);
        await using RunningServer stricter = await RunningServer.StartSmallAsync(["--Batching:Server:MaxAnswerBytes", $"{length - 1}"]);
        using HttpResponseMessage refused = await stricter.PostAsync(path, body.Replace("TEXT", text, StringComparison.Ordinal));
        await refused.AssertErrorAsync(422, "Validation");
    }

    [Fact]
    public async Task Where_the_sum_is_too_much_large_requests_are_told_to_try_again_and_small_ones_are_served()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--Batching:Server:MaxBytesUnderWay", "2000000"]);
        Uri address = server.Client.BaseAddress!;
        string half = $$"""{"inputs": "{{new string('a', 990_000)}}""";
        using RawClient first = await RawClient.PostAsync(address, "/tokenize", 1_500_000, half);
        await UntilAsync(() => BudgetOf(server).Bytes > 900_000);
        using RawClient second = await RawClient.PostAsync(address, "/tokenize", 1_500_000, half);
        await UntilAsync(() => BudgetOf(server).Bytes > 1_800_000);
        using RawClient third = await RawClient.PostAsync(address, "/tokenize", 1_500_000, half);
        Assert.Contains("429", await third.StatusAsync(), StringComparison.Ordinal);
        await server.AskAsync("/tokenize", Small);
        using HttpResponseMessage never = await server.PostAsync("/tokenize", $$"""{"inputs": "{{new string('a', 200_000)}}"}""");
        await never.AssertErrorAsync(422, "Validation");
        first.Dispose();
        second.Dispose();
        await UntilAsync(() => BudgetOf(server).Bytes == 0);
    }

    [Fact]
    public async Task Clients_that_send_slowly_keep_nobody_out_until_their_bodies_are_there()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-concurrent-requests", "1"]);
        var slow = new List<RawClient>();
        for (int i = 0; i < 20; i++)
        {
            slow.Add(await RawClient.PostAsync(server.Client.BaseAddress!, "/predict", Small.Length, Small[..^1]));
        }

        await server.AskAsync("/predict", Small);
        foreach (RawClient client in slow)
        {
            await client.SendAsync("}");
            Assert.Contains("200", await client.StatusAsync(), StringComparison.Ordinal);
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_body_that_does_not_come_in_time_is_waited_for_no_longer()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--Batching:Server:TransferTimeout", "100ms"]);
        using RawClient slow = await RawClient.PostAsync(server.Client.BaseAddress!, "/predict", 1_000_000, """{"inputs": "a""");
        Assert.Contains("408", await slow.StatusAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_read_slowly_keep_nobody_out_and_are_left_in_the_end()
    {
        string[] args = ["--max-concurrent-requests", "1"];
        string body = $$"""{"inputs": "{{Words(65_000)}}"}""";
        await using RunningServer server = await RunningServer.StartSmallAsync(args);
        using RawClient slow = await RawClient.PostAsync(server.Client.BaseAddress!, "/tokenize", body.Length, body);
        Assert.Contains("200", await slow.StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(0, BudgetOf(server).UnderWay);
        Assert.True(BudgetOf(server).Bytes > 1_000_000);
        await server.AskAsync("/predict", Small);

        await using RunningServer impatient = await RunningServer.StartSmallAsync([.. args, "--Batching:Server:TransferTimeout", "2s"]);
        using RawClient left = await RawClient.PostAsync(impatient.Client.BaseAddress!, "/tokenize", body.Length, body);
        Assert.Contains("200", await left.StatusAsync(), StringComparison.Ordinal);
        await UntilAsync(() => BudgetOf(impatient).Bytes == 0);
        await impatient.AskAsync("/predict", Small);
    }

    [Fact]
    public async Task A_query_is_counted_with_each_of_its_texts()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        using HttpResponseMessage refused = await server.PostAsync(
            "/rerank", $$"""{"query": "{{Words(100_000)}}", "texts": [{{string.Join(", ", Enumerable.Repeat("\"a\"", 32))}}]}""");
        Assert.Contains("6400000 characters", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }
}
