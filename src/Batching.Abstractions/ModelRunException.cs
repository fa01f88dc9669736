namespace Batching;

/// <summary>A model that was loaded could not be run on a batch, or gave logits that are not finite.</summary>
/// <remarks>The message names the model's file, the shape of the batch and what went wrong. The model can be used further.</remarks>
public sealed class ModelRunException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public ModelRunException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public ModelRunException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What found it.</param>
    public ModelRunException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
