using Xunit;

namespace Batching.Tests.Hub;

/// <summary>A folder with a cache in it, and nothing else unless something went astray.</summary>
internal sealed class HubWorkspace : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("batching-hub-");

    public HubWorkspace()
    {
        Directory.CreateDirectory(Cache);
        File.WriteAllText(PathOf("untouched"), "untouched");
    }

    public string Cache => PathOf("cache");

    public string Repository => Path.Combine(Cache, "models--someone--a-classifier");

    public string Snapshot => Path.Combine(Repository, "snapshots", HubServer.Commit);

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public string Blob(string etag) => Path.Combine(Repository, "blobs", etag);

    /// <summary>Makes a hub that knows nothing of this machine's environment.</summary>
    public ModelHub Hub(HubServer? server, ImpatientClock? clock = null, Func<ModelHubOptions, ModelHubOptions>? change = null, bool allowsLinks = true)
    {
        var options = new ModelHubOptions
        {
            Endpoint = server?.Endpoint ?? new Uri("http://127.0.0.1:9"),
            CacheFolder = Cache,
            Token = "",
            StallTimeout = ImpatientClock.StallTimeout,
            TimeProvider = clock ?? new ImpatientClock(),
            HttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false },
        };
        return new ModelHub(change?.Invoke(options) ?? options, _ => null, allowsLinks);
    }

    /// <summary>Lays a model into the cache as Python does.</summary>
    public void WriteAsPython(HubServer server, string? branch, params string[] names)
    {
        Directory.CreateDirectory(Path.Combine(Repository, "blobs"));
        foreach (string name in names)
        {
            string link = Path.Combine(Snapshot, name);
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.WriteAllBytes(Blob(server.EtagOf(name)), server.Files[name]);
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, Blob(server.EtagOf(name))));
        }

        if (branch is not null)
        {
            Directory.CreateDirectory(Path.Combine(Repository, "refs"));
            File.WriteAllText(Path.Combine(Repository, "refs", branch), HubServer.Commit);
        }
    }

    /// <summary>Nothing lies outside the cache, and what bears a final name is whole.</summary>
    public void AssertSound(HubServer server)
    {
        Assert.Equal(["cache", "untouched"], folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal("untouched", File.ReadAllText(PathOf("untouched")));
        Assert.All(
            Directory.EnumerateFileSystemEntries(Cache).Select(Path.GetFileName),
            name => Assert.True(name is ".locks" or "models--someone--a-classifier", name));
        foreach (string blob in Files("blobs").Where(path => !path.EndsWith(".incomplete", StringComparison.Ordinal)))
        {
            byte[] content = File.ReadAllBytes(blob);
            Assert.Equal(Path.GetFileName(blob), Path.GetFileName(blob).Length == 64 ? HubServer.Sha256Of(content) : HubServer.GitSha1Of(content));
        }

        Assert.All(Files("snapshots"), path =>
        {
            string name = Path.GetRelativePath(Snapshot, path).Replace('\\', '/');
            Assert.Equal(server.Files[name], File.ReadAllBytes(path));
        });
    }

    /// <summary>The snapshot has these files and no others.</summary>
    public void AssertFiles(params string[] names) => Assert.Equal(
        names.Order(StringComparer.Ordinal),
        Files("snapshots").Select(path => Path.GetRelativePath(Snapshot, path).Replace('\\', '/')).Order(StringComparer.Ordinal));

    /// <summary>What downloads have begun and not finished.</summary>
    public string[] Incomplete() => [.. Files("blobs").Where(path => path.EndsWith(".incomplete", StringComparison.Ordinal))];

    public void Dispose() => folder.Delete(recursive: true);

    private string[] Files(string below) => Directory.Exists(Path.Combine(Repository, below))
        ? Directory.GetFiles(Path.Combine(Repository, below), "*", SearchOption.AllDirectories)
        : [];
}
