namespace Batching;

/// <summary>A model can be loaded and run, and no int8 model can be made of it that is good enough to be used.</summary>
/// <remarks>The message says why. Nothing was written.</remarks>
public sealed class QuantizationException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public QuantizationException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why.</param>
    public QuantizationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">What found it.</param>
    public QuantizationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
