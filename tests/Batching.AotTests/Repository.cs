using System.Reflection;

namespace Batching.AotTests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string DefaultModel { get; } = Path.Combine(Root, "models", "distilbert-l6-h384-uncased-sst2");
}
