namespace Batching;

/// <summary>A request to a queue could not be answered in its time.</summary>
/// <remarks>
/// Either it was refused at once, because what waits before it takes longer by the measured rate, or its time ran out. Then
/// nothing more is run for it.
/// </remarks>
public sealed class DeadlineExceededException : TimeoutException
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public DeadlineExceededException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which time ran out.</param>
    public DeadlineExceededException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which time ran out.</param>
    /// <param name="innerException">What found it.</param>
    public DeadlineExceededException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception of a request that was refused at once.</summary>
    /// <param name="message">Which time would run out.</param>
    /// <param name="estimatedTime">How long the answer would have taken.</param>
    public DeadlineExceededException(string message, TimeSpan estimatedTime)
        : base(message) => EstimatedTime = estimatedTime;

    /// <summary>How long the answer would have taken at least, if the request was refused for it; null if its time ran out.</summary>
    public TimeSpan? EstimatedTime { get; }
}
