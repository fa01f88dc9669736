using Xunit;

namespace Batching.AotTests;

/// <summary>The command line, installed from its package as anybody installs it.</summary>
[Collection<SharedPackages>]
public sealed class ToolTests(Packages packages)
{
    private const string Rows = "id,text\n1,I love this\n2,I hate this so much!\n";

    [Fact]
    public async Task An_installed_tool_classifies_a_file()
    {
        string folder = await WriteAsync("installed");
        string tools = Path.Combine(folder, "tools");
        await ChildProcess.RunAsync(folder, "dotnet", "tool", "install", "Batching.Cli", "--tool-path", tools, "--version", packages.Version);
        string tool = Path.Combine(tools, OperatingSystem.IsWindows() ? "batching.exe" : "batching");
        AssertLabels(await ChildProcess.RunAsync(folder, tool, "classify", "--input", "reviews.csv", "--keep", "id", "--output-format", "csv"));
    }

    [Fact]
    public async Task A_tool_that_is_not_installed_can_be_run_once()
    {
        string folder = await WriteAsync("once");
        AssertLabels(await ChildProcess.RunAsync(
            folder, "dotnet", "tool", "exec", $"Batching.Cli@{packages.Version}", "--yes", "--",
            "classify", "--input", "reviews.csv", "--keep", "id", "--output-format", "csv"));
    }

    private static void AssertLabels(string csv)
    {
        string[] lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("row,id,label,score", lines[0]);
        Assert.Equal(["1,1,POSITIVE", "2,2,NEGATIVE"], lines[1..].Select(line => line[..line.LastIndexOf(',')]));
    }

    private async Task<string> WriteAsync(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(packages.Folder, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "reviews.csv"), Rows, TestContext.Current.CancellationToken);
        return folder;
    }
}
