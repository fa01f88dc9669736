using System.Reflection;

namespace Batching.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string ProjectFolder(string project) => Path.Combine(Root, "src", project);

    public static string AssemblyOf(string project) => Path.Combine(AppContext.BaseDirectory, $"{project}.dll");

    public static IEnumerable<string> Projects => Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)!);
}
