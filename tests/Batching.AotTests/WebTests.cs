using Xunit;

namespace Batching.AotTests;

/// <summary>The endpoints and hosted classifiers work in a web app that has them from the packages, run as it is and as a native trimmed program.</summary>
[Collection<SharedPackages>]
public sealed class WebTests(WebApp web) : IClassFixture<WebApp>
{
    private static readonly string[] Expected =
        ["own", "True", "info 200", "health 200", "metrics 200", "openapi.json 200", "page.js 200", "POSITIVE 8", "Healthy"];

    [Fact]
    public async Task A_web_app_maps_the_classifier_beside_its_own_routes() => AssertAnswers(await web.App.RunAsync());

    [Fact]
    public async Task A_native_trimmed_web_app_does_too_and_nothing_in_the_libraries_needs_what_trimming_takes_away()
    {
        Toolchain.FindCompiler();
        string executable = await web.App.PublishNativeAsync();
        AssertAnswers(await ChildProcess.RunAsync(Path.GetDirectoryName(executable)!, executable));
    }

    private static void AssertAnswers(string output) =>
        Assert.Equal(Expected, output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
