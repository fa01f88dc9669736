using Xunit;

namespace Batching.AotTests;

/// <summary>An app without a native library that fits is told what to do.</summary>
[Collection<SharedPackages>]
public sealed class CoreOnlyTests(CoreOnlyApp coreOnly) : IClassFixture<CoreOnlyApp>
{
    // What ONNX Runtime answers where it is asked for a version of its interface that is newer than itself.
    private const string OldLibrary =
        """
        struct api_base { const void* (*get_api)(unsigned version); const char* (*get_version)(void); };
        static const void* get_api(unsigned version) { return 0; }
        static const char* get_version(void) { return "1.0.0"; }
        static const struct api_base old = { get_api, get_version };
        const struct api_base* OrtGetApiBase(void) { return &old; }
        """;

    [Fact]
    public async Task An_app_without_the_native_library_is_told_which_package_to_add()
    {
        string output = await ChildProcess.RunAsync(coreOnly.Folder, coreOnly.Executable, Repository.DefaultModel);
        Assert.Contains("is missing. Add the package Microsoft.ML.OnnxRuntime for CPUs", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_with_too_old_a_native_library_is_told_to_update_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The stand-in for an old library is made for Linux.");
        string compiler = Toolchain.FindCompiler();
        string folder = Directory.CreateDirectory($"{coreOnly.Folder}-old").FullName;
        foreach (string file in Directory.GetFiles(coreOnly.Folder))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "old.c"), OldLibrary, TestContext.Current.CancellationToken);
        await ChildProcess.RunAsync(folder, compiler, "-shared", "-fPIC", "-o", "libonnxruntime.so", "old.c");

        string executable = Path.Combine(folder, Path.GetFileName(coreOnly.Executable));
        string output = await ChildProcess.RunAsync(folder, executable, Repository.DefaultModel);
        Assert.Contains("does not fit", output, StringComparison.Ordinal);
        Assert.Contains("Use the package Microsoft.ML.OnnxRuntime for CPUs", output, StringComparison.Ordinal);
    }
}
