using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Batching.Inference;

namespace Batching.Queue;

/// <summary>What a queue reports to whoever listens to the meter <c>Batching</c>; nothing is measured when nobody does.</summary>
internal sealed class QueueMetrics : IDisposable
{
    private static readonly Meter Meter = new(RunMetrics.MeterName);

    // The queues that gauges tell of.
    private static readonly ConcurrentDictionary<QueueMetrics, Func<QueueStatus>> Queues = new();

    private static readonly Histogram<double> Wait = Meter.CreateHistogram<double>(
        "batching.queue.wait.duration", "s", "How long a row waited for a worker.");

    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>(
        "batching.queue.rejections", "{request}", "How many requests were not taken, by reason.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "batching.queue.requests", "{request}", "How many requests that were taken have ended, by outcome.");

    private static readonly Counter<long> SharedRows = Meter.CreateCounter<long>(
        "batching.queue.shared_rows", "{row}", "How many rows were not run, because the same row waited or ran already.");

    private readonly KeyValuePair<string, object?> model;

    static QueueMetrics()
    {
        Meter.CreateObservableUpDownCounter(
            "batching.queue.rows", static () => Measure(static status => status.RowsWaiting), "{row}", "How many rows wait for a worker.");
        Meter.CreateObservableUpDownCounter(
            "batching.queue.tokens", static () => Measure(static status => status.TokensWaiting), "{token}", "How many tokens wait for a worker.");
        Meter.CreateObservableUpDownCounter(
            "batching.queue.running_batches", static () => Measure(static status => status.BatchesRunning), "{batch}", "How many batches run.");
    }

    /// <param name="name">What queues are told apart by: the model's name, or its .onnx file.</param>
    /// <param name="getStatus">Looks at the queue.</param>
    public QueueMetrics(string name, Func<QueueStatus> getStatus)
    {
        model = new("batching.model", name);
        Queues[this] = getStatus;
    }

    public static bool MeasuresWait => Wait.Enabled;

    public void Waited(TimeSpan time, RequestPriority priority) =>
        Wait.Record(time.TotalSeconds, model, new("batching.priority", priority == RequestPriority.Interactive ? "interactive" : "bulk"));

    public void Rejected(string reason) => Rejections.Add(1, model, new("batching.rejection.reason", reason));

    public void Ended(string outcome) => Requests.Add(1, model, new("batching.outcome", outcome));

    public void Shared(int rows)
    {
        if (rows > 0)
        {
            SharedRows.Add(rows, model);
        }
    }

    public void Dispose() => Queues.TryRemove(this, out _);

    private static IEnumerable<Measurement<long>> Measure(Func<QueueStatus, long> figure)
    {
        foreach ((QueueMetrics queue, Func<QueueStatus> getStatus) in Queues)
        {
            yield return new Measurement<long>(figure(getStatus()), queue.model);
        }
    }
}
