using System.Reflection;

namespace Batching.Tests;

/// <summary>Where the tests find models and test data: in the checkout that they were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string DefaultModel { get; } = Path.Combine(Root, "models", "distilbert-l6-h384-uncased-sst2");

    /// <summary>A small model with random weights, one of each contract that a Hugging Face classifier may have.</summary>
    public static string Contract(string name) => Path.Combine(Root, "tests", "Batching.Tests", "Contracts", name);

    public static string Conformance(string name) => Path.Combine(Root, "tests", "Batching.Tokenizers.Tests", "Conformance", name);
}
