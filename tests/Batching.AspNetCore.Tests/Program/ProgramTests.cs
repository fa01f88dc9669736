using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Batching.Tests;

namespace Batching.AspNetCore.Tests.Program;

/// <summary>The server as who starts it sees it: arguments, the environment, exit codes and signals.</summary>
public sealed class ProgramTests
{
    private static readonly string[] Small = ["--port", "0", "--model", Repository.Contract(RunningServer.OneLabel)];

    [Theory]
    [InlineData("--apikey SECRET", "--apikey", "--api-key")]
    [InlineData("--apikey=SECRET", "--apikey", "--api-key")]
    [InlineData("--prot 1", "--prot", "--port")]
    [InlineData("--max-concurrent-request 1", "--max-concurrent-request", "--max-concurrent-requests")]
    [InlineData("--unheard-of SECRET", "--unheard-of", "--help")]
    [InlineData("SECRET", "argument", "--help")]
    [InlineData("port=SECRET", "argument", "--help")]
    [InlineData("/port SECRET", "argument", "--help")]
    [InlineData("--api-key", "--api-key", "no value")]
    [InlineData("--api-key --port 0", "--api-key", "no value")]
    [InlineData("--port 0 -p 0", "-p", "already")]
    [InlineData("--max-batch-tokens 100", "--max-batch-tokens", "--max-tokens-waiting")]
    [InlineData("--revision SECRET", "--revision", "--model")]
    [InlineData("--pooling mean", "--pooling", "embeddings")]
    [InlineData("--hf-token SECRET", "--hf-token", "downloads nothing")]
    [InlineData("--cors-allow-origin SECRET", "--cors-allow-origin", "proxy")]
    [InlineData("--model-id organization/name", "--model-id", "no folder")]
    [InlineData("--Batching:ApiKey SECRET", "Batching:ApiKey", "Batching:Server:ApiKey")]
    [InlineData("--Batching:Server:Apikeys SECRET", "Batching:Server:Apikeys", "ApiKey")]
    [InlineData("--Batching:Classifier:MaxLenght 5", "Batching:Classifier:MaxLenght", "MaxLength")]
    [InlineData("--Batching:Classifier:Load x", "Batching:Classifier:Load", "no option")]
    [InlineData("--Batching:Server:Port:Number 5", "Batching:Server:Port:Number", "one value")]
    [InlineData("--Batching:Server SECRET", "Batching:Server", "section")]
    [InlineData("--urls https://127.0.0.1:0", "https://127.0.0.1:0", "TLS")]
    [InlineData("--urls nonsense", "nonsense", "no address")]
    [InlineData("--urls http://127.0.0.1:0 --port 0", "urls", "Port")]
    [InlineData("--Batching:Server:TransferTimeout soon", "TransferTimeout", "30s")]
    public async Task What_is_no_option_is_refused_by_name_and_never_by_value(string arguments, string named, string fix)
    {
        (int exitCode, _, string errors) = await RunningProgram.RunAsync(arguments.Split(' '));
        Assert.Equal(2, exitCode);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Contains(fix, line, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BATCHING__APIKEY", "Batching:Server:ApiKey")]
    [InlineData("Batching__Server__ApiKeyForProbe", "ApiKeyForProbes")]
    [InlineData("Batching__Classifier__ModelFolders", "ModelFolder")]
    public async Task The_environment_is_read_as_strictly(string name, string meant)
    {
        (int exitCode, _, string errors) = await RunningProgram.RunAsync(["--port", "0"], new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "SECRET" });
        Assert.Equal(2, exitCode);
        Assert.Contains(name.Replace("__", ":", StringComparison.Ordinal), errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(meant, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" secret")]
    [InlineData("secret ")]
    [InlineData("secret\n")]
    [InlineData("secret\u00A0")]
    [InlineData("sec\tret")]
    public async Task A_key_that_no_header_carries_is_refused(string key)
    {
        (int exitCode, _, string errors) = await RunningProgram.RunAsync(["--port", "0"], new Dictionary<string, string>(StringComparer.Ordinal) { ["BATCHING__SERVER__APIKEY"] = key });
        Assert.Equal(2, exitCode);
        Assert.Contains("ApiKey has white space at an end", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_helps_and_starts_no_server(string argument)
    {
        (int exitCode, string output, string errors) = await RunningProgram.RunAsync(["--api-key", "secret", argument]);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.All((string[])["--model", "--model-id", "--port", "--api-key", "--urls", "--max-client-batch-size"], name => Assert.Contains(name, output, StringComparison.Ordinal));
        Assert.DoesNotContain("listening", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_text_embeddings_inference_mean_the_same()
    {
        using RunningProgram program = RunningProgram.Start(
        [
            "--model-id", Repository.Contract(RunningServer.OneLabel), "-p", "0", "--hostname", "127.0.0.1", "--served-model-name", "name", "--dtype", "float32",
            "--max-client-batch-size", "3", "--max-concurrent-requests", "4", "--payload-limit", "1000", "--auto-truncate", "--api-key", "secret",
        ]);
        using var client = new HttpClient { BaseAddress = await program.ListenAsync() };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        JsonElement info = JsonElement.Parse(await GetWhenReadyAsync(client, "/info"));
        Assert.Equal(
            ("name", "float32", 3, 4, true),
            (info.GetProperty("model_id").GetString(), info.GetProperty("model_dtype").GetString(), info.GetProperty("max_client_batch_size").GetInt32(),
                info.GetProperty("max_concurrent_requests").GetInt32(), info.GetProperty("auto_truncate").GetBoolean()));
    }

    [Theory]
    [InlineData("--urls", "http://127.0.0.1:0")]
    [InlineData("--urls", "http://[::1]:0")]
    [InlineData("--hostname", "::1")]
    public async Task It_listens_where_it_is_told(string name, string address)
    {
        string[] port = name == "--urls" ? [] : ["--port", "0"];
        using RunningProgram program = RunningProgram.Start([name, address, .. port, "--model", Repository.Contract(RunningServer.OneLabel)]);
        Uri listening = await program.ListenAsync();
        Assert.Contains(address.Replace("http://", "", StringComparison.Ordinal).Replace(":0", "", StringComparison.Ordinal), listening.Host, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = listening };
        using HttpResponseMessage live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_an_exit_code_of_its_own()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        (int exitCode, string output, string errors) = await RunningProgram.RunAsync(["--model", Repository.Contract(RunningServer.OneLabel), "--port", port]);
        Assert.Equal(4, exitCode);
        Assert.Contains($"127.0.0.1:{port}", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_line_and_the_same_exit_code()
    {
        (int exitCode, string output, string errors) = await RunningProgram.RunAsync(["--model", Repository.Contract(RunningServer.OneLabel), "--hostname", "192.0.2.1", "--port", "0"]);
        Assert.Equal(4, exitCode);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    public async Task A_signal_to_stop_answers_what_was_taken(string signal, int number)
    {
        using RunningProgram program = RunningProgram.Start(Small);
        using var client = new HttpClient { BaseAddress = await program.ListenAsync() };
        await GetWhenReadyAsync(client, "/health");
        Assert.SkipWhen(program.Ignores(number), $"Whoever runs the tests has SIG{signal} ignored.");

        // More than is done by the time that the signal comes.
        string body = JsonSerializer.Serialize(new { inputs = Enumerable.Range(0, 32).Select(i => (string[])[string.Join(' ', Enumerable.Range(i, 300))]) });
        Task<HttpResponseMessage>[] taken = [.. Enumerable.Range(0, 8).Select(_ => client.PostAsync(new Uri("/predict", UriKind.Relative), new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))))];
        await UntilUnderWayAsync(client, taken);
        await program.SignalAsync(signal);
        Assert.Equal(0, await program.ExitAsync());
        foreach (HttpResponseMessage answer in await Task.WhenAll(taken))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(32, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetArrayLength());
        }
    }

    private static async Task UntilUnderWayAsync(HttpClient client, Task<HttpResponseMessage>[] taken)
    {
        int underWay;
        do
        {
            JsonElement status = JsonElement.Parse(await client.GetStringAsync(new Uri("/status", UriKind.Relative)));
            underWay = status.GetProperty("requests_under_way").GetInt32();
        }
        while (underWay + taken.Count(task => task.IsCompleted) < taken.Length);
    }

    private static async Task<string> GetWhenReadyAsync(HttpClient client, string path)
    {
        using var patience = new CancellationTokenSource(RunningServer.Patience);
        while (true)
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return await response.Content.ReadAsStringAsync(patience.Token);
            }

            await Task.Yield();
        }
    }
}
