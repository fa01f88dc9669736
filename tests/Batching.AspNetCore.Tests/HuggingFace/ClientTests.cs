using System.Diagnostics;
using System.Text.Json;
using Batching.Tests;

namespace Batching.AspNetCore.Tests.HuggingFace;

/// <summary>Clients that know nothing of this server; skipped where they are not installed.</summary>
public sealed class ClientTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    private const string Text = "a gripping, funny film";

    [Fact]
    public async Task Curl_asks_predict()
    {
        Assert.SkipUnless(IsThere("curl", "--version"), "There is no curl.");
        string answer = await RunAsync(
            "curl", "-sS", "--fail-with-body", new Uri(fixture.Server.Client.BaseAddress!, "/predict").ToString(), "--json", $$"""{"inputs": "{{Text}}"}""");
        Assert.Equal(fixture.Expected(Text).Score, JsonElement.Parse(answer)[0].GetProperty("score").GetSingle());
    }

    [Fact]
    public async Task The_JavaScript_client_of_Hugging_Face_asks_the_inference_api()
    {
        string folder = Path.Combine(Repository.Root, "tests", "Batching.AspNetCore.Tests", "clients");
        Assert.SkipUnless(
            IsThere("node", "--version") && Directory.Exists(Path.Combine(folder, "node_modules")),
            "There is no node, or the npm package @huggingface/inference is not installed in tests/Batching.AspNetCore.Tests/clients.");
        string answer = await RunAsync("node", Path.Combine(folder, "classify.mjs"), fixture.Server.Client.BaseAddress!.ToString(), Text);
        Assert.Equal(
            fixture.Expected(Text).TopK(2).Select(label => (label.Label, label.Score)),
            JsonElement.Parse(answer).Predictions());
    }

    private static bool IsThere(string program, string argument)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, argument) { UseShellExecute = false, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{output} {await error}");
        return output;
    }
}
