using Xunit;

namespace Batching.AotTests;

/// <summary>The endpoints work in a web app that has them from the package, run as it is and as a native trimmed program.</summary>
[Collection<SharedPackages>]
public sealed class WebTests(WebApp web) : IClassFixture<WebApp>
{
    private static readonly string[] Expected =
        ["own", "True", "info 200", "health 200", "metrics 200", "openapi.json 200", "page.js 200"];

    [Fact]
    public async Task A_web_app_maps_the_classifier_beside_its_own_routes() => AssertAnswers(await web.App.RunAsync());

    // Takes more than ten minutes on two busy cores: started by name.
    [Fact(Explicit = true)]
    public async Task A_native_trimmed_web_app_does_too()
    {
        Toolchain.FindCompiler();
        string executable = await web.App.PublishAsync(
            "native",
            "PublishAot=true",
            "SuppressTrimAnalysisWarnings=false",
            "TrimmerSingleWarn=false",
            "TreatWarningsAsErrors=true",
            "InvariantGlobalization=true");
        AssertAnswers(await ChildProcess.RunAsync(Path.GetDirectoryName(executable)!, executable));
    }

    private static void AssertAnswers(string output) =>
        Assert.Equal(Expected, output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
