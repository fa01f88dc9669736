namespace Batching;

/// <summary>A queue had no room for a request, which it did not take.</summary>
/// <remarks>Answered at once, without waiting. The message names the tokens waiting and the limit.</remarks>
public sealed class QueueFullException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public QueueFullException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was full.</param>
    public QueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was full.</param>
    /// <param name="innerException">What found it.</param>
    public QueueFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was full.</param>
    /// <param name="retryAfter">After what time to try again.</param>
    public QueueFullException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    /// <summary>After what time to try again: how long what waits takes to run, at the rate of the latest batches.</summary>
    /// <value>One second where no batch has run yet.</value>
    public TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(1);
}
