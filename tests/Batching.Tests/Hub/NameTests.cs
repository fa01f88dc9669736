using Batching.Hub;
using CsCheck;
using Xunit;

namespace Batching.Tests.Hub;

/// <summary>Names of repositories, revisions and files that cannot be such are refused before anything is sent or written.</summary>
public sealed class NameTests : IDisposable
{
    private readonly HubWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a/b/c")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("../../x")]
    [InlineData("a/..")]
    [InlineData("a\\b")]
    [InlineData("C:\\x")]
    [InlineData("C:x")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a--b")]
    [InlineData("a/b--c")]
    [InlineData("a/b..c")]
    [InlineData("a/-b")]
    [InlineData("a/b.")]
    [InlineData("a/b.git")]
    [InlineData("a/b%2fc")]
    [InlineData("a/b?c")]
    [InlineData("a/b#c")]
    [InlineData("a/ünïcödé")]
    [InlineData("https://huggingface.co/a/b")]
    public Task A_name_that_no_repository_has_is_refused(string repository) => RefusedAsync(repository, "main", null, "repository");

    [Fact]
    public Task A_name_that_is_too_long_is_refused() => RefusedAsync($"a/{new string('b', 97)}", "main", null, "repository");

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../../x")]
    [InlineData("/main")]
    [InlineData("main/")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("C:\\x")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("con")]
    [InlineData("a/NUL.txt")]
    [InlineData("a.")]
    [InlineData("\ud800")]
    public Task A_revision_that_cannot_be_one_is_refused(string revision) => RefusedAsync(HubServer.Repository, revision, null, "revision");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData("../../x")]
    [InlineData("onnx/../../model.onnx")]
    [InlineData("./model.onnx")]
    [InlineData("/model.onnx")]
    [InlineData("onnx\\model.onnx")]
    [InlineData("..\\model.onnx")]
    [InlineData("\\\\host\\share\\model.onnx")]
    [InlineData("C:/model.onnx")]
    [InlineData("C:model.onnx")]
    [InlineData("model.onnx:stream")]
    [InlineData("model\0.onnx")]
    [InlineData("model\u0001.onnx")]
    [InlineData("aux")]
    [InlineData("aux.onnx")]
    [InlineData("onnx/COM1.onnx")]
    [InlineData("model.onnx.")]
    [InlineData("model.onnx ")]
    public Task A_model_file_that_cannot_be_one_is_refused(string file) => RefusedAsync(HubServer.Repository, "main", file, "options");

    [Fact]
    public void A_path_without_a_fault_stays_below_its_folder()
    {
        string folder = Path.GetFullPath("below");
        Gen<string> part = Gen.OneOf(
            Generators.OneOf("..", ".", "", "a", "...", "C:", "nul", "..a", "a..", " ", "\\", "a\\..\\b", "%2e%2e", "~"), Gen.String[0, 4], Generators.LoneSurrogate);
        part.Array[1, 5].Select(parts => string.Join('/', parts)).Sample(
            path =>
            {
                if (RepositoryPath.FaultOf(path) is null)
                {
                    string full = Path.GetFullPath(Path.Combine(folder, path));
                    Assert.StartsWith(folder + Path.DirectorySeparatorChar, full, StringComparison.Ordinal);
                    Assert.Equal(path, Path.GetRelativePath(folder, full).Replace('\\', '/'));
                    Assert.False(RepositoryPath.LeavesItsFolder(path));
                }
            },
            seed: Generators.Seed,
            iter: 20_000);
    }

    private async Task RefusedAsync(string repository, string revision, string? file, string argument)
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server);
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => hub.DownloadAsync(repository, revision, new SequenceModelOptions { ModelFile = file }));
        Assert.Equal(argument, refusal.ParamName);
        Assert.Empty(server.Requests);
        workspace.AssertSound(server);
        Assert.Empty(Directory.EnumerateFileSystemEntries(workspace.Cache));
    }
}
