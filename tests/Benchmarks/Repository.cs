using System.Reflection;

namespace Batching.Benchmarks;

/// <summary>Where models and test data are: in the checkout that this program was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string DefaultModel { get; } = Path.Combine(Root, "models", "distilbert-l6-h384-uncased-sst2");

    public static string SmallModel { get; } = Path.Combine(Root, "tests", "Batching.Tests", "Contracts", "distilbert-vocab-txt-only");

    /// <summary>The program that is started as a process of its own.</summary>
    public static string Child { get; } = Metadata("Child");

    /// <summary>The command line, which has the server as a command.</summary>
    public static string CommandLine { get; } = Metadata("CommandLine");

    /// <summary>Where packages of rivals are installed; not in git.</summary>
    public static string Installed { get; } = Path.Combine(Root, "artifacts", "rivals");

    public static string OnnxFile(string modelFolder, ModelPrecision precision) => Path.Combine(
        modelFolder, "onnx", precision == ModelPrecision.Int8 ? "model_int8.onnx" : "model.onnx");

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
