using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Admission;

/// <summary>What all requests under way may take together: how many they are, and how much memory. Thread-safe.</summary>
internal sealed class RequestBudget(IOptions<ClassifierServerOptions> options, HostedClassifier classifier)
{
    private int underWay;
    private long bytes;

    /// <summary>How many requests are under way: their bodies are there, and their answers are not ready.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    /// <summary>The memory of requests, those included whose bodies are still coming or whose answers are still being sent, as it is estimated.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Begins the account of a request.</summary>
    public RequestCharge Open() => new(this);

    /// <exception cref="RequestException">As many requests are under way as the server takes.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref underWay) > options.Value.MaxConcurrentRequests)
        {
            Leave();
            throw Overloaded($"Model is overloaded: {options.Value.MaxConcurrentRequests} requests are under way, as many as the server takes at a time. Try again later.");
        }
    }

    public void Leave() => Interlocked.Decrement(ref underWay);

    /// <param name="more">How much memory a request needs, in bytes.</param>
    /// <param name="already">How much of it the request has.</param>
    /// <exception cref="RequestException">There is not as much, now or ever.</exception>
    public void Spend(long more, long already)
    {
        if (more > options.Value.MaxBytesUnderWay - already)
        {
            throw RequestException.Invalid(
                $"The request needs about {already + more} bytes of memory, more than the {options.Value.MaxBytesUnderWay} that the server has for all. Send fewer or shorter texts at a time.");
        }

        if (Interlocked.Add(ref bytes, more) > options.Value.MaxBytesUnderWay)
        {
            Return(more);
            throw Overloaded(
                $"Model is overloaded: the request needs about {already + more} bytes of memory, and those under way leave less of the {options.Value.MaxBytesUnderWay} that the server has for all. Try again later.");
        }
    }

    public void Return(long spent) => Interlocked.Add(ref bytes, -spent);

    private RequestException Overloaded(string message) =>
        RequestException.Overloaded(message, classifier.QueueStatus?.EstimatedWait ?? TimeSpan.FromSeconds(1));
}
