using System.Diagnostics;
using Batching;
using Server.Requests;
using Server.Telemetry;

namespace Server.Admission;

/// <summary>Takes so many requests at a time, and counts what becomes of them.</summary>
internal sealed class RequestLimit(ServerOptions options, HostedClassifier classifier, ServerMetrics metrics) : IEndpointFilter
{
    private int underWay;

    /// <summary>How many requests are under way.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        long start = Stopwatch.GetTimestamp();
        metrics.Began();
        try
        {
            if (Interlocked.Increment(ref underWay) > options.MaxConcurrentRequests)
            {
                throw RequestException.Overloaded(
                    $"Model is overloaded: {options.MaxConcurrentRequests} requests are under way, as many as the server takes at a time. Try again later.",
                    classifier.QueueStatus?.EstimatedWait ?? TimeSpan.FromSeconds(1));
            }

            object? result = await next(context);
            metrics.Succeeded(Stopwatch.GetElapsedTime(start));
            return result;
        }
        catch (Exception exception)
        {
            metrics.Failed(Failures.Refusal(exception, context.HttpContext)?.Type);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}
