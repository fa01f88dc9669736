using Batching.Graphs;
using Batching.Hub;
using Batching.Folders;

namespace Batching;

/// <summary>Fetches models from Hugging Face, or a server like it, into the cache that Python's <c>huggingface_hub</c> uses.</summary>
/// <remarks>
/// <para>
/// Thread-safe, and so is the cache: any number of hubs and processes, Python's included, may use it at once. A model that
/// Python has fetched is found, and the other way round.
/// </para>
/// <para>
/// Only the files of one classifier are fetched: one .onnx file with its weights, the tokenizer's files and the
/// configuration. Each is checked against the checksum that the server gives for it before it appears under its name, and
/// once more whenever it is found in the cache, which takes some 0.1 seconds for every 100 MB: one that is damaged is fetched
/// again, or refused where there is no network. Only in a cache without links, as on Windows where links are not permitted,
/// nothing says what a file should be. A download that was broken off goes on where it ended.
/// </para>
/// </remarks>
public sealed class ModelHub : IDisposable
{
    // An .onnx file whose weights are elsewhere holds nothing but the graph.
    private const int LongestGraph = 1 << 24;

    private readonly HubSettings settings;
    private readonly HubClient client;
    private readonly bool allowsLinks;
    private volatile bool isDisposed;

    /// <summary>Makes a hub. Nothing is sent yet.</summary>
    /// <param name="options">Where models come from; null for what the environment says, and Hugging Face otherwise.</param>
    /// <exception cref="ArgumentException">An option, or the environment variable in its place, cannot be used.</exception>
    /// <exception cref="ModelLoadException">There is no folder to keep models in, or the file of the token cannot be read.</exception>
    public ModelHub(ModelHubOptions? options = null)
        : this(options ?? new ModelHubOptions(), Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>Makes a hub with an environment of its own.</summary>
    /// <param name="options">Where models come from.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="allowsLinks">Whether the cache may have links.</param>
    internal ModelHub(ModelHubOptions options, Func<string, string?> variable, bool allowsLinks = true)
    {
        this.allowsLinks = allowsLinks;
        settings = HubSettings.Of(options, variable);
        RequireNoRedirects(options.HttpHandler);
        client = new HubClient(settings, options.HttpHandler is { } handler
            ? new HttpMessageInvoker(handler, disposeHandler: false)
            : new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = settings.StallTimeout }));
    }

    /// <summary>The folder that holds a folder for every repository.</summary>
    public string CacheFolder => settings.CacheFolder;

    /// <summary>Fetches the files of a classifier that are not in the cache yet.</summary>
    /// <param name="repository">The repository, such as <c>distilbert/distilbert-base-uncased-finetuned-sst-2-english</c>.</param>
    /// <param name="revision">
    /// A branch, a tag or a commit; null for <c>main</c>. A commit of 40 digits never changes, so that nothing is asked where
    /// its files are in the cache. Otherwise the server is asked which commit it is; where it cannot be reached and the cache
    /// holds the commit that it was, that one is used.
    /// </param>
    /// <param name="options">Which .onnx file, as for loading; null for the full precision.</param>
    /// <param name="progress">Is told of every megabyte; null for nobody.</param>
    /// <param name="cancellationToken">Stops the download. What has come is kept, and a later download goes on from there.</param>
    /// <returns>The folder of the commit's files, which <see cref="SequenceClassifier.Load(string, SequenceClassifierOptions?)"/> takes.</returns>
    /// <exception cref="ModelLoadException">
    /// A file is missing, cannot be fetched, or is not what the server promises; the message says what to do. Where the
    /// server or the network is at fault, the inner exception is an <see cref="HttpRequestException"/> with its status.
    /// </exception>
    /// <exception cref="ArgumentException">The repository, the revision or the model file cannot be a name of one.</exception>
    /// <exception cref="ObjectDisposedException">The hub was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<string> DownloadAsync(
        string repository,
        string? revision = null,
        SequenceModelOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        var id = RepositoryId.Parse(repository);
        revision ??= Revision.Main;
        Revision.Check(revision);
        options ??= new SequenceModelOptions();
        if (options.ModelFile is { } file && RepositoryPath.FaultOf(file) is { } fault)
        {
            throw new ArgumentException(
                $"The model file '{RepositoryPath.Shown(file)}' {fault}. Name a file of the repository, such as 'onnx/model.onnx', or leave it null.", nameof(options));
        }

        return DownloadAsync(id, revision, options, progress, cancellationToken);
    }

    /// <summary>Fetches a classifier, and loads it.</summary>
    /// <param name="repository">As for <see cref="DownloadAsync(string, string?, SequenceModelOptions?, IProgress{ModelDownloadProgress}?, CancellationToken)"/>.</param>
    /// <param name="revision">As for <see cref="DownloadAsync(string, string?, SequenceModelOptions?, IProgress{ModelDownloadProgress}?, CancellationToken)"/>.</param>
    /// <param name="options">Which .onnx file, and how; null for the default.</param>
    /// <param name="progress">Is told of every megabyte; null for nobody.</param>
    /// <param name="cancellationToken">Gives up before the load has begun.</param>
    /// <returns>The classifier, which the caller disposes of. It does not need the hub any more.</returns>
    /// <exception cref="ModelLoadException">The files cannot be fetched, or cannot be used.</exception>
    /// <exception cref="ArgumentException">A name or an option is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The hub was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SequenceClassifier> LoadClassifierAsync(
        string repository,
        string? revision = null,
        SequenceClassifierOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        string folder = await DownloadAsync(repository, revision, options, progress, cancellationToken).ConfigureAwait(false);
        return await SequenceClassifier.LoadAsync(folder, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connections. Downloads under way fail.</summary>
    public void Dispose()
    {
        isDisposed = true;
        client.Dispose();
    }

    private static void RequireNoRedirects(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        if (handler is SocketsHttpHandler { AllowAutoRedirect: true } or HttpClientHandler { AllowAutoRedirect: true })
        {
            throw new ArgumentException(
                $"{nameof(ModelHubOptions.HttpHandler)} follows redirects, which carry what the hub needs to know. Set its AllowAutoRedirect to false; the hub follows them.",
                nameof(handler));
        }
    }

    private async Task<string> DownloadAsync(
        RepositoryId id, string revision, SequenceModelOptions options, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var repository = new CachedRepository(settings.CacheFolder, id, allowsLinks);
        try
        {
            CachedModel found = await FindInCacheAsync(repository, revision, options, cancellationToken).ConfigureAwait(false);
            if (settings.IsOffline)
            {
                return found.IsWhole ? found.Folder : throw NotInCache(repository, id, revision, options, found);
            }

            return found is { IsWhole: true, IsCertain: true }
                ? found.Folder
                : await FetchAsync(repository, id, revision, options, found, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The cache in '{repository.Folder}' cannot be used: {exception.Message} Correct its permissions, or set {nameof(ModelHubOptions.CacheFolder)} or HF_HUB_CACHE to another folder.",
                repository.Folder,
                exception);
        }
    }

    private static async Task<CachedModel> FindInCacheAsync(
        CachedRepository repository, string revision, SequenceModelOptions options, CancellationToken cancellationToken)
    {
        if (repository.CommitOf(revision) is not { } commit)
        {
            return CachedModel.None;
        }

        CachedSnapshot snapshot = repository.Snapshot(commit);
        var selection = FileSelection.From(snapshot.Contains, options.Choice);
        string[] files = [.. selection.Files];
        IReadOnlyList<string> damaged = await snapshot.FindDamagedAsync(files, cancellationToken).ConfigureAwait(false);
        if (damaged.Count == 0)
        {
            // Which weights belong to it, a sound .onnx file says.
            if (snapshot.FindMissing(options.Choice, model => WeightsOf(snapshot, model)) is not null)
            {
                return CachedModel.None;
            }

            string[] weights = [.. WeightsOf(snapshot, selection.Model!).Where(snapshot.Contains).Except(files, StringComparer.Ordinal)];
            damaged = await snapshot.FindDamagedAsync(weights, cancellationToken).ConfigureAwait(false);
            files = [.. files, .. weights];
        }

        bool isCertain = Revision.IsCommit(revision) && !snapshot.IsUnknown(TokenizerFiles.Configuration);
        return new CachedModel(snapshot.Folder, files, damaged, isCertain);
    }

    private ModelLoadException NotInCache(CachedRepository repository, RepositoryId id, string revision, SequenceModelOptions options, CachedModel found)
    {
        const string Advice =
            $"and the hub is offline ({nameof(ModelHubOptions)}.{nameof(ModelHubOptions.Offline)} or HF_HUB_OFFLINE). Download the model once where there is a network, or set {nameof(ModelHubOptions.CacheFolder)} or HF_HUB_CACHE to a cache that holds it.";
        if (repository.CommitOf(revision) is not { } commit)
        {
            return new ModelLoadException($"'{id}' with the revision '{revision}' is not in the cache '{settings.CacheFolder}', {Advice}", repository.Folder);
        }

        CachedSnapshot snapshot = repository.Snapshot(commit);
        if (found.Damaged.Count > 0)
        {
            return Damaged(snapshot, id, found.Damaged[0], Advice, cause: null);
        }

        string missing = snapshot.FindMissing(options.Choice, model => WeightsOf(snapshot, model))!;
        return new ModelLoadException($"'{missing}' of '{id}' is not in '{snapshot.Folder}', {Advice}", snapshot.PathOf(missing));
    }

    private static ModelLoadException Damaged(CachedSnapshot snapshot, RepositoryId id, string name, string advice, Exception? cause) => new(
        $"'{name}' of '{id}' is damaged in the cache: '{snapshot.PathOf(name)}' does not have the {snapshot.ChecksumOf(name)} that it is known by, {advice}",
        snapshot.PathOf(name),
        cause);

    private async Task<string> FetchAsync(
        CachedRepository repository,
        RepositoryId id,
        string revision,
        SequenceModelOptions options,
        CachedModel found,
        IProgress<ModelDownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        RepositoryListing listing;
        try
        {
            // Where there is something to fall back on, nobody is kept waiting.
            listing = await client.ListAsync(id, revision, retries: !found.IsWhole, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelLoadException refusal) when (found.IsWhole && TransientFailure.IsBehind(refusal))
        {
            return found.Folder;
        }
        catch (ModelLoadException refusal) when (found.Damaged.Count > 0 && TransientFailure.IsBehind(refusal))
        {
            throw Damaged(
                repository.Snapshot(repository.CommitOf(revision)!), id, found.Damaged[0], $"and cannot be downloaded again: {refusal.Message}", refusal.InnerException);
        }

        if (Revision.IsCommit(revision) && listing.Commit != revision)
        {
            throw new ModelLoadException(
                $"{settings.Endpoint} gave the commit {listing.Commit} of '{id}' for the commit {revision}. Check that {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT is a Hugging Face server.",
                settings.Endpoint);
        }

        CachedSnapshot snapshot = repository.Snapshot(listing.Commit);
        FileSelection files = SelectFrom(listing, id, options);
        await FetchAsync(repository, id, snapshot, found, listing, files, progress, cancellationToken).ConfigureAwait(false);

        // Weights may be called anything, which shows only in the .onnx file.
        string[] weights = [.. WeightsOf(snapshot, files.Model!).Where(listing.Names.Contains).Except(files.Files, StringComparer.Ordinal)];
        if (weights.Length > 0)
        {
            var selection = new FileSelection(Model: null, Tokenizer: [], weights);
            await FetchAsync(repository, id, snapshot, found, listing, selection, progress, cancellationToken).ConfigureAwait(false);
        }

        foreach (string name in (string[])[ModelConfig.FileName, TokenizerFiles.Configuration])
        {
            if (!listing.Names.Contains(name))
            {
                snapshot.MarkMissing(name);
            }
        }

        // Last, so that the revision is that of a whole model at any time.
        if (revision != listing.Commit)
        {
            repository.SetCommit(revision, listing.Commit);
        }

        return snapshot.Folder;
    }

    // The files of weights that an .onnx file which is in the cache names.
    private static IReadOnlyList<string> WeightsOf(CachedSnapshot snapshot, string model) =>
        snapshot.LengthOf(model) <= LongestGraph ? ExternalFiles.NamedBy(ModelFolder.At(snapshot.Folder), model) : [];

    private FileSelection SelectFrom(RepositoryListing listing, RepositoryId id, SequenceModelOptions options)
    {
        FileSelection files = FileSelection.From(listing.Names.Contains, options.Choice);
        string page = $"{settings.Endpoint}/{id}/tree/{listing.Commit}";
        if (files.Model is null)
        {
            string[] wanted = [.. OnnxFile.Candidates(options.Choice).Select(name => $"'{name}'")];
            string[] others = [.. listing.Names.Where(name => name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
            string advice = others.Length == 0
                ? $"It has no .onnx file at all: export it yourself (in Python, optimum-cli export onnx --model {id} --task text-classification FOLDER) and load the folder, or look for an export of it under 'onnx-community' or 'Xenova'."
                : $"It has {string.Join(", ", others.Take(10).Select(name => $"'{RepositoryPath.Shown(name)}'"))}: choose one with {nameof(options.ModelFile)} or {nameof(options.Precision)}.";
            throw new ModelLoadException($"{page} has {(wanted.Length > 1 ? "neither " : "no ")}{string.Join(" nor ", wanted)}. {advice}", page);
        }

        return files.Tokenizer.Count > 0
            ? files
            : throw new ModelLoadException($"{page} has no '{TokenizerFiles.Tokenizer}' and no vocabulary. Choose a repository with the tokenizer beside the model.", page);
    }

    private async Task FetchAsync(
        CachedRepository repository,
        RepositoryId id,
        CachedSnapshot snapshot,
        CachedModel found,
        RepositoryListing listing,
        FileSelection selection,
        IProgress<ModelDownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        // What was read a moment ago need not be read again.
        CachedModel known = found.Folder == snapshot.Folder ? found : CachedModel.None;
        string[] present = [.. selection.Files.Where(snapshot.Contains)];
        string[] unread = [.. present.Except(known.Files, StringComparer.Ordinal)];
        string[] damaged = [.. known.Damaged.Intersect(present, StringComparer.Ordinal), .. await snapshot.FindDamagedAsync(unread, cancellationToken).ConfigureAwait(false)];
        List<RemoteFile> missing = [];
        foreach (string name in selection.Files.Except(present, StringComparer.Ordinal).Concat(damaged))
        {
            missing.Add(await client.DescribeAsync(id, listing.Commit, name, cancellationToken).ConfigureAwait(false));
        }

        var tally = new DownloadTally(progress, missing);
        foreach (RemoteFile file in missing)
        {
            using IDisposable held = await repository.LockAsync(file.Checksum, settings.Clock, cancellationToken).ConfigureAwait(false);
            string blob = repository.BlobPath(file.Checksum);

            // Another process may have been at it while this one waited.
            if (!snapshot.Contains(file.Name) || damaged.Contains(file.Name, StringComparer.Ordinal))
            {
                if (!File.Exists(blob) || !await file.Checksum.IsOfAsync(blob, cancellationToken).ConfigureAwait(false))
                {
                    await new BlobDownload(client, settings, file, blob, (bytes, length) => tally.Report(file, bytes, length))
                        .RunAsync(cancellationToken).ConfigureAwait(false);
                }

                repository.Publish(file.Checksum, snapshot, file.Name);
            }

            long length = snapshot.LengthOf(file.Name);
            tally.Report(file, length, length);
            tally.Finish(length);
        }
    }
}
