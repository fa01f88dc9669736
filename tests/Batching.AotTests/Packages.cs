using System.Runtime.InteropServices;
using Xunit;

namespace Batching.AotTests;

/// <summary>The packages, packed as for a release, in a feed of their own.</summary>
/// <remarks>The version is new every time, so that no cache answers with an older package.</remarks>
public sealed class Packages : IAsyncLifetime
{
    /// <summary>The packages of code: all but the tool.</summary>
    internal static readonly string[] Libraries = ["Batching.Abstractions", "Batching.Tokenizers", "Batching", "Batching.Sst2", "Batching.Hosting", "Batching.AspNetCore", "Batching.Rows"];

    /// <summary>The tool, which says where it is for which system.</summary>
    internal const string Tool = "Batching.Cli";

    private readonly List<string> leftovers = [];

    // Packed for this system only: for all of them it takes as many times as long.
    private static readonly string Platform =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The tool for this system.</summary>
    internal static string ToolHere => $"{Tool}.{Platform}";

    /// <summary>The folder of the tool in the package for this system.</summary>
    internal static string ToolFolder => $"tools/net10.0/{Platform}";

    /// <summary>All of them.</summary>
    internal static string[] Ids => [.. Libraries, Tool, ToolHere];

    public string Version { get; } = $"0.0.0-t{Guid.NewGuid():N}";

    /// <summary>A temporary folder outside the checkout; an app in it finds the packages.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("batching-").FullName;

    private string Feed => Path.Combine(Folder, "feed");

    public async ValueTask InitializeAsync()
    {
        // Only what lies inside the checkout is compiled without a trace of where that is.
        string artifacts = Path.Combine(Repository.Root, "artifacts", Version);
        leftovers.AddRange([Folder, artifacts]);

        // Apps unpack the packages into the cache that all projects of this machine share.
        string cache = await ChildProcess.RunAsync(
            Folder, "dotnet", "nuget", "locals", "global-packages", "--list", "--force-english-output");
        cache = cache[(cache.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        leftovers.AddRange(Ids.Select(id => Path.Combine(cache, id.ToLowerInvariant(), Version)));

        // This feed comes to those that the machine has.
        Directory.CreateDirectory(Feed);
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "nuget.config"),
            """
            <configuration>
              <packageSources>
                <add key="feed" value="feed" />
              </packageSources>
            </configuration>
            """,
            TestContext.Current.CancellationToken);

        // The analyzers ran when the checkout was built.
        await ChildProcess.RunAsync(
            Repository.Root,
            "dotnet",
            "pack",
            Path.Combine("src", "Packages.slnf"),
            "--configuration",
            "Release",
            "--output",
            Feed,
            "--artifacts-path",
            artifacts,
            "-p:ContinuousIntegrationBuild=true",
            $"-p:MinVerVersionOverride={Version}",
            $"-p:ToolPackageRuntimeIdentifiers={Platform}",
            "-p:RunAnalyzers=false",
            "-warnaserror",
            "-nodeReuse:false");
    }

    public ValueTask DisposeAsync()
    {
        foreach (string folder in leftovers.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    /// <param name="id">The package.</param>
    /// <param name="extension"><c>nupkg</c>, or <c>snupkg</c> for the symbols.</param>
    internal PackageFile Open(string id, string extension = "nupkg") => new(Path.Combine(Feed, $"{id}.{Version}.{extension}"));
}
