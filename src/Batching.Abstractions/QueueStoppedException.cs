namespace Batching;

/// <summary>A queue was told to stop: it takes no requests, or ended one before it was answered.</summary>
/// <remarks>The request can be made again elsewhere, such as to the queue that follows this one.</remarks>
public sealed class QueueStoppedException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public QueueStoppedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was stopped.</param>
    public QueueStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was stopped.</param>
    /// <param name="innerException">Why, if it did not stop by itself.</param>
    public QueueStoppedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
