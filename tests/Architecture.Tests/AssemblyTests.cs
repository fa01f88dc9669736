using Mono.Cecil;
using Xunit;

namespace Batching.Architecture.Tests;

/// <summary>A package uses those that it is built on only, and none of the internals of another.</summary>
public sealed class AssemblyTests
{
    // What each package is built on: of the house, and of what others have made.
    private static readonly Dictionary<string, string[]> Packages = new(StringComparer.Ordinal)
    {
        ["Batching.Abstractions"] = [],
        ["Batching.Tokenizers"] = ["Batching.Abstractions", "Google.Protobuf", "Microsoft.ML.Tokenizers"],
        ["Batching"] = ["Batching.Abstractions", "Batching.Tokenizers", "Google.Protobuf", "Microsoft.ML.OnnxRuntime", "Polly.Core"],
        ["Batching.Sst2"] = ["Batching"],
        ["Batching.Rows"] = ["Batching", "Batching.Abstractions", "Batching.Tokenizers", "ICSharpCode.SharpZipLib", "K4os.Compression.LZ4", "Parquet", "ZstdSharp"],
        ["Batching.Hosting"] = ["Batching", "Batching.Abstractions", "Batching.Tokenizers", "Microsoft.Extensions.*"],
        ["Batching.AspNetCore"] =
        [
            "Batching", "Batching.Abstractions", "Batching.Hosting", "Batching.Tokenizers", "Microsoft.AspNetCore*", "Microsoft.Extensions.*",
            "Microsoft.Net.Http.Headers", "Microsoft.OpenApi", "OpenTelemetry*",
        ],
        ["Batching.Cli"] =
        [
            "Batching", "Batching.Abstractions", "Batching.AspNetCore", "Batching.Hosting", "Batching.Rows", "Batching.Sst2", "Batching.Tokenizers",
            "Microsoft.AspNetCore*", "Microsoft.Extensions.*", "Microsoft.OpenApi", "Spectre.Console*",
        ],
    };

    public static TheoryData<string> Names => [.. Packages.Keys];

    [Fact]
    public void Every_project_has_its_place() =>
        Assert.Equal(Packages.Keys.Order(StringComparer.Ordinal), Repository.Projects.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_uses_what_it_is_built_on_only(string package)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Repository.AssemblyOf(package));
        Assert.All(
            module.AssemblyReferences.Select(static reference => reference.Name).Where(static name => !name.StartsWith("System.", StringComparison.Ordinal)),
            name => Assert.Contains(Packages[package], allowed => allowed == name || (allowed.EndsWith('*') && name.StartsWith(allowed[..^1], StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Internals_are_open_to_tests_and_benchmarks_only(string package)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Repository.AssemblyOf(package));
        Assert.All(
            module.Assembly.CustomAttributes
                .Where(static attribute => attribute.AttributeType.Name == "InternalsVisibleToAttribute")
                .Select(static attribute => (string)attribute.ConstructorArguments[0].Value),
            static friend => Assert.Matches(@"(Tests|Benchmarks)$", friend));
    }
}
