using Batching.Benchmarks.Sections;

namespace Batching.Benchmarks.Load;

/// <summary>The queue and its rivals over one model, all with the same bound on what may wait.</summary>
internal sealed class ServingSet : IDisposable
{
    private readonly ClassificationQueue queue;

    public ServingSet(ModelSet model, int maxTokensWaiting)
    {
        int cores = Environment.ProcessorCount;
        (int Workers, int Threads)[] choices = [.. new[] { (1, cores), (cores, 1) }.Distinct()];
        queue = new ClassificationQueue(model.Classifier, new ClassificationQueueOptions { MaxTokensWaiting = maxTokensWaiting });
        Queue = new QueueServing("queue", queue);
        Runs = [.. choices.Select(choice => new RunPerRequest(
            model.Bare(choice.Threads), choice.Workers, model.Classifier.Tokenizer, new WaitingTokens(maxTokensWaiting)))];
        Windows = [.. choices.Select(choice => new BatchingWindow(
            model.Bare(choice.Threads), choice.Workers, model.Classifier.Tokenizer, new WaitingTokens(maxTokensWaiting)))];
    }

    public QueueServing Queue { get; }

    /// <summary>A run for each request: one worker with all threads, and as many workers of one thread as there are cores.</summary>
    public IReadOnlyList<RunPerRequest> Runs { get; }

    /// <summary>A fixed batching window, with the same two settings.</summary>
    public IReadOnlyList<BatchingWindow> Windows { get; }

    public IEnumerable<IServing> All => [Queue, .. Runs, .. Windows];

    /// <summary>Which of <see cref="LoadRound.Contenders"/> one of <see cref="All"/> is.</summary>
    public int ContenderOf(IServing serving) =>
        serving == Queue ? LoadRound.Queue : serving is RunPerRequest ? LoadRound.Runs : LoadRound.Windows;

    public void Dispose()
    {
        queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
        foreach (IDisposable rival in (IEnumerable<IDisposable>)[.. Runs, .. Windows])
        {
            rival.Dispose();
        }
    }
}
