using Xunit;

namespace Batching.AotTests;

/// <summary>The packages, packed as for a release, in a feed of their own.</summary>
/// <remarks>The version is new every time, so that no cache answers with an older package.</remarks>
public sealed class Packages : IAsyncLifetime
{
    private static readonly string[] Ids = ["Batching", "Batching.Sst2", "Batching.Hosting", "Batching.AspNetCore"];

    private readonly List<string> leftovers = [];

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

        foreach (string id in Ids)
        {
            await ChildProcess.RunAsync(
                Repository.Root,
                "dotnet",
                "pack",
                Path.Combine("src", id),
                "--configuration",
                "Release",
                "--output",
                Feed,
                "--artifacts-path",
                artifacts,
                "-p:ContinuousIntegrationBuild=true",
                $"-p:MinVerVersionOverride={Version}",
                "-warnaserror",
                "-nodeReuse:false");
        }
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
