using Xunit;

namespace Batching.AotTests;

/// <summary>A hosted classifier works in a native trimmed app, whose configuration is bound by generated code.</summary>
[Collection<SharedPackages>]
public sealed class HostedTests(HostedApp hosted) : IClassFixture<HostedApp>
{
    [Fact]
    public async Task A_native_trimmed_worker_hosts_a_classifier()
    {
        Toolchain.FindCompiler();
        string executable = await hosted.App.PublishAsync(
            "native",
            "PublishAot=true",
            "SuppressTrimAnalysisWarnings=false",
            "TrimmerSingleWarn=false",
            "TreatWarningsAsErrors=true",
            "InvariantGlobalization=true");
        string output = await ChildProcess.RunAsync(Path.GetDirectoryName(executable)!, executable);
        Assert.Equal(["POSITIVE 8", "Healthy"], output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
