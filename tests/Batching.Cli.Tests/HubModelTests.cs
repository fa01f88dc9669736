using System.Diagnostics;
using System.Text.Json.Nodes;
using Batching.Tests.Hub;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>The command line tool with a model that it downloads.</summary>
public sealed class HubModelTests : IDisposable
{
    private readonly HubWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("@v1")]
    public async Task A_model_of_a_hub_is_downloaded_and_classifies(string revision)
    {
        await using HubServer server = await HubServer.StartAsync();
        ToolResult downloaded = (await RunAsync(server, "logits", $"hub:{HubServer.Repository}{revision}")).Succeeded();
        ToolResult folder = (await RunAsync(server, "logits", Tool.SmallModel)).Succeeded();
        Assert.Equal(folder.Output, downloaded.Output);
        Assert.NotNull(JsonNode.Parse(Assert.Single(downloaded.Lines))!["logits"]);
        Assert.Contains("Downloading onnx/model.onnx: ", downloaded.Error, StringComparison.Ordinal);
        workspace.AssertSound(server);
    }

    [Fact]
    public async Task A_file_is_classified_with_a_model_of_a_hub()
    {
        await using HubServer server = await HubServer.StartAsync();
        Assert.Single((await RunAsync(server, "classify", $"hub:{HubServer.Repository}")).Succeeded().Lines);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_ends_with_3()
    {
        await using HubServer server = await HubServer.StartAsync();
        (await RunAsync(server, "logits", "hub:someone/else")).Failed(3, "someone/else", "404");
    }

    [Fact]
    public async Task A_name_that_no_repository_has_ends_with_2()
    {
        await using HubServer server = await HubServer.StartAsync();
        (await RunAsync(server, "logits", "hub:../../x")).Failed(2, "'../../x'", "organization/name");
    }

    private async Task<ToolResult> RunAsync(HubServer server, string command, string model)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HF_ENDPOINT"] = server.Endpoint.AbsoluteUri,
            ["HF_HUB_CACHE"] = workspace.Cache,
            ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1",
            ["NO_PROXY"] = "127.0.0.1",
        };
        using Process process = Tool.Start(environment, command, "--model", model);
        return await Tool.FinishAsync(process, "a man\n");
    }
}
