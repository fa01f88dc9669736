using Xunit;

namespace Batching.AotTests;

/// <summary>One line classifies, however the app around it is published, and to the same bits.</summary>
[Collection<SharedPackages>]
public sealed class OneLineTests(OneLineApp oneLine) : IClassFixture<OneLineApp>
{
    [Fact]
    public void A_fresh_app_classifies_in_one_line()
    {
        string[] lines = oneLine.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("POSITIVE", lines[0]);
    }

    [Fact]
    public async Task A_single_file_app_gives_the_same_bits()
    {
        string executable = await oneLine.App.PublishAsync("single-file", "PublishSingleFile=true", "SelfContained=false");
        string folder = Path.GetDirectoryName(executable)!;
        Assert.False(File.Exists(Path.Combine(folder, "Batching.dll")), "Not a single file.");
        Assert.Equal(oneLine.Output, await ChildProcess.RunAsync(folder, executable));
    }

    [Fact]
    public async Task A_single_file_app_can_carry_ONNX_Runtime_as_well()
    {
        string executable = await oneLine.App.PublishAsync(
            "one-file-only", "PublishSingleFile=true", "SelfContained=false", "IncludeNativeLibrariesForSelfExtract=true");
        string elsewhere = Directory.CreateDirectory($"{oneLine.App.Folder}-elsewhere").FullName;
        string alone = Path.Combine(elsewhere, Path.GetFileName(executable));
        File.Move(executable, alone);
        Assert.Equal(oneLine.Output, await ChildProcess.RunAsync(elsewhere, alone));
    }

    [Fact]
    public async Task A_native_trimmed_app_gives_the_same_bits()
    {
        Toolchain.FindCompiler();
        string executable = await oneLine.App.PublishNativeAsync();
        Assert.Equal(oneLine.Output, await ChildProcess.RunAsync(Path.GetDirectoryName(executable)!, executable));
    }
}
