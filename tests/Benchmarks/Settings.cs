namespace Batching.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Rounds">How often each contender goes.</param>
/// <param name="SoakTime">For how long the soak goes on.</param>
/// <param name="SharedFolder">Holds the files that are too large for the repository, or null.</param>
internal sealed record Settings(int Rounds, TimeSpan SoakTime, string? SharedFolder)
{
    /// <summary>The sentences that are classified.</summary>
    public string[] Sentences { get; } = Workload.Sentences();

    /// <summary>A file or folder in the shared folder, or null where it is not there.</summary>
    public string? Shared(params string[] path)
    {
        string? full = SharedFolder is null ? null : Path.Combine([SharedFolder, .. path]);
        return Path.Exists(full) ? full : null;
    }
}
