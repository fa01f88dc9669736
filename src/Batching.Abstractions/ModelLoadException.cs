namespace Batching;

/// <summary>A model's files cannot be used: one is missing, damaged, or contradicts another.</summary>
/// <remarks>The message names the file, what is wrong with it, and what to do.</remarks>
public sealed class ModelLoadException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public ModelLoadException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">A sentence that names the file, what is wrong, and what to do.</param>
    public ModelLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">A sentence that names the file, what is wrong, and what to do.</param>
    /// <param name="innerException">What found the fault.</param>
    public ModelLoadException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">A sentence that names the file, what is wrong, and what to do.</param>
    /// <param name="file">The file or folder at fault.</param>
    /// <param name="innerException">What found the fault.</param>
    public ModelLoadException(string message, string? file, Exception? innerException = null)
        : base(message, innerException) => File = file;

    /// <summary>The file or folder at fault: its path, or its name where the model came from streams. Null if there is none.</summary>
    public string? File { get; }
}
