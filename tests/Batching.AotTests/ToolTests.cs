using System.Text;
using Xunit;

namespace Batching.AotTests;

/// <summary>The command line, installed from its package as anybody installs it.</summary>
[Collection<SharedPackages>]
public sealed class ToolTests(Packages packages)
{
    private const string Rows = "id,text\n1,I love this\n2,I hate this so much!\n";

    [Fact]
    public async Task An_installed_tool_does_what_its_readme_shows()
    {
        string folder = await WriteAsync("installed");
        string tools = Path.Combine(folder, "tools");
        await ChildProcess.RunAsync(folder, "dotnet", "tool", "install", Packages.Tool, "--tool-path", tools, "--version", packages.Version);
        string tool = Path.Combine(tools, OperatingSystem.IsWindows() ? "batching.exe" : "batching");
        await ChildProcess.RunAsync(folder, tool, ShownArguments());
        AssertLabels(await File.ReadAllTextAsync(Path.Combine(folder, "labels.csv"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_tool_that_is_not_installed_can_be_run_once()
    {
        string folder = await WriteAsync("once");
        string[] command = ["tool", "exec", $"{Packages.Tool}@{packages.Version}", "--yes", "--", .. ShownArguments()];
        await ChildProcess.RunAsync(folder, "dotnet", command);
        AssertLabels(await File.ReadAllTextAsync(Path.Combine(folder, "labels.csv"), TestContext.Current.CancellationToken));
    }

    private string[] ShownArguments()
    {
        using PackageFile package = packages.Open(Packages.Tool);
        string[] commands = ReadmeExample.Block(Encoding.UTF8.GetString(package.Read("README.md")), "sh").Split('\n');
        return commands.Single(command => command.StartsWith("batching ", StringComparison.Ordinal)).Split(' ')[1..];
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
