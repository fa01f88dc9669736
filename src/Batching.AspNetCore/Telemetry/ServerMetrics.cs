using System.Diagnostics.Metrics;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Telemetry;

/// <summary>The metrics of text-embeddings-inference, for the dashboards that there are; the library measures its own besides.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "Batching.AspNetCore";

    private readonly Counter<long> requests;
    private readonly Counter<long> successes;
    private readonly Counter<long> failures;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> tokenizationDuration;
    private readonly Histogram<double> queueDuration;
    private readonly Histogram<double> inferenceDuration;
    private readonly Histogram<int> inputLength;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<int> batchTokens;

    /// <param name="meters">Makes the meter and disposes of it.</param>
    /// <param name="services">Has the classifier, which is made with these metrics and so after them.</param>
    public ServerMetrics(IMeterFactory meters, IServiceProvider services)
    {
        Meter meter = meters.Create(MeterName);
        requests = meter.CreateCounter<long>("te_request_count", description: "How many requests came.");
        successes = meter.CreateCounter<long>("te_request_success", description: "How many requests were answered.");
        failures = meter.CreateCounter<long>("te_request_failure", description: "How many requests were not, by the kind of error.");
        duration = meter.CreateHistogram("te_request_duration", description: "How long answers took, in seconds.", advice: Seconds);
        tokenizationDuration = meter.CreateHistogram("te_request_tokenization_duration", description: "How long a request's texts took to tokenize, in seconds.", advice: Seconds);
        queueDuration = meter.CreateHistogram("te_request_queue_duration", description: "How long a request waited for a worker, in seconds.", advice: Seconds);
        inferenceDuration = meter.CreateHistogram("te_request_inference_duration", description: "How long a request's batches ran, in seconds.", advice: Seconds);
        inputLength = meter.CreateHistogram("te_request_input_length", description: "How many tokens texts had.", advice: PowersOfTwo);
        batchSize = meter.CreateHistogram("te_batch_next_size", description: "How many texts batches had.", advice: PowersOfTwo);
        batchTokens = meter.CreateHistogram("te_batch_next_tokens", description: "How many tokens batches had, padding not counted.", advice: PowersOfTwo);
        meter.CreateObservableGauge(
            "te_queue_size",
            () => services.GetRequiredService<HostedClassifier>().QueueStatus?.RowsWaiting ?? 0,
            description: "How many texts wait for a worker.");
    }

    private static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    };

    private static InstrumentAdvice<int> PowersOfTwo { get; } = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    };

    public void Began() => requests.Add(1);

    public void Succeeded(TimeSpan time)
    {
        successes.Add(1);
        duration.Record(time.TotalSeconds);
    }

    /// <param name="error">The kind of error; null where the client left.</param>
    public void Failed(ErrorType? error) =>
        failures.Add(1, new KeyValuePair<string, object?>("err", error?.ToString().ToLowerInvariant() ?? "cancelled"));

    public void Answered(RequestResult result)
    {
        tokenizationDuration.Record(result.TokenizationTime.TotalSeconds);
        queueDuration.Record(result.WaitTime.TotalSeconds);
        inferenceDuration.Record(result.RunTime.TotalSeconds);
        foreach (Classification text in result.Classifications)
        {
            inputLength.Record(text.TokenCount);
        }
    }

    public void Ran(BatchReport batch)
    {
        batchSize.Record(batch.Rows);
        batchTokens.Record(batch.Tokens);
    }
}
