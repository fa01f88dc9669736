namespace Batching.Hosting;

/// <summary>Whether requests were refused because there was no room for any, not long ago. Thread-safe.</summary>
internal sealed class QueueFullness(TimeProvider timeProvider)
{
    // From here on a queue that refuses counts as full.
    private const double FullPart = 0.75;

    private long refusesUntil;

    /// <summary>Whether a request was refused by a queue that was full, and the time after which to try again has not passed.</summary>
    public bool IsRefusing => timeProvider.GetTimestamp() < Volatile.Read(ref refusesUntil);

    // A list that is too long, bulk work or a client that has had its share may be refused while there is room for others.
    public void NoteRefusal(QueueStatus status, RequestOptions? options, QueueFullException exception)
    {
        if (options?.Priority != RequestPriority.Bulk && status.TokensWaiting >= FullPart * status.MaxTokensWaiting)
        {
            long until = timeProvider.GetTimestamp() + (long)(exception.RetryAfter.TotalSeconds * timeProvider.TimestampFrequency);
            Volatile.Write(ref refusesUntil, until);
        }
    }
}
