namespace Batching.Queue;

/// <summary>Which requests a queue takes: those for which there is room, and time. The scheduler's lock guards what it looks at.</summary>
internal sealed class Admission(ClassificationQueueOptions options, WaitingRows waiting, TokenRate rate, TimeProvider time)
{
    // Where no batch has run yet.
    private static readonly TimeSpan UnknownWait = TimeSpan.FromSeconds(1);

    /// <summary>What a request gets whose time ran out.</summary>
    public static DeadlineExceededException Expired() => new("The request's time ran out before it was answered; nothing more is run for it.");

    /// <summary>What stands against taking a request, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tokens">How many tokens would wait because of it: those of rows that do not wait or run already.</param>
    /// <param name="now">The time, as a timestamp.</param>
    public Exception? Refusal(QueuedRequest request, int tokens, long now)
    {
        if (request.DeadlineAt <= now)
        {
            return Expired();
        }

        // What is run anyway finds room and time.
        return tokens == 0 ? null : (Exception?)NoRoom(request.Options, tokens) ?? NoTime(request, tokens, now);
    }

    private QueueFullException? NoRoom(RequestOptions request, int tokens)
    {
        if (waiting.TokenCount + (long)tokens > options.MaxTokensWaiting)
        {
            return Full(tokens, waiting.TokenCount, "tokens wait", options.MaxTokensWaiting);
        }

        if (request.Priority == RequestPriority.Bulk && waiting.BulkTokenCount + (long)tokens > options.BulkLimit)
        {
            return Full(tokens, waiting.BulkTokenCount, "tokens wait in bulk", options.BulkLimit);
        }

        return options.MaxTokensWaitingPerClient is { } limit && request.ClientKey is { } key && waiting.TokensOf(key) + (long)tokens > limit
            ? Full(tokens, waiting.TokensOf(key), "tokens of this client wait", limit)
            : null;
    }

    private DeadlineExceededException? NoTime(QueuedRequest request, int tokens, long now)
    {
        if (request.DeadlineAt == QueuedRequest.NoDeadline || rate.PerSecond is not { } perSecond)
        {
            return null;
        }

        TimeSpan needed = TimeSpan.FromSeconds(waiting.TokensBefore(request.Options.Priority, request.ClientKey, tokens) / perSecond);
        TimeSpan left = time.GetElapsedTime(now, request.DeadlineAt);
        return needed <= left ? null : new DeadlineExceededException(
            $"The request has {left.TotalSeconds:0.###} s left, and would take {needed.TotalSeconds:0.###} s: {waiting.TokenCount} tokens wait, and the workers get through {perSecond:0} a second. Allow more time, or try again when less waits.",
            needed);
    }

    private QueueFullException Full(int tokens, int waitingTokens, string what, int limit)
    {
        TimeSpan retryAfter = rate.PerSecond is { } perSecond ? TimeSpan.FromSeconds(waitingTokens / perSecond) : UnknownWait;
        return new QueueFullException(
            $"The queue is full: {waitingTokens} {what}, and with the {tokens} of this request it would be more than {limit}. Try again in {retryAfter.TotalSeconds:0.###} s.",
            retryAfter);
    }
}
