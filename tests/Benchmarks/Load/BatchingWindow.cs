using System.Collections.Concurrent;
using System.Diagnostics;
using Batching.Benchmarks.Contenders;

namespace Batching.Benchmarks.Load;

/// <summary>
/// Batches of what comes within a fixed time after the first text, in the order of arrival and padded to the longest: what
/// most servers of models do.
/// </summary>
internal sealed class BatchingWindow : IServing, IDisposable
{
    private const int MostRows = 32;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(5);

    private readonly BareSession session;
    private readonly SequenceTokenizer tokenizer;
    private readonly WaitingTokens waiting;
    private readonly BlockingCollection<Request> requests = [];
    private readonly Lock collecting = new();
    private readonly Thread[] workers;

    public BatchingWindow(BareSession session, int workers, SequenceTokenizer tokenizer, WaitingTokens waiting)
    {
        this.session = session;
        this.tokenizer = tokenizer;
        this.waiting = waiting;
        Name = $"a window of {Window.TotalMilliseconds} ms, {workers} x {session.Threads} threads";
        this.workers = [.. Enumerable.Range(0, workers).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in this.workers)
        {
            worker.Start();
        }
    }

    public string Name { get; }

    public Task<ReadOnlyMemory<float>> ClassifyAsync(string text)
    {
        var request = new Request(tokenizer.Encode(text));
        waiting.Enter(request.Length);
        requests.Add(request);
        return request.Answer.Task;
    }

    public void Dispose()
    {
        requests.CompleteAdding();
        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        requests.Dispose();
    }

    private void Work()
    {
        while (Collect() is { Count: > 0 } batch)
        {
            try
            {
                Run(batch);
            }
            catch (Exception exception)
            {
                foreach (Request request in batch)
                {
                    request.Answer.TrySetException(exception);
                }
            }
        }
    }

    // One worker collects while the others run.
    private List<Request> Collect()
    {
        var batch = new List<Request>();
        lock (collecting)
        {
            if (!requests.TryTake(out Request? first, Timeout.Infinite))
            {
                return batch;
            }

            batch.Add(first);
            long start = Stopwatch.GetTimestamp();
            while (batch.Count < MostRows)
            {
                TimeSpan left = Window - Stopwatch.GetElapsedTime(start);
                if (!requests.TryTake(out Request? next, left > TimeSpan.Zero ? left : TimeSpan.Zero))
                {
                    break;
                }

                batch.Add(next);
            }
        }

        foreach (Request request in batch)
        {
            waiting.Leave(request.Length);
        }

        return batch;
    }

    private void Run(List<Request> batch)
    {
        using var rows = new TokenRows();
        foreach (Request request in batch)
        {
            rows.Add(request.Encoding);
        }

        float[] logits = session.Run(rows, tokenizer.PadTokenId);
        int labels = logits.Length / batch.Count;
        for (int row = 0; row < batch.Count; row++)
        {
            batch[row].Answer.SetResult(logits.AsMemory(row * labels, labels));
        }
    }

    private sealed record Request(SequenceEncoding Encoding)
    {
        public int Length => Encoding.InputIds.Count;

        public TaskCompletionSource<ReadOnlyMemory<float>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
