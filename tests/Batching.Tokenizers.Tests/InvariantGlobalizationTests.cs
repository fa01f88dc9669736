using System.Diagnostics;
using System.Text;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>The ids are the same where .NET runs without the machine's Unicode data.</summary>
public sealed class InvariantGlobalizationTests
{
    private const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    [Fact]
    public async Task All_goldens_hold_under_invariant_globalization_in_a_process_of_its_own()
    {
        // Within that process this test has nothing more to start.
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            Assert.Equal("é", "é".Normalize(NormalizationForm.FormD));
            return;
        }

        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", typeof(InvariantGlobalizationTests).Assembly.Location,
                "-class", typeof(HuggingFaceGoldenTests).FullName!,
                "-class", typeof(UnicodeTests).FullName!,
                "-class", typeof(UnigramTests).FullName!,
                "-class", typeof(InvariantGlobalizationTests).FullName!,
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Variable] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 56, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }
}
