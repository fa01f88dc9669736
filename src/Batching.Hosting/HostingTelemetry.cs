using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Batching.Hosting;

/// <summary>
/// What hosted classifiers report to whoever listens to the meter or to the activity source <c>Batching</c>; nothing is
/// measured when nobody does.
/// </summary>
/// <remarks>Queues and runs report to meters of that name by themselves. Thread-safe.</remarks>
internal sealed class HostingTelemetry : IDisposable
{
    public const string Name = "Batching";

    private const string ModelTag = "batching.model";
    private const string ErrorTag = "error.type";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Meter? ownMeter;
    private readonly Histogram<double> requestDuration;
    private readonly Counter<long> reloads;

    /// <param name="meterFactory">Makes the meter and disposes of it. Null where an application has none.</param>
    public HostingTelemetry(IMeterFactory? meterFactory)
    {
        Meter meter = meterFactory?.Create(new MeterOptions(Name)) ?? (ownMeter = new Meter(Name));
        requestDuration = meter.CreateHistogram<double>(
            "batching.request.duration", "s", "How long requests took from the call to the answer, or to the error.");
        reloads = meter.CreateCounter<long>(
            "batching.model.reloads", "{reload}", "How often a model was replaced, or could not be.");
    }

    /// <summary>Whether anybody would learn of a request.</summary>
    public bool IsListenedTo => requestDuration.Enabled || Activities.HasListeners();

    /// <summary>When a request starts; 0 where nobody wants to know how long it takes.</summary>
    public long Start() => requestDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Begins the span of a request.</summary>
    /// <returns>Null where nobody listens.</returns>
    public static Activity? StartRequest(HostedClassifier classifier, int texts) =>
        Activities.StartActivity(classifier.RequestSpanName)?
            .SetTag(ModelTag, classifier.ModelName)
            .SetTag("batching.request.size", texts);

    /// <summary>Reports a request that was answered.</summary>
    /// <param name="classifier">By whom.</param>
    /// <param name="activity">Its span, if it has one.</param>
    /// <param name="start">What <see cref="Start"/> gave.</param>
    /// <param name="result">The answer.</param>
    public void Answered(HostedClassifier classifier, Activity? activity, long start, RequestResult result)
    {
        if (start != 0)
        {
            requestDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(ModelTag, classifier.ModelName));
        }

        activity?
            .SetTag("batching.request.tokenization_time", result.TokenizationTime.TotalSeconds)
            .SetTag("batching.request.wait_time", result.WaitTime.TotalSeconds)
            .SetTag("batching.request.run_time", result.RunTime.TotalSeconds);
    }

    /// <summary>Reports a request that failed.</summary>
    public void Failed(HostedClassifier classifier, Activity? activity, long start, Exception exception)
    {
        string? error = exception.GetType().FullName;
        if (start != 0)
        {
            requestDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new(ModelTag, classifier.ModelName), new(ErrorTag, error));
        }

        activity?.SetTag(ErrorTag, error).SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>Reports a batch as a span of its own, linked to those of the requests whose texts it had.</summary>
    public static void Ran(HostedClassifier classifier, BatchReport batch)
    {
        if (!Activities.HasListeners())
        {
            return;
        }

        using Activity? activity = Activities.StartActivity(
            ActivityKind.Internal,
            links: batch.Requests.Select(static request => new ActivityLink(request)),
            startTime: batch.StartTime,
            name: classifier.BatchSpanName);
        activity?
            .SetTag(ModelTag, classifier.ModelName)
            .SetTag("batching.batch.number", batch.Number)
            .SetTag("batching.batch.size", batch.Rows)
            .SetTag("batching.batch.tokens", batch.Tokens)
            .SetTag("batching.batch.failed_rows", batch.FailedRows)
            .SetEndTime((batch.StartTime + batch.Duration).UtcDateTime);
    }

    /// <summary>Reports a reload.</summary>
    /// <param name="classifier">What was reloaded.</param>
    /// <param name="exception">Why it could not be, or null.</param>
    public void Reloaded(HostedClassifier classifier, Exception? exception)
    {
        if (exception is null)
        {
            reloads.Add(1, new KeyValuePair<string, object?>(ModelTag, classifier.ModelName));
        }
        else
        {
            reloads.Add(1, new(ModelTag, classifier.ModelName), new(ErrorTag, exception.GetType().FullName));
        }
    }

    public void Dispose() => ownMeter?.Dispose();
}
