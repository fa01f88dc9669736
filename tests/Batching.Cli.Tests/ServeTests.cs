using System.Diagnostics;
using System.Net.Http.Json;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>The server, as a command of the tool.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task Serve_answers_over_HTTP()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process process = Tool.Start("serve", "--port", "0", "--model", Tool.SmallModel);
        try
        {
            string address = await AfterAsync(process.StandardOutput, "Now listening on: ");
            await AfterAsync(process.StandardOutput, " is ready after ");
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            HttpResponseMessage answer = await client.PostAsJsonAsync("predict", new { inputs = "a man" }, cancellationToken);
            answer.EnsureSuccessStatusCode();
            Assert.Contains("\"score\":", await answer.Content.ReadAsStringAsync(cancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Its_options_are_the_servers_and_what_is_misspelt_ends_with_2()
    {
        ToolResult help = (await Tool.RunAsync("serve", "--help")).Succeeded();
        Assert.Contains("batching serve", help.Output, StringComparison.Ordinal);
        Assert.Contains("--port", help.Output, StringComparison.Ordinal);
        (await Tool.RunAsync("serve", "--no-such-option", "1")).Failed(2, "--no-such-option");
    }

    // What follows the words on the line that has them.
    private static async Task<string> AfterAsync(StreamReader output, string words)
    {
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            int index = line.IndexOf(words, StringComparison.Ordinal);
            if (index >= 0)
            {
                return line[(index + words.Length)..].Trim();
            }
        }

        throw new InvalidOperationException($"The server ended without '{words}'.");
    }
}
