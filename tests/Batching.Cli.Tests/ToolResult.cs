using Xunit;

namespace Batching.Cli.Tests;

/// <summary>What a run of the tool left.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of stdout.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public ToolResult Succeeded()
    {
        Assert.Equal("", ExitCode == 0 ? "" : Error);
        return this;
    }

    /// <summary>Ended with the code, and with one sentence or two on one line of stderr that hold all of these words.</summary>
    public void Failed(int exitCode, params string[] words)
    {
        Assert.Equal(exitCode, ExitCode);

        // A slow run says how far it is.
        string line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), said => !said.Contains(" rows/s, ", StringComparison.Ordinal));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
    }
}
