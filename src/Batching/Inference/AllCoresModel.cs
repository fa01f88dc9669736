using System.Diagnostics;

namespace Batching.Inference;

/// <summary>The same model once more, with all cores in every run, for texts that are classified alone.</summary>
/// <remarks>
/// Loaded without holding up who wants it, once it was wanted often enough to be worth it, and used only if it gives the
/// same bits as the other, and where it is the faster of the two. Thread-safe.
/// </remarks>
internal sealed class AllCoresModel : IDisposable
{
    // A program that classifies a text or two and ends is not to load anything twice.
    private const int WantedBeforeLoading = 8;

    private readonly Func<SequenceModel> load;
    private readonly SequenceModel reference;
    private readonly SessionChoice choice = new();
    private readonly PoolWork loading;
    private readonly TaskCompletionSource<SequenceModel?> loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int wanted;
    private int isLoading;

    /// <param name="load">Loads the model.</param>
    /// <param name="reference">The model whose bits it has to give.</param>
    public AllCoresModel(Func<SequenceModel> load, SequenceModel reference)
    {
        this.load = load;
        this.reference = reference;
        loading = new PoolWork(() =>
        {
            loaded.TrySetResult(Load());
            return Task.CompletedTask;
        });
    }

    /// <summary>Whether the model was asked for.</summary>
    public bool IsLoading => Volatile.Read(ref isLoading) != 0;

    private SequenceModel? Loaded => loaded.Task.IsCompleted ? loaded.Task.Result : null;

    /// <summary>Whether the next batch of so many tokens is to have all cores.</summary>
    public bool IsFasterOnAllCores(int tokens) => TryGet() is not null && choice.UsesAllCores(tokens);

    /// <summary>Runs a batch that is alone, and remembers how long it took.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="tokens">Its tokens, without padding.</param>
    /// <param name="onAllCores">What <see cref="IsFasterOnAllCores"/> said of it.</param>
    /// <param name="logits">Where the logits go.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public void Run(TokenBatch batch, int tokens, bool onAllCores, Memory<float> logits, CancellationToken cancellationToken)
    {
        SequenceModel? model = Loaded;
        long start = Stopwatch.GetTimestamp();
        ((onAllCores ? model : null) ?? reference).Run(batch, logits, cancellationToken);
        if (model is not null)
        {
            choice.Add(tokens, onAllCores, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>The model, or null while it is not loaded or where it is of no use. Wanted often enough, it is loaded.</summary>
    public SequenceModel? TryGet()
    {
        if (!IsLoading && Interlocked.Increment(ref wanted) >= WantedBeforeLoading)
        {
            _ = LoadAsync();
        }

        return Loaded;
    }

    /// <summary>Ends when the model is loaded, or found to be of no use.</summary>
    public Task<SequenceModel?> LoadAsync()
    {
        if (Interlocked.Exchange(ref isLoading, 1) == 0)
        {
            loading.Offer();
        }

        return loaded.Task;
    }

    /// <summary>Frees the model; waits for a load that has begun.</summary>
    public void Dispose()
    {
        loading.Withdraw().GetAwaiter().GetResult();
        loaded.TrySetResult(null);
        Loaded?.Dispose();
    }

    private SequenceModel? Load()
    {
        // A process that ends in the middle of a load would take the native library's memory from under it.
        var over = new TaskCompletionSource();
        EventHandler waitForLoad = (_, _) => over.Task.Wait();
        AppDomain.CurrentDomain.ProcessExit += waitForLoad;
        SequenceModel? model = null;
        try
        {
            model = load();
            if (InvarianceProbe.GiveSameBits(reference, model))
            {
                return model;
            }
        }
        catch (Exception)
        {
            // Whatever keeps it from loading, the model that is there goes on to serve.
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= waitForLoad;
            over.SetResult();
        }

        model?.Dispose();
        return null;
    }
}
