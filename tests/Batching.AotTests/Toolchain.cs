using Xunit;

namespace Batching.AotTests;

/// <summary>The C compiler, which native AOT links with.</summary>
internal static class Toolchain
{
    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["clang.exe", "gcc.exe"] : ["clang", "gcc"];

    /// <summary>Finds the compiler, or skips the test.</summary>
    public static string FindCompiler()
    {
        IEnumerable<string> places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? compiler = Names.SelectMany(name => places.Select(place => Path.Combine(place, name))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(compiler is null, "This needs a C compiler, and neither clang nor gcc is on the PATH.");
        return compiler;
    }
}
